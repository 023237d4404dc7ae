"""Events: their times, their duplicates, their partitions, and who may import them."""

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from profiles_app.models import Event, Project, ServiceAccount
from profiles_app.models.project import hash_secret
from profiles_app.services import partitions
from tests.conftest import SECRET
from tests.ingest.sending import Sender, basic_auth


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (1_600_000_000, "2020-09-13T12:26:40+00:00"),
        (1_600_000_000_123, "2020-09-13T12:26:40.123000+00:00"),
        (1_600_000_000.5, "2020-09-13T12:26:40.500000+00:00"),
        ("1600000000", "2020-09-13T12:26:40+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
        (951_782_399, "2000-02-28T23:59:59+00:00"),
        (1_709_251_199.999, "2024-02-29T23:59:59.999000+00:00"),
    ],
)
def test_times(send: Sender, sent: Any, stored: str) -> None:
    assert send.track(send.event("Open", "1", time=sent)).json() == {"status": 1, "error": None}
    assert send.events("1")[0].time.isoformat() == stored


@pytest.mark.parametrize("sent", [True, -1, "noon", "", "nan", [1], {"a": 1}, 10**17, 10**30])
def test_times_that_are_none(send: Sender, sent: Any) -> None:
    answer = send.track(send.event("Open", "1", time=sent)).json()
    assert answer["status"] == 0
    assert "properties.time: must be seconds or milliseconds since 1970" in answer["error"]
    assert not Event.objects.exists()


def test_the_future_becomes_now(send: Sender) -> None:
    before = datetime.now(UTC)
    send.track(send.event("Open", "1", time=time.time() + 5 * 86_400), send.event("Open", "1"))
    for event in send.events("1"):
        assert abs((event.time - before).total_seconds()) < 60


def test_reserved_names_are_columns_and_not_properties(send: Sender) -> None:
    send.track(send.event("Open", "1", time=1_600_000_000, **{"$insert_id": "i", "$os": "iOS"}))
    event = send.events("1")[0]
    assert (event.properties, event.insert_id, event.project_id) == ({"$os": "iOS"}, "i", send.project.pk)


def test_of_duplicates_the_latest_wins(send: Sender) -> None:
    same = {"time": 1_600_000_000, "$insert_id": "i"}
    send.track(send.event("Open", "1", n=1, **same), send.event("Open", "1", n=2, **same))
    assert [event.properties for event in send.events("1")] == [{"n": 2}]
    other = send.event("Open", "1", n=4, **{"time": 1_600_000_000, "$insert_id": "j"})
    send.track(send.event("Open", "1", n=3, **same), other)
    assert [event.properties for event in send.events("1")] == [{"n": 3}, {"n": 4}]


def test_events_that_differ_in_one_part_of_their_identity_are_several(send: Sender) -> None:
    base = {"time": 1_600_000_000, "$insert_id": "i"}
    send.track(
        send.event("Open", "1", **base),
        send.event("Close", "1", **base),
        send.event("Open", "2", **base),
        send.event("Open", "1", **(base | {"time": 1_600_000_001})),
        send.event("Open", "1", **(base | {"$insert_id": "j"})),
    )
    assert Event.objects.count() == 5


def test_without_insert_id_every_event_counts(send: Sender) -> None:
    event = send.event("Open", "1", time=1_600_000_000)
    send.track(event, event)
    send.track(event)
    assert [event.insert_id for event in send.events("1")] == [None] * 3


def test_who_did_it_when_no_distinct_id_is_sent(send: Sender) -> None:
    send.track(send.event("A", "", **{"$user_id": "u-1", "$device_id": "d-1"}))
    send.track(send.event("B", "", **{"$device_id": "d-1"}))
    send.track(send.event("C", ""), query="?ip=1")
    assert send.track(send.event("D", "")).json()["status"] == 0
    assert len(send.events("u-1")) == len(send.events("$device:d-1")) == 1
    assert Event.objects.count() == 3


def test_partitions_are_made_for_any_month(send: Sender) -> None:
    moments = [datetime(year, month, 15, tzinfo=UTC) for year, month in ((1971, 1), (1999, 12), (2020, 2), (2021, 12))]
    answer = send.import_events(
        *(
            {"event": "Old", "properties": {"distinct_id": "1", "time": moment.timestamp(), "$insert_id": "i"}}
            for moment in moments
        )
    )
    assert answer.json()["num_records_imported"] == 4
    assert [event.time for event in send.events("1")] == moments
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM profiles_app_event ORDER BY time")
        tables = [name for (name,) in cursor.fetchall()]
    assert tables == [partitions.name_partition(moment.date()) for moment in moments]


@pytest.mark.django_db
def test_partitions_are_made_ahead_of_time() -> None:
    partitions.ensure_coming_partitions(now=datetime(2031, 11, 30, tzinfo=UTC).timestamp(), months=2)
    with connection.cursor() as cursor:
        for month in (date(2031, 11, 1), date(2031, 12, 1), date(2032, 1, 1)):
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [partitions.name_partition(month)])
            assert cursor.fetchone() == (True,)


def _import(send: Sender, credentials: str, query: str = "") -> Any:
    record = {"event": "Old", "properties": {"distinct_id": "1", "time": 1, "$insert_id": "i"}}
    return send.post(f"/import{query}", [record], Authorization=credentials)


def test_import_with_the_project_secret(send: Sender) -> None:
    assert _import(send, basic_auth(SECRET)).json() == {"code": 200, "num_records_imported": 1, "status": "OK"}


def test_import_with_a_service_account(send: Sender) -> None:
    ServiceAccount.objects.create(project=send.project, username="robot", secret_hash=hash_secret("s3"))
    other = Project.objects.create(name="Other", secret_hash="x")
    assert _import(send, basic_auth("robot", "s3"), f"?project_id={send.project.pk}").status_code == 200
    assert _import(send, basic_auth("robot", "s3")).status_code == 200
    assert _import(send, basic_auth("robot", "s3"), f"?project_id={other.pk}").status_code == 401
    assert _import(send, basic_auth("robot", "wrong")).status_code == 401


@pytest.mark.parametrize(
    "credentials",
    ["", "Bearer x", "Basic", "Basic !!!", basic_auth("wrong"), basic_auth(""), basic_auth("a\0b"), "Basic /////w=="],
)
def test_import_without_valid_credentials(send: Sender, credentials: str) -> None:
    answer = _import(send, credentials)
    assert (answer.status_code, answer.json()["status"]) == (401, "Unauthorized")
    assert "Basic auth" in answer.json()["error"]
    assert not Event.objects.exists()


def test_import_requires_a_time(send: Sender) -> None:
    answer = send.import_events({"event": "Old", "properties": {"distinct_id": "1"}}).json()
    assert [failed["field"] for failed in answer["failed_records"]] == ["properties.time"]


@pytest.mark.parametrize("record", [{"event": "a"}, {"event": "a", "properties": []}, [], None, "x"])
def test_malformed_events_fail_alone(send: Sender, record: Any) -> None:
    good = {"event": "Old", "properties": {"distinct_id": "1", "time": 1}}
    answer = send.import_events(good, record).json()
    assert (answer["num_records_imported"], [failed["index"] for failed in answer["failed_records"]]) == (1, [1])
