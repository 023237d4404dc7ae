"""Changing one profile: what is written, what is refused, what comes back, and two people at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from profiles_app.editing import changes
from profiles_app.editing.changes import Change, ChangedMeanwhile, Key, ProfileExists
from profiles_app.editing.fingerprints import UNSET, take_fingerprint
from profiles_app.errors import CannotApply, NotFound, UserFacingError
from profiles_app.ingest import limits
from profiles_app.models import EditKind, GroupKey, Profile, ProfileEdit, Project, PropertyDefinition
from profiles_app.models.project import hash_secret
from profiles_app.selectors.edits import find_deleted, read_edits
from profiles_app.selectors.people import PeopleQuery, count_people
from profiles_app.services.edits import trim_edits
from profiles_app.services.group_keys import delete_group_key
from tests.conftest import People
from tests.ingest.sending import Sender
from tests.pages.making import NOW, make_events, make_profile


def key_of(project: Project, distinct_id: str = "alice", group_key: GroupKey | None = None) -> Key:
    return Key(project=project, group_key=group_key, distinct_id=distinct_id)


def properties_of(profile: Profile) -> Any:
    profile.refresh_from_db()
    return profile.properties


def test_creating(project: Project) -> None:
    made = changes.create_profile(key_of(project), {"plan": "pro", "born": "1990-01-02", "n": 1})
    assert made.properties == {"plan": "pro", "born": "1990-01-02", "n": 1}
    assert made.updated_at
    assert timezone.now() - made.updated_at < timedelta(minutes=1)
    assert set(PropertyDefinition.objects.values_list("name", flat=True)) == {"plan", "born", "n"}
    with pytest.raises(ProfileExists):
        changes.create_profile(key_of(project), {"plan": "free"})
    assert properties_of(made)["plan"] == "pro"


def test_creating_needs_a_property(project: Project) -> None:
    with pytest.raises(CannotApply, match="at least one property"):
        changes.create_profile(key_of(project), {})
    assert not Profile.objects.exists()


def test_creating_for_somebody_known_by_events(project: Project) -> None:
    visitor = make_profile(project, "visitor")
    make_events(visitor, "Open", [NOW])
    assert changes.create_profile(key_of(project, "visitor"), {"plan": "pro"}).pk == visitor.pk


def test_changing(project: Project, alice: Profile) -> None:
    before = alice.updated_at
    changed = changes.change_profile(
        key_of(project), Change(values={"plan": "free", "n": 1}, unset=frozenset({"$email"}))
    )
    assert changed.properties == {"$name": "Alice Singh", "plan": "free", "n": 1}
    assert before
    assert changed.updated_at
    assert changed.updated_at > before


def test_what_changes_nothing_writes_nothing(project: Project, alice: Profile) -> None:
    changes.change_profile(key_of(project), Change(values={"plan": "pro", "gone": None}, unset=frozenset({"nothing"})))
    before = alice.xid
    alice.refresh_from_db()
    assert alice.xid == before
    assert not ProfileEdit.objects.exists()


def test_a_value_that_changed_meanwhile_is_kept(project: Project, alice: Profile) -> None:
    seen = {"plan": take_fingerprint("basic"), "$name": take_fingerprint("Alice Singh"), "new": UNSET}
    with pytest.raises(ChangedMeanwhile) as raised:
        changes.change_profile(key_of(project), Change(values={"plan": "x", "new": 1, "$name": "Y"}, seen=seen))
    assert raised.value.names == ["plan"]
    assert raised.value.present == {"plan": "pro"}
    assert properties_of(alice)["$name"] == "Alice Singh"


@pytest.mark.parametrize("value", [10**300, 1e300, 2**70, 1.0, {"b": [1, None], "a": "é"}])
def test_what_was_seen_is_what_is_there(project: Project, value: Any) -> None:
    """Django and the ingestion read JSON by different parsers."""
    make_profile(project, "alice", {"a": value})
    seen = {"a": take_fingerprint(Profile.objects.get().properties["a"])}
    assert changes.change_profile(key_of(project), Change(values={"a": 2}, seen=seen)).properties == {"a": 2}


@pytest.mark.parametrize("distinct_id", ["nobody", "", "a\0b"])
def test_nobody_is_changed_or_deleted(project: Project, distinct_id: str) -> None:
    key = key_of(project, distinct_id)
    for work in (lambda: changes.change_profile(key, Change(values={"a": 1})), lambda: changes.delete_profile(key)):
        with pytest.raises(NotFound):
            work()
    assert not Profile.objects.exists()


def test_limits(project: Project, alice: Profile) -> None:
    too_many = {f"p{number}": 1 for number in range(limits.PROPERTIES)}
    for values in (too_many, {"list": [[[[[[1]]]]]]}, {"text": "a\0"}, {f"t{n}": "x" * 200_000 for n in range(6)}):
        with pytest.raises(CannotApply):
            changes.change_profile(key_of(project), Change(values=values))
    assert len(properties_of(alice)) == 3


def test_deleting_and_restoring(project: Project, people: People, alice: Profile) -> None:
    key = Key(project=project, group_key=None, distinct_id="alice", user_id=people.owner.pk)
    changes.delete_profile(key)
    assert properties_of(alice) == {}
    assert alice.deleted_at
    assert count_people(PeopleQuery(project=project)) == 0
    found = find_deleted(project, group_key=None, distinct_id="alice")
    assert found
    assert found[1].by == people.owner
    restored = changes.restore_profile(key)
    assert restored.properties == {"$name": "Alice Singh", "$email": "alice@example.com", "plan": "pro"}
    assert (restored.deleted_at, restored.created_at) == (None, alice.created_at)
    assert count_people(PeopleQuery(project=project)) == 1
    with pytest.raises(NotFound, match="nothing to restore"):
        changes.restore_profile(key)


@pytest.mark.parametrize("huge", [1e22, [-1e20, 2.5], {"deep": 1e19}])
def test_restoring_brings_back_numbers_of_any_size(project: Project, huge: Any) -> None:
    make_profile(project, "bob", {"huge": huge})
    changes.delete_profile(key_of(project, "bob"))
    assert changes.restore_profile(key_of(project, "bob")).properties == {"huge": huge}
    assert Profile.objects.get(distinct_id="bob").properties == {"huge": huge}


def test_restoring_keeps_what_came_since(project: Project, alice: Profile) -> None:
    make_events(alice, "Open", [NOW])
    changes.delete_profile(key_of(project))
    assert (properties_of(alice), alice.deleted_at, alice.updated_at) == ({}, None, None)
    Sender(Client(), project).engage({"$token": project.token, "$distinct_id": "alice", "$set": {"plan": "free"}})
    assert changes.restore_profile(key_of(project)).properties == {
        "$name": "Alice Singh", "$email": "alice@example.com", "plan": "free",
    }  # fmt: skip


def test_who_loses_the_last_property_can_be_restored(project: Project) -> None:
    make_profile(project, "bob", {"plan": "pro"})
    changes.change_profile(key_of(project, "bob"), Change(unset=frozenset({"plan"})))
    assert not Profile.objects.filter(deleted_at=None).exists()
    assert changes.restore_profile(key_of(project, "bob")).properties == {"plan": "pro"}


def test_deleting_nobody_s_properties_leaves_the_last_deletion(project: Project, alice: Profile) -> None:
    make_events(alice, "Open", [NOW])
    changes.delete_profile(key_of(project))
    changes.delete_profile(key_of(project))
    assert "plan" in changes.restore_profile(key_of(project)).properties


def test_what_an_sdk_deletes_is_gone_with_its_history(project: Project, alice: Profile) -> None:
    changes.change_profile(key_of(project), Change(values={"plan": "free"}))
    Sender(Client(), project).engage({"$token": project.token, "$distinct_id": "alice", "$delete": ""})
    assert not ProfileEdit.objects.exists()
    with pytest.raises(NotFound):
        changes.restore_profile(key_of(project))


def test_history(project: Project, people: People, alice: Profile) -> None:
    key = Key(project=project, group_key=None, distinct_id="alice", user_id=people.owner.pk)
    changes.change_profile(key, Change(values={"plan": "free"}))
    changes.change_profile(key_of(project), Change(unset=frozenset({"plan"})))
    changes.delete_profile(key)
    changes.restore_profile(key)
    past = read_edits(alice).past
    assert past.keys() == {"plan"}
    assert [(change.by, change.before, change.after) for change in past["plan"]] == [
        ("", "free", None),
        ("Owner", "pro", "free"),
    ]


def test_what_is_too_old_is_trimmed(project: Project) -> None:
    for name in ("alice", "bob", "carol"):
        make_profile(project, name, {"plan": "pro"})
        changes.change_profile(key_of(project, name), Change(values={"plan": "free"}))
    for name in ("alice", "bob"):
        changes.delete_profile(key_of(project, name))
    deletions = ProfileEdit.objects.filter(kind=EditKind.DELETE)
    deletions.filter(profile__distinct_id="alice").update(at=timezone.now() - timedelta(days=31))
    assert find_deleted(project, group_key=None, distinct_id="alice") is None
    assert trim_edits() == 2
    ProfileEdit.objects.filter(profile__distinct_id="carol").update(at=timezone.now() - timedelta(days=366))
    assert trim_edits() == 1
    assert set(ProfileEdit.objects.values_list("profile__distinct_id", flat=True)) == {"bob"}


def test_groups(project: Project, companies: GroupKey, alice: Profile) -> None:
    key = key_of(project, "alice", companies)
    with pytest.raises(NotFound):
        changes.change_profile(key, Change(values={"a": 1}))
    changes.create_profile(key, {"seats": 5})
    changes.change_profile(key, Change(values={"seats": 6}))
    assert properties_of(alice)["plan"] == "pro"
    assert delete_group_key(companies) == 1
    assert not ProfileEdit.objects.exists()


@pytest.fixture
def committed() -> Project:
    return Project.objects.create(name="Demo", token="token-of-demo", secret_hash=hash_secret("secret"))


def _run_at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    barrier = Barrier(times)

    def run(number: int) -> Any:
        barrier.wait(timeout=30)
        try:
            return work(number)
        except UserFacingError as problem:
            return problem.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_create_the_same_id_one_does(committed: Project) -> None:
    def create(number: int) -> str:
        changes.create_profile(key_of(committed, "new"), {"by": number})
        return f"{number}"

    results = _run_at_once(create, 8)
    assert results.count("profile_exists") == 7
    (winner,) = set(results) - {"profile_exists"}
    assert Profile.objects.get().properties == {"by": int(winner)}


@pytest.mark.django_db(transaction=True)
def test_creating_while_an_sdk_does(committed: Project) -> None:
    """Either the SDK came first, and creating is refused; or it adds to what was created."""

    def work(number: int) -> Any:
        name = f"p{number // 2}"
        if number % 2:
            record = {"$token": "token-of-demo", "$distinct_id": name, "$set": {"sdk": 1}}
            return Sender(Client(), committed).engage(record).json()["status"]
        changes.create_profile(key_of(committed, name), {"form": 1})
        return "created"

    results = _run_at_once(work, 16)
    for number in range(8):
        assert results[2 * number + 1] == 1
        created = results[2 * number] == "created"
        expected = {"sdk": 1, "form": 1} if created else {"sdk": 1}
        assert Profile.objects.get(distinct_id=f"p{number}").properties == expected


@pytest.mark.django_db(transaction=True)
def test_of_many_who_saw_the_same_value_one_saves(committed: Project) -> None:
    make_profile(committed, "alice", {"plan": "pro"})

    def change(number: int) -> str:
        seen = {"plan": take_fingerprint("pro")}
        changes.change_profile(key_of(committed), Change(values={"plan": number}, seen=seen))
        return f"{number}"

    results = _run_at_once(change, 8)
    assert results.count("changed_meanwhile") == 7
    (winner,) = set(results) - {"changed_meanwhile"}
    assert Profile.objects.get().properties == {"plan": int(winner)}


@pytest.mark.django_db(transaction=True)
def test_deleting_while_an_event_arrives(committed: Project) -> None:
    def work(number: int) -> Any:
        name = f"p{number // 2}"
        if number % 2:
            return Sender(Client(), committed).track(Sender(Client(), committed).event("Open", name)).status_code
        changes.create_profile(key_of(committed, name), {"a": 1})
        changes.delete_profile(key_of(committed, name))
        return 200

    assert _run_at_once(work, 16) == [200] * 16
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM profiles_app_event e JOIN profiles_app_profile p ON p.id = e.profile_id"
            " WHERE p.deleted_at IS NULL"
        )
        assert cursor.fetchone() == (8,)
