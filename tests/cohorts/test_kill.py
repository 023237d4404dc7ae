"""A list whose worker is killed, at whichever step, is found again and applied once."""

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection
from django.db.models.functions import Now

from cohorts_app.models import Cohort, ListState, Member, MemberList
from cohorts_app.services.lists import LOST_AFTER, apply_list, keep_list, list_lost
from cohorts_app.tasks import apply_list as apply_list_task
from profiles_app.models import Profile, Project
from tests.cohorts.killing import DONE, MODULE, STEPS
from tests.cohorts.making import count, make_static, script_of
from tests.killing import Killer, killer
from tests.pages.making import make_profile
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Killer]:
    with killer(MODULE, str(connection.settings_dict["NAME"])) as process:
        yield process


def keep(project: Project, cohort: Cohort, lines: list[str]) -> MemberList:
    """A list that creates those nobody knows, made so long ago that its task counts as lost."""
    kept = keep_list(script_of(project), cohort, lines, creates_unknown=True)
    MemberList.objects.filter(pk=kept.pk).update(made_at=Now() - 2 * LOST_AFTER)
    return kept


def test_killed_at_every_step(project: Project, worker: Killer) -> None:
    for number in range(20):
        make_profile(project, f"known-{number}")
    for place, step in enumerate(STEPS):
        cohort = make_static(project, step)
        kept = keep(project, cohort, [*(f"known-{number}" for number in range(20)), f"new-{place}", ""])
        before = list(Profile.objects.order_by("pk").values_list("pk", "distinct_id"))
        assert worker.work(kept.pk, until=step), step
        assert not Member.objects.filter(cohort=cohort).exists(), step
        assert list(Profile.objects.order_by("pk").values_list("pk", "distinct_id")) == before
        assert list_lost() == [kept.pk], step
        # PostgreSQL may not have seen yet that the worker is gone.
        wait_for(partial(apply_list, kept.pk), what="the list is free")
        kept.refresh_from_db()
        assert (kept.state, kept.counts) == (ListState.DONE, {"added": 20, "created": 1, "blank": 1}), step
        assert (count(cohort), list_lost()) == (21, [])


def test_a_message_that_comes_again_changes_nothing(project: Project, worker: Killer) -> None:
    make_profile(project, "alice")
    cohort = make_static(project, "Listed")
    kept = keep(project, cohort, ["alice", "new"])
    (step,) = DONE
    assert worker.work(kept.pk, until=step)
    kept.refresh_from_db()
    before = (kept.state, kept.finished_at, kept.counts)
    assert before[0] == ListState.DONE
    Member.objects.filter(cohort=cohort, profile__distinct_id="alice").delete()
    apply_list_task(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, kept.finished_at, kept.counts) == before
    assert Member.objects.filter(cohort=cohort).count() == 1
