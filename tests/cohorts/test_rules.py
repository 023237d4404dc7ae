"""Who may do what with a cohort, and what two people do at once."""

import threading
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models.functions import Now

from cohorts_app.models import Cohort, Kind, Member
from cohorts_app.selectors.cohorts import get_cohort, list_cohorts, list_users_of
from cohorts_app.selectors.uses import describe_uses
from cohorts_app.services.cohorts import (
    Fields,
    change_cohort,
    create_cohort,
    delete_cohorts,
    duplicate_cohort,
    fields_of,
    verify_cohort,
)
from cohorts_app.services.lists import apply_list, keep_list
from profiles_app.errors import BadInput, Conflict, NotAllowed, NotFound
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from profiles_app.models import GroupKey, Membership, Project
from profiles_app.selectors.people import PeopleQuery, count_people
from profiles_app.services.group_keys import delete_group_key
from tests.cohorts.making import IN_PARIS, act_as, count, make_cohort, make_static, script_of
from tests.conftest import People
from tests.pages.making import make_profile

DOCUMENT = {"where": IN_PARIS}


def test_a_private_cohort_is_its_makers_alone(project: Project, people: People) -> None:
    teammate, owner = act_as(project, people.teammate), act_as(project, people.owner, is_admin=True)
    make_profile(project, "alice", {"$city": "Paris"})
    mine = create_cohort(teammate, Fields(name="Mine", definition=DOCUMENT, is_private=True))
    assert count(mine, user_id=people.teammate.pk) == 1
    for actor in (owner, script_of(project)):
        with pytest.raises(NotFound):
            get_cohort(actor, mine.pk)
        with pytest.raises(BadFilter) as refused:
            count(mine, user_id=actor.user_id)
        assert "Mine" not in str(refused.value)


def test_admins_see_the_private_cohorts_of_who_left(project: Project, people: People) -> None:
    make_cohort(project, "Left behind", is_private=True, created_by=people.teammate)
    Membership.objects.filter(user=people.teammate).delete()
    assert [cohort.name for cohort in list_cohorts(project.pk, user_id=people.owner.pk)] == ["Left behind"]
    Membership.objects.filter(user=people.owner).update(role="analyst")
    assert not list_cohorts(project.pk, user_id=people.owner.pk)


def test_a_shared_cohort_uses_no_private_one(project: Project, people: People) -> None:
    teammate = act_as(project, people.teammate)
    mine = create_cohort(teammate, Fields(name="Mine", definition=DOCUMENT, is_private=True))
    uses = {"where": {"all": [IN_PARIS, {"cohort": mine.pk}]}}
    with pytest.raises(BadFilter) as refused:
        create_cohort(teammate, Fields(name="Ours", definition=uses))
    (problem,) = refused.value.problems
    assert (problem.path, problem.code) == ("where.all[1].cohort", "cohort_private")
    also = create_cohort(teammate, Fields(name="Mine too", definition=uses, is_private=True))
    with pytest.raises(BadFilter):
        change_cohort(teammate, also, replace(fields_of(also), is_private=False), version=1)


def test_what_others_use_stays_shared(project: Project, people: People) -> None:
    teammate = act_as(project, people.teammate)
    ours = create_cohort(teammate, Fields(name="Ours", definition=DOCUMENT))
    make_cohort(project, "Theirs", {"not": {"cohort": ours.pk}})
    with pytest.raises(BadInput, match="“Theirs”"):
        change_cohort(teammate, ours, replace(fields_of(ours), is_private=True), version=1)


def test_what_uses_a_cohort_is_told_before_it_is_deleted(project: Project, people: People) -> None:
    paris = make_cohort(project, "Paris")
    make_cohort(project, "Elsewhere", {"all": [{"any": [{"not": {"cohort": paris.pk}}]}, IN_PARIS]})
    make_cohort(project, "Private", {"cohort": paris.pk}, is_private=True, created_by=people.teammate)
    make_cohort(project, "Unrelated", {"property": "n", "type": "number", "op": "equals", "value": paris.pk})
    assert [user.name for user in list_users_of(paris)] == ["Elsewhere", "Private"]
    assert describe_uses(project, [paris], user_id=people.owner.pk)[paris.pk] == [
        "the cohort “Elsewhere”",
        "a private cohort of somebody else",
    ]
    assert delete_cohorts(script_of(project), [paris]) == 1
    with pytest.raises(BadFilter, match="A cohort used by “Elsewhere”"):
        count(Cohort.objects.get(name="Elsewhere"))


def test_who_may_change_what(project: Project, people: People) -> None:
    teammate, owner = act_as(project, people.teammate), act_as(project, people.owner, is_admin=True)
    theirs = create_cohort(owner, Fields(name="Theirs", definition=DOCUMENT))
    with pytest.raises(NotAllowed):
        change_cohort(teammate, theirs, replace(fields_of(theirs), name="Mine now"), version=1)
    own = create_cohort(teammate, Fields(name="Own", definition=DOCUMENT))
    with pytest.raises(NotAllowed):
        delete_cohorts(teammate, [own, theirs])
    assert Cohort.objects.count() == 2
    assert change_cohort(owner, own, replace(fields_of(own), name="Renamed"), version=1).version == 2


