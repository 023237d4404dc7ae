"""Changing many people at once: who is concerned, what is written, what happens when a worker dies."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from profiles_app.editing import bulk
from profiles_app.editing.changes import Key, restore_profile
from profiles_app.errors import CannotApply, Conflict, NotFound
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Population
from profiles_app.ingest import limits
from profiles_app.models import (
    BulkChange,
    BulkChunk,
    BulkKind,
    BulkState,
    GroupKey,
    Kind,
    Profile,
    ProfileEdit,
    Project,
    PropertyDefinition,
)
from profiles_app.selectors.people import PeopleQuery, count_people
from tests.conftest import People
from tests.pages.making import NOW, make_events, make_profile

_FREE = {"property": "plan", "type": "string", "op": "is", "value": ["free"]}


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 4)


@pytest.fixture
def ten(project: Project) -> list[Profile]:
    return [make_profile(project, f"p{index}", {"plan": "free", "n": index}) for index in range(10)]


def ask(project: Project, where: Any = None, **changes: Any) -> PeopleQuery:
    return PeopleQuery(project=project, filter=parse_filter({"where": where}) if where else None, **changes)


def draft(query: PeopleQuery, people: People, kind: BulkKind = BulkKind.SET) -> BulkChange:
    return bulk.draft_change(query, kind=kind, user_id=people.owner.pk, back="/")


def run(change: BulkChange, **what: Any) -> BulkChange:
    bulk.confirm_change(change, **what)
    bulk.run_change(change.pk)
    change.refresh_from_db()
    return change


def test_a_number_beyond_64_bits_is_set(project: Project, people: People, ten: list[Profile]) -> None:
    done = run(draft(ask(project, _FREE), people), kind=BulkKind.SET, name="huge", value=1e30)
    assert (done.state, done.changed) == (BulkState.DONE, 10)
    assert Profile.objects.filter(properties__huge=1e30).count() == 10


def test_a_property_is_set_for_those_who_matched(project: Project, people: People, ten: list[Profile]) -> None:
    other = make_profile(project, "other", {"plan": "pro"})
    change = draft(ask(project, _FREE), people)
    assert (change.people, change.state) == (10, BulkState.DRAFT)
    # One leaves the filter, one comes to match, and one goes: the first is still meant, the second is not.
    Profile.objects.filter(pk=ten[0].pk).update(properties={"plan": "pro"})
    late = make_profile(project, "late", {"plan": "free"})
    Profile.objects.filter(pk=ten[1].pk).update(properties={}, deleted_at=NOW)
    Profile.objects.filter(pk=ten[2].pk).update(properties={"plan": "free", "new": [1, "a"]})
    change = run(change, kind=BulkKind.SET, name="new", value=[1, "a"])
    assert change.state == BulkState.DONE
    assert (change.done, change.changed, change.unchanged, change.gone) == (10, 8, 1, 1)
    assert count_people(ask(project, {"property": "new", "type": "any", "op": "is_set"})) == 9
    for profile in (other, late):
        profile.refresh_from_db()
        assert "new" not in profile.properties
    ten[1].refresh_from_db()
    assert (ten[1].properties, ten[1].deleted_at) == ({}, NOW)
    ten[3].refresh_from_db()
    assert ten[3].properties == {"plan": "free", "n": 3, "new": [1, "a"]}
    assert ten[3].updated_at is not None
    assert ten[3].updated_at > NOW
    assert PropertyDefinition.objects.get(project=project, name="new").kinds == Kind.LIST
    edit = ProfileEdit.objects.get(profile=ten[3])
    assert (edit.by, edit.before, edit.after) == (people.owner, {}, {"new": [1, "a"]})
    assert not BulkChunk.objects.exists()


def test_a_property_is_removed(project: Project, people: People, ten: list[Profile]) -> None:
    lone = make_profile(project, "lone", {"plan": "free"})
    without = make_profile(project, "without", {"n": 1})
    change = run(draft(ask(project), people), kind=BulkKind.UNSET, name="plan")
    assert (change.changed, change.unchanged) == (11, 1)
    assert set(Profile.objects.filter(deleted_at=None).values_list("distinct_id", flat=True)) == {
        *(profile.distinct_id for profile in ten),
        without.distinct_id,
    }
    # Who loses the last property is nobody; and can be brought back.
    restored = restore_profile(Key(project=project, group_key=None, distinct_id="lone"))
    assert (restored.pk, restored.properties) == (lone.pk, {"plan": "free"})


def test_profiles_are_deleted(project: Project, people: People, ten: list[Profile]) -> None:
    make_events(ten[0], "Sign Up", [NOW])
    visitor = make_profile(project, "visitor")
    make_events(visitor, "Sign Up", [NOW])
    every = ask(project, ids=(*[profile.pk for profile in ten], visitor.pk), population=Population.ALL)
    change = run(draft(every, people, BulkKind.DELETE), kind=BulkKind.DELETE)
    assert (change.changed, change.unchanged, change.gone) == (10, 1, 0)
    assert count_people(ask(project)) == 0
    assert count_people(ask(project, population=Population.ALL)) == 2
    restored = restore_profile(Key(project=project, group_key=None, distinct_id="p4"))
    assert restored.properties == {"plan": "free", "n": 4}
    assert restored.created_at == NOW


def test_groups(project: Project, people: People, ten: list[Profile]) -> None:
    companies = GroupKey.objects.create(project=project, key="company", label="Companies")
    # The same id as a user's.
    acme = make_profile(project, "p0", {"seats": 1}, group_key=companies)
    change = run(draft(ask(project, group_key=companies), people), kind=BulkKind.SET, name="seats", value=2)
    assert change.changed == 1
    acme.refresh_from_db()
    ten[0].refresh_from_db()
    assert (acme.properties, ten[0].properties) == ({"seats": 2}, {"plan": "free", "n": 0})


def test_full_profiles_are_refused_one_by_one(
    project: Project, people: People, ten: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PROPERTIES", 2)
    Profile.objects.filter(pk=ten[5].pk).update(properties={"n": 5})
    change = run(draft(ask(project), people), kind=BulkKind.SET, name="new", value=1)
    assert (change.changed, change.refused) == (1, 9)
    ten[0].refresh_from_db()
    assert ten[0].properties == {"plan": "free", "n": 0}


def test_what_no_profile_may_have(project: Project, people: People, ten: list[Profile]) -> None:
    change = draft(ask(project), people)
    with pytest.raises(CannotApply):
        bulk.confirm_change(change, kind=BulkKind.SET, name="deep", value=[[[[[[[1]]]]]]])
    change.refresh_from_db()
    assert change.state == BulkState.DRAFT


def test_it_is_confirmed_once(project: Project, people: People, ten: list[Profile]) -> None:
    change = draft(ask(project), people)
    run(change, kind=BulkKind.SET, name="a", value=1)
    with pytest.raises(Conflict):
        bulk.confirm_change(change, kind=BulkKind.DELETE)
    bulk.run_change(change.pk)
    assert count_people(ask(project)) == 10
    assert ProfileEdit.objects.count() == 10


def test_cancelled_on_its_way(
    project: Project, people: People, ten: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    change = draft(ask(project), people)
    original = bulk._apply

    def apply_and_cancel(running: BulkChange, ids: list[int]) -> tuple[int, int, int]:
        if running.done:
            BulkChange.objects.filter(pk=running.pk).update(state=BulkState.CANCELLED, ended_at=NOW)
        return original(running, ids)

    monkeypatch.setattr(bulk, "_apply", apply_and_cancel)
    run(change, kind=BulkKind.SET, name="a", value=1)
    assert (change.state, change.done) == (BulkState.CANCELLED, 8)
    bulk.cancel_change(change)
    change.refresh_from_db()
    assert change.ended_at == NOW
    assert count_people(ask(project, {"property": "a", "type": "any", "op": "is_set"})) == 8


def test_cancelling_a_draft_ends_it(project: Project, people: People, ten: list[Profile]) -> None:
    change = draft(ask(project), people)
    bulk.cancel_change(change)
    with pytest.raises(Conflict):
        bulk.confirm_change(change, kind=BulkKind.DELETE)
    assert not BulkChunk.objects.exists()


def test_lost_changes_are_found_once_in_a_while(project: Project, people: People, ten: list[Profile]) -> None:
    change = draft(ask(project), people)
    assert bulk.list_lost() == []
    bulk.confirm_change(change, kind=BulkKind.SET, name="a", value=1)
    assert bulk.list_lost() == []
    BulkChange.objects.update(beat_at=timezone.now() - timedelta(seconds=16))
    assert bulk.list_lost() == [change.pk]
    assert bulk.list_lost() == []


def test_what_fails_every_time_ends(
    project: Project, people: People, ten: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    change = draft(ask(project), people)
    bulk.confirm_change(change, kind=BulkKind.SET, name="a", value=1)

    def fail(*_: object) -> tuple[int, int, int]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(bulk, "_apply", fail)
    for _ in range(bulk._MOST_TRIES):
        with pytest.raises(RuntimeError):
            bulk.run_change(change.pk)
    bulk.run_change(change.pk)
    change.refresh_from_db()
    assert (change.state, change.done) == (BulkState.FAILED, 0)


def test_old_drafts_are_thrown_away(project: Project, people: People, ten: list[Profile]) -> None:
    old, fresh = draft(ask(project), people), draft(ask(project), people)
    BulkChange.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert bulk.trim_drafts() == 1
    with pytest.raises(NotFound):
        bulk.get_change(project, old.pk)
    assert bulk.get_change(project, fresh.pk).people == 10
