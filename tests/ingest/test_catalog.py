"""What the catalog learns, and that learning costs nothing once it is done."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from profiles_app.ingest import catalog
from profiles_app.models import EventName, Kind, Project, PropertyDefinition
from tests.ingest.sending import Sender


def _kinds(**where: object) -> dict[str, Kind]:
    return {row.name: Kind(row.kinds) for row in PropertyDefinition.objects.filter(**where)}


def test_names_and_kinds_are_learned(send: Sender) -> None:
    send.engage(
        send.update("1", set={"a": "text", "b": 1, "c": True, "d": "2026-01-31", "e": [1], "f": {"x": 1}, "g": None})
    )
    send.engage(send.update("1", set={"a": 1.5, "d": "tomorrow", "g": "2026-01-31T10:00:00.5Z"}))
    assert _kinds(scope="profile") == {
        "a": Kind.STRING | Kind.NUMBER,
        "b": Kind.NUMBER,
        "c": Kind.BOOLEAN,
        "d": Kind.STRING | Kind.DATE,
        "e": Kind.LIST,
        "f": Kind.OBJECT,
        "g": Kind.STRING | Kind.DATE,
    }


def test_kinds_are_those_of_what_is_stored(send: Sender) -> None:
    send.engage(send.update("1", set={"text": "x"}, append={"list": 1}, add={"n": 1, "text": 2}, remove={"no": 1}))
    assert _kinds(scope="profile") == {"text": Kind.STRING, "list": Kind.LIST, "n": Kind.NUMBER}


def test_scopes_are_apart(send: Sender) -> None:
    send.engage(send.update("1", set={"a": 1}))
    send.track(send.event("Open", "1", a="x"))
    send.groups({"$token": send.project.token, "$group_key": "company", "$group_id": "A", "$set": {"a": True}})
    assert _kinds(scope="profile", group_key=None) == {"a": Kind.NUMBER}
    assert _kinds(scope="event") == {"a": Kind.STRING}
    assert _kinds(group_key__key="company") == {"a": Kind.BOOLEAN}
    assert list(EventName.objects.values_list("name", flat=True)) == ["Open"]


@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("2026-01-31", True),
        ("2026-01-31T10:00:00", True),
        ("2026-01-31 10:00", True),
        ("2026-01-31T10:00:00.123456+02:00", True),
        ("2026-01-31x", False),
        ("2026-1-31", False),
        ("abcd-01-31", False),
        ("2026-01-31\n", False),
    ],
)
def test_what_reads_as_a_date(text: str, is_date: bool) -> None:
    assert bool(catalog.find_dates([{"a": text}])) == is_date


@pytest.mark.django_db(transaction=True)
def test_a_name_is_written_once_and_read_never() -> None:
    send = Sender(Client(), Project.objects.create(name="Demo", token="t", secret_hash="x"))
    for _ in range(2):
        send.engage(send.update("1", set={"a": 1}))
        send.track(send.event("Open", "1", a=1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        send.engage(send.update("1", set={"a": 1}))
        send.track(send.event("Open", "1", a=1))
    assert not [query for query in queries if "propertydefinition" in query["sql"] or "eventname" in query["sql"]]
    with CaptureQueriesContext(connection) as queries:
        send.engage(send.update("1", set={"a": "now text"}))
    assert len([query for query in queries if "propertydefinition" in query["sql"]]) == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_is_not_remembered() -> None:
    send = Sender(Client(), Project.objects.create(name="Demo", token="t", secret_hash="x"))
    send.engage(send.update("1", set={"a": 1}), query="?dry_run=1")
    send.track(send.event("Open", "1", b=1), query="?dry_run=1")
    assert not PropertyDefinition.objects.exists()
    assert not EventName.objects.exists()
    send.engage(send.update("1", set={"a": 1}))
    send.track(send.event("Open", "1", b=1))
    assert set(PropertyDefinition.objects.values_list("name", flat=True)) == {"a", "b"}
    assert len(send.events("1")) == 1


def test_a_batch_is_a_handful_of_statements(send: Sender) -> None:
    def count(size: int) -> dict[str, int]:
        bodies = {
            "set": [send.update(f"{size}-{number}", set={"n": number}) for number in range(size)],
            "add": [send.update(f"{size}-{number}", add={"n": number}) for number in range(size)],
            "unset": [send.update(f"{size}-{number}", unset=["n"]) for number in range(size)],
        }
        statements = {}
        for name, records in bodies.items():
            with CaptureQueriesContext(connection) as queries:
                assert send.engage(*records).json()["status"] == 1
            statements[name] = len(queries)
        events = [send.event("Open", f"{size}-{number}") for number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            assert send.track(*events).json()["status"] == 1
        return statements | {"track": len(queries)}

    count(2)  # The first batch learns the names.
    assert count(10) == count(2_000)
    assert max(count(10).values()) <= 16
