"""Many clients at once, over real connections: nothing is lost and nothing blocks for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from profiles_app.ingest.people import raise_epoch
from profiles_app.ingest.transactions import hold_people
from profiles_app.models import Event, EventName, GroupKey, Profile, Project
from profiles_app.models.project import hash_secret
from profiles_app.services.partitions import ensure_partitions
from tests.conftest import SECRET
from tests.ingest.sending import Sender

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 16


@pytest.fixture
def committed() -> Sender:
    """A project that other connections see."""
    project = Project.objects.create(name="Demo", token="token-of-demo", secret_hash=hash_secret(SECRET))
    return Sender(Client(), project)


def _run_at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    """Calls `work` with 0 … times - 1 from many threads that start together."""
    barrier = Barrier(min(THREADS, times))

    def run(number: int) -> Any:
        if number < barrier.parties:
            barrier.wait(timeout=30)
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(times)))


def test_two_hundred_clients_add_one(committed: Sender) -> None:
    def add(number: int) -> bytes:
        return Sender(Client(), committed.project).engage(committed.update("1", add={"n": 1}), query="").content

    assert _run_at_once(add, 200) == [b"1"] * 200
    assert committed.properties("1") == {"n": 200}


def test_lists_and_sets_of_many_clients_are_all_there(committed: Sender) -> None:
    def change(number: int) -> bytes:
        record = committed.update("1", append={"log": number}, union={"set": [number % 7]}, set={f"p{number}": number})
        return Sender(Client(), committed.project).engage(record, query="").content

    assert _run_at_once(change, 80) == [b"1"] * 80
    properties = committed.properties("1")
    assert sorted(properties["log"]) == list(range(80))
    assert sorted(properties["set"]) == list(range(7))
    assert all(properties[f"p{number}"] == number for number in range(80))


def test_batches_over_the_same_people_in_different_orders(committed: Sender) -> None:
    """Merging and rewriting batches cross each other, over old people and new ones."""
    committed.engage(*(committed.update(f"p{number}", set={"n": 0}) for number in range(0, 60, 2)))

    def change(number: int) -> int:
        order = list(range(60)) if number % 2 else list(reversed(range(60)))
        merge = [committed.update(f"p{position}", set={f"by{number}": 1}) for position in order]
        rewrite = [committed.update(f"p{position}", add={"n": 1}) for position in order]
        return Sender(Client(), committed.project).engage(*(merge if number % 4 < 2 else rewrite)).status_code

    assert _run_at_once(change, 32) == [200] * 32
    people = Profile.objects.filter(deleted_at=None)
    assert people.count() == 60
    assert {person.properties["n"] for person in people} == {16}
    assert {sum(name.startswith("by") for name in person.properties) for person in people} == {16}


def test_new_names_new_people_and_new_months_all_at_once(committed: Sender) -> None:
    def track(number: int) -> int:
        events = [
            committed.event(
                f"event {position}",
                f"person {position}",
                time=position * 86_400 * 40,
                **{f"property {position}": number},
            )
            for position in (range(30) if number % 2 else reversed(range(30)))
        ]
        return Sender(Client(), committed.project).track(*events).status_code

    assert _run_at_once(track, 24) == [200] * 24
    assert (Event.objects.count(), EventName.objects.count(), Profile.objects.count()) == (720, 30, 30)


def test_a_duplicate_that_arrives_twice_at_once_is_one(committed: Sender) -> None:
    def track(number: int) -> int:
        events = [
            committed.event("Open", f"p{position}", time=1_600_000_000 + position, n=number, **{"$insert_id": "i"})
            for position in (range(40) if number % 2 else reversed(range(40)))
        ]
        return Sender(Client(), committed.project).track(*events).status_code

    assert _run_at_once(track, 16) == [200] * 16
    assert Event.objects.count() == 40


def test_one_group_key_for_many_first_senders(committed: Sender) -> None:
    def send(number: int) -> int:
        record = {"$token": "token-of-demo", "$group_key": "company", "$group_id": f"{number % 5}", "$add": {"n": 1}}
        return Sender(Client(), committed.project).groups(record).status_code

    assert _run_at_once(send, 40) == [200] * 40
    assert GroupKey.objects.count() == 1
    assert sorted(group.properties["n"] for group in Profile.objects.filter(deleted_at=None)) == [8] * 5


def test_nobody_is_declared_gone_while_an_event_arrives(committed: Sender) -> None:
    def race(number: int) -> int:
        sender = Sender(Client(), committed.project)
        person = f"p{number // 2}"
        if number % 2:
            return sender.track(committed.event("Open", person)).status_code
        sender.engage(committed.update(person, set={"a": 1}))
        return sender.engage(committed.update(person, delete="")).status_code

    assert _run_at_once(race, 120) == [200] * 120
    with_events = set(Event.objects.values_list("profile_id", flat=True))
    assert len(with_events) == 60
    assert not Profile.objects.filter(pk__in=with_events).exclude(deleted_at=None).exists()


def test_remembered_people_are_looked_up_again_after_they_were_deleted(committed: Sender) -> None:
    committed.track(committed.event("Open", "1"))
    committed.track(committed.event("Open", "1"))
    first = committed.profile("1").pk
    with transaction.atomic():
        hold_people(committed.project.pk)
        Event.objects.all()._raw_delete("default")
        Profile.objects.all().delete()
        raise_epoch(committed.project.pk)
    committed.track(committed.event("Open", "1"))
    person = committed.profile("1")
    assert person.pk != first
    assert [event.profile_id for event in committed.events("1")] == [person.pk]


def test_partitions_made_by_many_at_once(committed: Sender) -> None:
    def make(number: int) -> None:
        ensure_partitions([number % 3 * 86_400 * 31 + 10**9])

    _run_at_once(make, 24)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'profiles_app_event'::regclass")
        (before,) = cursor.fetchone() or (0,)
    assert before >= 3
