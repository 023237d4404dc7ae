"""Lists of people while others are at work."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from cohorts_app.models import Cohort, ListState, MemberList
from cohorts_app.services.lists import apply_list, keep_list
from cohorts_app.services.members import add_people
from profiles_app.models import Profile, Project
from profiles_app.selectors.people import PeopleQuery
from tests.cohorts.making import count, make_static, script_of
from tests.pages.making import make_profile

pytestmark = pytest.mark.django_db(transaction=True)
# A statement of each list, after the people were found and before they are added.
_BETWEEN = "PARTITION BY profile_id"


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    """With a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def apply_with(kept: MemberList, work: Callable[[], object]) -> None:
    """Applies a list, and does the work when the people of it were found."""

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if _BETWEEN in sql:
            work()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert apply_list(kept.pk)


@pytest.mark.parametrize("comes_back", [False, True])
def test_who_is_deleted_while_a_list_is_applied_is_not_in_it(project: Project, comes_back: bool) -> None:
    alice = make_profile(project, "alice", {"n": 1})
    make_profile(project, "bob", {"n": 1})
    cohort = make_static(project, "Listed")

    def delete() -> None:
        known = Profile.objects.filter(pk=alice.pk)
        known.update(deleted_at=Now(), properties={})
        if comes_back:
            known.update(deleted_at=None, properties={"n": 2}, created_at=Now())

    apply_with(keep_list(script_of(project), cohort, ["alice", "bob"]), lambda: in_a_thread(delete).join(timeout=20))
    kept = MemberList.objects.get()
    assert (kept.state, sum(kept.counts.values()), count(Cohort.objects.get())) == (ListState.DONE, 2, 1)


def test_two_who_add_the_same_people_are_told_what_each_did(project: Project) -> None:
    for name in ("alice", "bob"):
        make_profile(project, name, {"n": 1})
    cohort = make_static(project, "Listed")
    query = PeopleQuery(project=project)
    added: list[int] = []
    threads: list[threading.Thread] = []

    def add() -> None:
        threads.append(in_a_thread(lambda: added.append(add_people(script_of(project), cohort, query))))

    apply_with(keep_list(script_of(project), cohort, ["alice"]), add)
    for thread in threads:
        thread.join(timeout=20)
    # The other waited for the list, whose person was there already.
    assert (MemberList.objects.get().counts, added) == ({"added": 1}, [1])
    assert count(Cohort.objects.get()) == 2
