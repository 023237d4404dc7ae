"""/api/v1/profiles/{distinct_id}/events and /api/query/stream/query."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles_app.api import stream
from profiles_app.models import GroupKey, Project
from tests.api.conftest import Caller
from tests.ingest.sending import Sender
from tests.pages.making import NOW, make_events, make_profile

PATH = "/api/v1/profiles/alice/events"
STREAM = "/api/query/stream/query"


def walk(script: Caller, path: str, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = script.read(path, cursor=cursor, **parameters)
        found += page["results"]
        if page["next"] is None:
            return found
        cursor = page["next"]


def test_events_newest_first(project: Project, script: Caller) -> None:
    alice = make_profile(project, "alice", {"plan": "pro"})
    make_events(alice, "Sign Up", [NOW], {"plan": "pro"})
    make_events(alice, "Log In", [NOW + timedelta(seconds=1.5)])
    assert script.read(PATH) == {
        "next": None,
        "results": [
            {"event": "Log In", "time": "2026-07-17T12:00:01.500000Z", "distinct_id": "alice", "properties": {}},
            {"event": "Sign Up", "time": "2026-07-17T12:00:00Z", "distinct_id": "alice", "properties": {"plan": "pro"}},
        ],
    }


def test_walking_all_pages_gives_each_event_once(project: Project, script: Caller) -> None:
    alice = make_profile(project, "alice", {"plan": "pro"})
    # Many at one moment: the cursor settles ties.
    for name in ("A", "B", "C"):
        make_events(alice, name, [NOW - timedelta(minutes=number // 4) for number in range(20)])
    found = walk(script, PATH, limit=7)
    assert len(found) == 60
    times = [event["time"] for event in found]
    assert times == sorted(times, reverse=True)
    assert found == script.read(PATH, limit=1_000)["results"]


def test_days_are_those_of_the_project(project: Project, script: Caller) -> None:
    project.timezone = "America/New_York"
    project.save()
    alice = make_profile(project, "alice", {"plan": "pro"})
    # 03:59 and 04:00 UTC are the two sides of midnight in New York.
    make_events(alice, "Late", [datetime(2026, 7, 17, 3, 59, 59, tzinfo=UTC)])
    make_events(alice, "Early", [datetime(2026, 7, 17, 4, tzinfo=UTC)])
    names = [event["event"] for event in script.read(PATH, from_date="2026-07-17")["results"]]
    assert names == ["Early"]
    names = [event["event"] for event in script.read(PATH, to_date="2026-07-16")["results"]]
    assert names == ["Late"]
    both = {"from_date": "2026-07-16", "to_date": "2026-07-17", "distinct_ids": '["alice"]'}
    assert [event["event"] for event in script.read(STREAM, **both)["results"]["events"]] == ["Late", "Early"]


def test_events_of_a_group_say_who_did_them(project: Project, script: Caller, companies: GroupKey) -> None:
    alice = make_profile(project, "alice", {"plan": "pro"})
    make_profile(project, "acme", {"plan": "pro"}, group_key=companies)
    make_events(alice, "Sign Up", [NOW], {"company": "acme"})
    make_events(alice, "Other", [NOW], {"company": "linear"})
    (event,) = script.read("/api/v1/profiles/acme/events", group_key="company")["results"]
    assert (event["event"], event["distinct_id"]) == ("Sign Up", "alice")


def test_a_cursor_is_good_for_its_own_feed(project: Project, script: Caller) -> None:
    for name in ("alice", "bob"):
        make_events(make_profile(project, name, {"plan": "pro"}), "Sign Up", [NOW, NOW - timedelta(days=1)])
    cursor = script.read(PATH, limit=1)["next"]
    assert script.read(PATH, cursor=cursor)["results"][0]["event"] == "Sign Up"
    assert script.get("/api/v1/profiles/bob/events", cursor=cursor).json()["error"]["code"] == "bad_cursor"
    assert script.get(PATH, cursor=cursor, to_date="2026-07-20").json()["error"]["code"] == "bad_cursor"
    assert script.get(PATH, cursor=cursor[:-1]).json()["error"]["code"] == "bad_cursor"
    # A cursor of another kind of list.
    make_profile(project, "carol", {"plan": "pro"})
    other = script.read("/api/v1/profiles", limit=1)["next"]
    assert script.get(PATH, cursor=other).json()["error"]["code"] == "bad_cursor"


WRONG_DAYS = [
    {"from_date": "yesterday"},
    {"from_date": "2026-02-30"},
    {"from_date": "1899-12-31"},
    {"to_date": "9999-12-31"},
    {"from_date": "0001-01-01"},
    {"from_date": "2026-02-02", "to_date": "2026-02-01"},
]


@pytest.mark.parametrize("wrong", [*WRONG_DAYS, {"limit": "0"}, {"cursor": "x"}, {"page": "1"}])
def test_parameters_that_are_wrong(wrong: dict[str, str], project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"plan": "pro"})
    answer = script.get(PATH, **wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("path", [PATH, STREAM])
def test_as_many_queries_for_a_hundred_as_for_ten(path: str, project: Project, script: Caller) -> None:
    alice = make_profile(project, "alice", {"plan": "pro"})
    parameters = {"distinct_ids": '["alice"]', "from_date": "2026-07-01", "to_date": "2026-07-31"}
    parameters = parameters if path == STREAM else {}
    counts = []
    for number in (10, 90):
        make_events(alice, f"Event {number}", [NOW - timedelta(seconds=step) for step in range(number)])
        with CaptureQueriesContext(connection) as queries:
            script.read(path, **parameters)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_a_stream_in_the_format_of_mixpanel(project: Project, script: Caller) -> None:
    send = Sender(script.client, project)
    send.import_events(
        send.event("Sign Up", "alice", time=1_750_000_000, **{"$insert_id": "one", "plan": "pro"}),
        send.event("Log In", "bob", time=1_750_000_060, **{"$insert_id": "two"}),
        send.event("Log In", "carol", time=1_750_000_000, **{"$insert_id": "three"}),
    )
    days = {"from_date": "2025-06-01", "to_date": "2025-06-30"}
    for path in (STREAM, "/api/2.0/stream/query"):
        found = script.read(path, distinct_ids='["bob", "alice", "nobody"]', workspace_id="7", **days)
        assert found["status"] == "ok"
        first, second = found["results"]["events"]
        assert first["event"] == "Sign Up"
        assert first["properties"] == first["properties"] | {
            "time": 1_750_000_000, "$distinct_id": "alice", "distinct_id": "alice", "plan": "pro", "$insert_id": "one",
        }  # fmt: skip
        assert (second["event"], second["properties"]["$distinct_id"]) == ("Log In", "bob")
        assert script.send_form(path, distinct_ids='["bob", "alice"]', **days).json() == found


@pytest.mark.parametrize(
    "wrong",
    [*WRONG_DAYS, {"from_date": ""}, {"distinct_ids": ""}, {"distinct_ids": "alice"}, {"distinct_ids": '{"a": 1}'},
     {"distinct_ids": "[1]"}, {"distinct_ids": '[""]'}, {"distinct_ids": '["a"'}, {"nonsense": "1"},
     {"distinct_ids": str(["x"] * 2_001).replace("'", '"')}],
)  # fmt: skip
def test_streams_that_are_wrong(wrong: dict[str, str], script: Caller) -> None:
    good = {"distinct_ids": '["alice"]', "from_date": "2026-07-01", "to_date": "2026-07-31"}
    answer = script.get(STREAM, **(good | wrong))
    assert answer.status_code == 400, answer.content


def test_a_stream_is_never_cut(project: Project, script: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_EVENTS", 3)
    make_events(make_profile(project, "alice"), "Log In", [NOW - timedelta(days=step) for step in range(4)])
    asked = {"distinct_ids": '["alice"]', "to_date": "2026-07-31"}
    answer = script.get(STREAM, from_date="2026-07-01", **asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert len(script.read(STREAM, from_date="2026-07-15", **asked)["results"]["events"]) == 3
