"""What updates do to people and groups: when they exist, and when they were updated."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from profiles_app.models import GroupKey, Profile
from tests.ingest.sending import Sender


def test_three_people_as_in_the_readme(send: Sender) -> None:
    names = {"123": "Alice", "124": "Bob", "125": "Carol"}
    records = [
        send.update(distinct_id, set={"$name": name, "$email": f"{name.lower()}@linear.app"}) | {"$ip": "0"}
        for distinct_id, name in names.items()
    ]
    assert send.engage(*records, query="?verbose=2").json() == {"status": 1, "error": None}
    assert {person.distinct_id: person.properties["$name"] for person in Profile.objects.all()} == names


def test_updated_at_moves_with_updates_and_not_with_events(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}))
    first = send.profile("1").updated_at
    assert first is not None
    send.track(send.event("Open", "1"))
    assert send.profile("1").updated_at == first
    send.engage(send.update("1", set={"a": 1}))
    second = send.profile("1").updated_at
    assert second is not None
    assert second > first


def test_updated_at_by_the_record(send: Sender) -> None:
    past = int(time.time()) - 86_400
    send.engage(send.update("1", set={"a": 1}) | {"$time": past})
    assert send.profile("1").updated_at == datetime.fromtimestamp(past, UTC)
    send.engage(send.update("1", set={"a": 2}) | {"$time": (past - 500) * 1000})
    assert send.profile("1").updated_at == datetime.fromtimestamp(past, UTC), "it never moves back"
    send.engage(send.update("1", set={"a": 3}) | {"$ignore_time": True})
    assert send.profile("1").updated_at == datetime.fromtimestamp(past, UTC)
    send.engage(send.update("1", set={"a": 4}) | {"$time": int(time.time()) + 86_400})
    updated_at = send.profile("1").updated_at
    assert updated_at is not None
    assert abs(updated_at - datetime.now(UTC)) < timedelta(minutes=1), "the future is now"


def test_a_clock_cut_to_whole_seconds_does_not_hide_an_update(send: Sender) -> None:
    """The SDKs send `$time` in whole seconds; two updates in one second are two moments."""
    moments = []
    for value in range(2):
        send.engage(send.update("1", set={"a": value}) | {"$time": int(time.time())})
        moments.append(send.profile("1").updated_at)
    first, second = moments
    assert first is not None
    assert second is not None
    assert second > first


def test_new_with_ignore_time_has_no_updated_at(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}) | {"$ignore_time": True})
    assert send.profile("1").updated_at is None


def test_a_time_that_is_none_is_refused(send: Sender) -> None:
    answer = send.engage(send.update("1", set={"a": 1}) | {"$time": "noon"}).json()
    assert answer == {
        "status": 0,
        "error": "1 of 1 records failed; record 0, $time: must be seconds or milliseconds since 1970, as a number.",
    }
    assert not Profile.objects.exists()


def test_events_make_users_and_a_later_profile_joins_them(send: Sender) -> None:
    send.track(send.event("Open", "1"), send.event("Buy", "1"))
    person = send.profile("1")
    assert (person.properties, person.updated_at, person.deleted_at) == ({}, None, None)
    send.engage(send.update("1", set={"$name": "Late"}))
    assert send.profile("1").pk == person.pk
    assert [event.profile_id for event in send.events("1")] == [person.pk, person.pk]


def test_a_deleted_person_without_events_is_nobody(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}))
    send.engage(send.update("1", delete=""))
    person = send.profile("1")
    assert (person.properties, person.updated_at) == ({}, None)
    assert person.deleted_at is not None
    send.engage(send.update("1", unset=["a"]), send.update("1", remove={"b": 1}))
    assert send.profile("1").deleted_at is not None


def test_a_deleted_person_with_events_stays_a_user(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}))
    send.track(send.event("Open", "1"))
    send.engage(send.update("1", delete=""))
    person = send.profile("1")
    assert (person.properties, person.updated_at, person.deleted_at) == ({}, None, None)


def test_who_was_deleted_comes_back_with_an_update_or_an_event(send: Sender) -> None:
    revivals: list[Callable[[], object]] = [
        lambda: send.engage(send.update("0", set={"a": 2})),
        lambda: send.track(send.event("Open", "1")),
        lambda: send.engage(send.update("2", add={"a": 2})),
    ]
    for number, revive in enumerate(revivals):
        send.engage(send.update(str(number), set={"old": 1}))
        send.engage(send.update(str(number), delete=""))
        revive()
        person = send.profile(str(number))
        assert person.deleted_at is None
        assert person.properties == ({} if number == 1 else {"a": 2})


def test_losing_the_last_property_without_an_event_is_being_nobody(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}), send.update("2", set={"a": 1}))
    send.track(send.event("Open", "2"))
    send.engage(send.update("1", unset=["a"]), send.update("2", unset=["a"]))
    assert send.profile("1").deleted_at is not None
    assert send.profile("2").deleted_at is None


def test_every_write_is_marked_with_its_transaction(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}))
    before = Profile.objects.get(distinct_id="1").xid
    assert before > 0
    # The test is one transaction, so a row that another one wrote is feigned.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE profiles_app_profile DISABLE TRIGGER profile_touch_xid")
        cursor.execute("UPDATE profiles_app_profile SET xid = '3'")
        cursor.execute("ALTER TABLE profiles_app_profile ENABLE TRIGGER profile_touch_xid")
    assert Profile.objects.get(distinct_id="1").xid == 3
    Profile.objects.filter(distinct_id="1").update(properties={"by": "the ORM"})
    assert Profile.objects.get(distinct_id="1").xid == before


def test_groups(send: Sender) -> None:
    token = send.project.token
    record = {"$token": token, "$group_key": "company_size", "$group_id": "Acme", "$set": {"$name": "Acme", "n": 1}}
    assert send.groups(record).json() == {"status": 1, "error": None}
    assert send.groups(
        {"$token": token, "$group_key": "company_size", "$group_id": "Acme", "$union": {"tags": ["a"]}},
        {"$token": token, "$group_key": "team", "$group_id": "Acme", "$set_once": {"n": 2}},
    ).json() == {"status": 1, "error": None}
    key = GroupKey.objects.get(key="company_size")
    assert key.label == "Company Size"
    assert Profile.objects.get(group_key=key).properties == {"$name": "Acme", "n": 1, "tags": ["a"]}
    assert Profile.objects.get(group_key__key="team").properties == {"n": 2}
    send.groups({"$token": token, "$group_key": "team", "$group_id": "Acme", "$delete": ""})
    assert Profile.objects.get(group_key__key="team").deleted_at is not None
    assert not Profile.objects.filter(group_key=None).exists()


def test_a_group_record_without_key_or_id_is_refused(send: Sender) -> None:
    token = send.project.token
    answer = send.groups(
        {"$token": token, "$group_id": "Acme", "$set": {"n": 1}},
        {"$token": token, "$group_key": "company", "$set": {"n": 1}},
        {"$token": token, "$group_key": "x" * 300, "$group_id": "Acme", "$set": {"n": 1}},
        query="?strict=1",
    ).json()
    assert [failed["field"] for failed in answer["failed_records"]] == ["$group_key", "$group_id", "$group_key"]
    assert not Profile.objects.exists()


def test_ids_that_are_numbers_are_their_digits(send: Sender) -> None:
    send.engage({"$token": send.project.token, "$distinct_id": 42, "$set": {"a": 1}})
    send.track(send.event("Open", "42"))
    assert Profile.objects.get().distinct_id == "42"
