"""/api/v1/properties and /api/v1/events."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles_app.models import EventName, GroupKey, Project, PropertyDefinition
from tests.api.conftest import Caller
from tests.conftest import People
from tests.ingest.sending import Sender


@pytest.fixture
def sent(project: Project, script: Caller) -> Sender:
    """Profiles, groups and events, as they arrive."""
    send = Sender(script.client, project)
    send.engage(
        send.update("alice", set={"plan": "pro", "age": 30, "tags": ["a", "b"], "vip": True}),
        send.update("bob", set={"plan": "pro", "age": "old", "tags": ["b"]}),
        send.update("carol", set={"plan": "Premium", "nothing": None, "address": {"city": "Oslo"}}),
    )
    send.groups({"$token": project.token, "$group_key": "company", "$group_id": "acme", "$set": {"plan": "enterprise"}})
    send.track(
        send.event("Sign Up", "alice", plan="pro", via="ad"),
        send.event("Sign Up", "bob", via="ad"),
        send.event("Log In", "bob", via="mail"),
    )
    return send


def walk(script: Caller, path: str, **parameters: Any) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = script.read(path, cursor=cursor, **parameters)
        found += [row["name"] for row in page["results"]]
        if page["next"] is None:
            return found
        cursor = page["next"]


def test_properties(sent: Sender, script: Caller) -> None:
    PropertyDefinition.objects.filter(name="plan", group_key=None, scope="profile").update(label="Plan", hidden=True)
    page = script.read("/api/v1/properties")
    assert page["next"] is None
    found = {row["name"]: row for row in page["results"]}
    assert list(found) == sorted(found)
    assert set(found["plan"]) == {"name", "label", "hidden", "kinds", "first_seen", "last_seen"}
    assert (found["plan"]["label"], found["plan"]["hidden"], found["plan"]["kinds"]) == ("Plan", True, ["string"])
    assert found["age"]["kinds"] == ["string", "number"]
    assert found["vip"]["kinds"] == ["boolean"]
    assert found["tags"]["kinds"] == ["list"]
    assert found["address"]["kinds"] == ["object"]


def test_properties_of_events_and_groups(sent: Sender, script: Caller) -> None:
    assert {"plan", "via"} <= set(walk(script, "/api/v1/properties", scope="event"))
    assert walk(script, "/api/v1/properties", group_key="company") == ["plan"]
    assert [row["name"] for row in script.read("/api/v1/properties", search="LA")["results"]] == ["plan"]


def test_event_names(sent: Sender, script: Caller) -> None:
    EventName.objects.filter(name="Sign Up").update(label="Registered")
    rows = script.read("/api/v1/events")["results"]
    assert [row["name"] for row in rows] == ["Log In", "Sign Up"]
    assert set(rows[0]) == {"name", "label", "hidden", "first_seen", "last_seen"}
    assert [row["name"] for row in script.read("/api/v1/events", search="regist")["results"]] == ["Sign Up"]


@pytest.mark.parametrize("path", ["/api/v1/properties", "/api/v1/events"])
def test_walking_all_pages_gives_each_name_once(path: str, project: Project, script: Caller) -> None:
    odd = ["a", "A", "á", "", "$x", "x y", "a,b", "日本", "_", "%", "'", "x" * 255, "🎉" * 255]
    names = [name or "zero" for name in odd] + [f"n{number}" for number in range(30)]
    EventName.objects.bulk_create(EventName(project=project, name=name) for name in names)
    PropertyDefinition.objects.bulk_create(
        PropertyDefinition(project=project, scope="profile", name=name, kinds=1) for name in names
    )
    for limit in (1, 7, 1_000):
        found = walk(script, path, limit=limit)
        assert sorted(found) == sorted(names)


@pytest.mark.parametrize("path", ["/api/v1/properties", "/api/v1/events"])
def test_names_of_another_project(path: str, sent: Sender, people: People, script: Caller) -> None:
    elsewhere = people.outsider.projects.get()
    EventName.objects.create(project=elsewhere, name="Theirs")
    PropertyDefinition.objects.create(project=elsewhere, scope="profile", name="Theirs", kinds=1)
    assert "Theirs" not in walk(script, path)


def test_cursors_belong_to_their_list(project: Project, script: Caller) -> None:
    EventName.objects.bulk_create(EventName(project=project, name=name) for name in "abc")
    cursor = script.read("/api/v1/events", limit=1)["next"]
    assert script.get("/api/v1/events", cursor=cursor).status_code == 200
    assert script.get("/api/v1/events", cursor=cursor, search="a").json()["error"]["code"] == "bad_cursor"
    assert script.get("/api/v1/properties", cursor=cursor).json()["error"]["code"] == "bad_cursor"


def values(script: Caller, path: str, **parameters: Any) -> list[tuple[Any, int]]:
    return [(row["value"], row["count"]) for row in script.read(path, **parameters)["results"]]


def test_values_most_frequent_first(sent: Sender, script: Caller) -> None:
    path = "/api/v1/properties/values"
    assert values(script, path, name="plan") == [("pro", 2), ("Premium", 1)]
    assert values(script, path, name="plan", prefix="PR") == [("pro", 2), ("Premium", 1)]
    assert values(script, path, name="plan", prefix="pre") == [("Premium", 1)]
    assert values(script, path, name="plan", limit=1) == [("pro", 2)]
    assert values(script, path, name="tags") == [("b", 2), ("a", 1)]
    assert sorted(values(script, path, name="age"), key=str) == [("old", 1), (30, 1)]
    assert values(script, path, name="vip") == [(True, 1)]
    assert values(script, path, name="nothing") == []
    assert values(script, path, name="unknown") == []
    assert values(script, path, name="plan", group_key="company") == [("enterprise", 1)]


def test_values_of_events(sent: Sender, script: Caller) -> None:
    path = "/api/v1/properties/values"
    assert values(script, path, name="via", scope="event") == [("ad", 2), ("mail", 1)]
    assert values(script, path, name="via", scope="event", event="Log In") == [("mail", 1)]
    assert values(script, "/api/v1/events/values", name="Sign Up", property="via") == [("ad", 2)]
    assert values(script, "/api/v1/events/values", name="Sign Up", property="via", prefix="x") == []
    assert values(script, "/api/v1/events/values", name="Unknown", property="via") == []


@pytest.mark.parametrize("prefix", ["%", "_", "\\", "'", '"', "{}", "a" * 255])
def test_prefixes_are_plain_text(prefix: str, sent: Sender, script: Caller) -> None:
    assert values(script, "/api/v1/properties/values", name="plan", prefix=prefix) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/api/v1/properties", {"scope": "user"}),
        ("/api/v1/properties", {"scope": "event", "group_key": "company"}),
        ("/api/v1/properties", {"limit": "0"}),
        ("/api/v1/properties", {"name": "plan"}),
        ("/api/v1/properties/values", {}),
        ("/api/v1/properties/values", {"name": ""}),
        ("/api/v1/properties/values", {"name": "plan", "event": "Sign Up"}),
        ("/api/v1/properties/values", {"name": "plan", "scope": "event", "group_key": "company"}),
        ("/api/v1/properties/values", {"name": "a\0b"}),
        ("/api/v1/properties/values", {"name": "x" * 256}),
        ("/api/v1/properties/values", {"name": "plan", "prefix": "x" * 256}),
        ("/api/v1/events", {"scope": "event"}),
        ("/api/v1/events/values", {"name": "Sign Up"}),
        ("/api/v1/events/values", {"property": "plan"}),
    ],
)
def test_parameters_that_are_wrong(path: str, wrong: dict[str, str], companies: GroupKey, script: Caller) -> None:
    answer = script.get(path, **wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]


@pytest.mark.parametrize("path", ["/api/v1/properties", "/api/v1/events"])
def test_as_many_queries_for_a_hundred_as_for_ten(path: str, project: Project, script: Caller) -> None:
    counts = []
    for first, last in ((0, 10), (10, 100)):
        names = [f"name {number}" for number in range(first, last)]
        EventName.objects.bulk_create(EventName(project=project, name=name) for name in names)
        PropertyDefinition.objects.bulk_create(
            PropertyDefinition(project=project, scope="profile", name=name, kinds=1) for name in names
        )
        with CaptureQueriesContext(connection) as queries:
            assert len(script.read(path)["results"]) == last
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4