def test_verified_is_an_admins_word_for_a_definition(project: Project, people: People) -> None:
    teammate, owner = act_as(project, people.teammate), act_as(project, people.owner, is_admin=True)
    own = create_cohort(teammate, Fields(name="Own", definition=DOCUMENT))
    with pytest.raises(NotAllowed):
        verify_cohort(teammate, own, is_verified=True)
    verified = verify_cohort(owner, own, is_verified=True)
    renamed = change_cohort(teammate, verified, replace(fields_of(verified), name="Still"), version=2)
    assert renamed.is_verified
    other = {"where": {"not": IN_PARIS}}
    assert not change_cohort(teammate, renamed, replace(fields_of(renamed), definition=other), version=3).is_verified


def test_a_loop_is_refused_at_any_depth(project: Project) -> None:
    script = script_of(project)
    first = create_cohort(script, Fields(name="First", definition=DOCUMENT))
    second = create_cohort(script, Fields(name="Second", definition={"where": {"cohort": first.pk}}))
    third = create_cohort(script, Fields(name="Third", definition={"where": {"not": {"cohort": second.pk}}}))
    for leaf in ({"cohort": first.pk}, {"any": [IN_PARIS, {"cohort": third.pk}]}):
        with pytest.raises(BadFilter, match="may not contain itself"):
            change_cohort(script, first, replace(fields_of(first), definition={"where": leaf}), version=None)


def test_renaming_what_uses_a_deleted_cohort_is_possible(project: Project) -> None:
    script = script_of(project)
    inner = make_cohort(project, "Inner")
    outer = create_cohort(script, Fields(name="Outer", definition={"where": {"cohort": inner.pk}}))
    delete_cohorts(script, [inner])
    assert change_cohort(script, outer, replace(fields_of(outer), name="Renamed"), version=1).name == "Renamed"


def test_a_copy_has_its_own_name_and_members(project: Project, people: People) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    source = make_static(project, "x" * 100, ["alice"], is_verified=True)
    teammate = act_as(project, people.teammate)
    first, second = duplicate_cohort(teammate, source), duplicate_cohort(teammate, source)
    assert first.name == "x" * 93 + " (copy)"
    assert second.name == "x" * 91 + " (copy 2)"
    assert (first.created_by_id, first.is_verified) == (people.teammate.pk, False)
    assert count(first) == count(second) == 1


def test_a_deleted_person_leaves_and_does_not_come_back(project: Project) -> None:
    alice = make_profile(project, "alice", {"$city": "Paris"})
    listed = make_static(project, "Listed", ["alice"])
    assert count(listed) == 1
    type(alice).objects.filter(pk=alice.pk).update(deleted_at=Now(), properties={})
    assert count(listed) == 0
    # As the ingestion revives somebody.
    type(alice).objects.filter(pk=alice.pk).update(deleted_at=None, properties={"a": 1}, created_at=Now())
    assert count(listed) == 0
    again = keep_list(script_of(project), listed, ["alice"])
    apply_list(again.pk)
    assert count(Cohort.objects.get(pk=listed.pk)) == 1
    assert Member.objects.count() == 1


def test_members_go_with_the_cohort_also_with_a_kind_of_group(project: Project) -> None:
    key = GroupKey.objects.create(project=project, key="company", label="Company")
    make_profile(project, "acme", {"a": 1}, group_key=key)
    make_profile(project, "alice", {"a": 1})
    make_static(project, "Companies", ["acme"], group_key=key)
    people = make_static(project, "People", ["alice"])
    assert Member.objects.count() == 2
    delete_group_key(key)
    delete_cohorts(script_of(project), [people])
    assert Member.objects.count() == 0


def test_a_static_cohort_inside_a_filter(project: Project) -> None:
    for name, city in {"a": "Paris", "b": "Paris", "c": "Oslo"}.items():
        make_profile(project, name, {"$city": city})
    listed = make_static(project, "Listed", ["a", "c"])
    tree = parse_filter({"where": {"all": [IN_PARIS, {"cohort": listed.pk, "in": False}]}})
    assert count_people(PeopleQuery(project=project, filter=tree)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_one_moment(project: Project) -> None:
    """One is made, the other is told."""
    cohort = make_cohort(project, "Paris")
    told: list[object] = []
    barrier = threading.Barrier(2, timeout=10)

    def change(name: str) -> None:
        barrier.wait()
        try:
            change_cohort(script_of(project), cohort, replace(fields_of(cohort), name=name), version=1)
            told.append(name)
        except Conflict as conflict:
            told.append(conflict)
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[name]) for name in ("Mine", "Yours")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (made,) = [name for name in told if isinstance(name, str)]
    assert sum(isinstance(one, Conflict) for one in told) == 1
    assert list(Cohort.objects.values_list("name", "version")) == [(made, 2)]


@pytest.mark.django_db(transaction=True)
def test_two_cohorts_cannot_be_made_to_contain_each_other_at_once(project: Project) -> None:
    first, second = make_cohort(project, "First"), make_cohort(project, "Second")
    faults: list[object] = []
    barrier = threading.Barrier(2, timeout=10)

    def contain(outer: Cohort, inner: Cohort) -> None:
        barrier.wait()
        try:
            fields = replace(fields_of(outer), definition={"where": {"cohort": inner.pk}})
            change_cohort(script_of(project), outer, fields, version=1)
        except BadFilter as bad:
            faults.append(bad)
        finally:
            connection.close()

    threads = [threading.Thread(target=contain, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(faults) == 1


def test_a_static_cohort_has_no_definition(project: Project) -> None:
    made = create_cohort(script_of(project), Fields(name="List", definition=DOCUMENT), kind=Kind.STATIC)
    assert (made.definition, made.is_static) == (None, True)
