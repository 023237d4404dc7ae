"""/api/v1/profiles: pages, counts, one profile."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles_app.models import GroupKey, Profile, Project
from tests.api.conftest import Caller
from tests.conftest import People
from tests.pages.making import NOW, make_profile

PATH = "/api/v1/profiles"


def make_people(project: Project, count: int, *, prefix: str = "user") -> None:
    Profile.objects.bulk_create(
        Profile(
            project=project,
            distinct_id=f"{prefix}-{number:04}",
            properties={"n": number, "plan": "pro" if number % 3 else "free"},
            created_at=NOW,
            updated_at=NOW - timedelta(minutes=number % 7),
        )
        for number in range(count)
    )


def walk(script: Caller, **parameters: Any) -> list[str]:
    """The distinct ids of all pages, in their order; each page says the same total."""
    found: list[str] = []
    cursor, totals = None, set()
    while cursor != "":
        page = script.read(PATH, **parameters, **({"cursor": cursor} if cursor else {}))
        found += [row["distinct_id"] for row in page["results"]]
        totals.add(page["total"])
        cursor = page["next"] or ""
    assert totals == {len(found)}
    return found


def test_a_page(project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"plan": "pro", "tags": ["a"]})
    make_profile(project, "visitor")
    (row,) = (page := script.read(PATH))["results"]
    assert (page["total"], page["next"]) == (1, None)
    assert row == {
        "distinct_id": "alice",
        "group_key": None,
        "properties": {"plan": "pro", "tags": ["a"]},
        "updated_at": "2026-07-17T12:00:00Z",
        "created_at": "2026-07-17T12:00:00Z",
    }


def test_everybody(project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"plan": "pro"})
    make_profile(project, "visitor")
    page = script.read(PATH, population="all", sort="$distinct_id")
    assert [row["distinct_id"] for row in page["results"]] == ["alice", "visitor"]
    assert page["results"][1]["updated_at"] is None
    assert script.read(f"{PATH}/count", population="all") == {"total": 2}
    assert script.read(f"{PATH}/count") == {"total": 1}


def test_groups(project: Project, script: Caller, companies: GroupKey) -> None:
    make_profile(project, "acme", {"plan": "pro"}, group_key=companies)
    make_profile(project, "alice", {"plan": "pro"})
    (row,) = script.read(PATH, group_key="company")["results"]
    assert (row["distinct_id"], row["group_key"]) == ("acme", "company")
    assert script.read(f"{PATH}/acme", group_key="company")["properties"] == {"plan": "pro"}
    assert script.get(f"{PATH}/acme").status_code == 404
    assert script.get(PATH, group_key="team").status_code == 404


def test_nobody_of_another_project(project: Project, people: People, script: Caller) -> None:
    make_profile(people.outsider.projects.get(), "theirs", {"plan": "pro"})
    assert script.read(PATH)["results"] == []
    assert script.get(f"{PATH}/theirs").status_code == 404
    assert script.get(f"{PATH}/theirs/events").status_code == 404


@pytest.mark.parametrize("sort", ["", "n", "-n", "plan", "-plan", "$distinct_id", "-$last_seen", "nothing"])
def test_walking_all_pages_gives_everybody_once(sort: str, project: Project, script: Caller) -> None:
    make_people(project, 57)
    parameters = {"sort": sort} if sort else {}
    found = walk(script, limit=10, **parameters)
    assert len(found) == len(set(found)) == 57
    assert found == [row["distinct_id"] for row in script.read(PATH, limit=1_000, **parameters)["results"]]


def test_sorting_puts_the_unset_last(project: Project, script: Caller) -> None:
    for name, properties in {"a": {"n": 2}, "b": {"x": 1}, "c": {"n": 10}, "d": {"-n": 1}}.items():
        make_profile(project, name, properties)
    assert walk(script, sort="n")[:2] == ["a", "c"]
    assert walk(script, sort="-n")[:2] == ["c", "a"]
    assert walk(script, sort="+-n")[0] == "d"


def test_searching(project: Project, script: Caller) -> None:
    make_profile(project, "1", {"$name": "Alice Singh"})
    make_profile(project, "2", {"$email": "bob@example.com"})
    assert [row["distinct_id"] for row in script.read(PATH, search="SINGH")["results"]] == ["1"]
    assert script.read(f"{PATH}/count", search="example.com") == {"total": 1}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("plan", {"plan"}),
        ("plan,city", {"plan", "city"}),
        ('"a,b",plan', {"a,b", "plan"}),
        ('["a,b", "[odd"]', {"a,b", "[odd"}),
        ("nothing", set()),
        ("plan,plan", {"plan"}),
    ],
)
def test_columns(columns: str, expected: set[str], project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"plan": "pro", "city": "Oslo", "a,b": 1, "[odd": 2})
    assert set(script.read(PATH, columns=columns)["results"][0]["properties"]) == expected


def test_a_body_says_the_same_as_parameters(project: Project, script: Caller) -> None:
    make_people(project, 12)
    body = {"columns": ["n"], "sort": "-n", "limit": 5, "search": "user", "cursor": None, "population": "profiles"}
    first = script.post(PATH, body).json()
    assert first["results"] == script.read(PATH, columns="n", sort="-n", limit=5, search="user")["results"]
    second = script.post(PATH, body | {"cursor": first["next"]}).json()
    assert [row["properties"]["n"] for row in second["results"]] == [6, 5, 4, 3, 2]
    assert script.post(f"{PATH}/count", {"search": "user-0001"}).json() == {"total": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "many"),
        ("limit", ""),
        ("population", "some"),
        ("sort", "-"),
        ("sort", "x" * 257),
        ("sort", "a\0b"),
        ("search", "x" * 256),
        ("search", "a\0b"),
        ("columns", "x" * 256),
        ("columns", ",".join(str(number) for number in range(2_001))),
        ("columns", "[1]"),
        ("columns", '["a'),
        ("columns", '{"a": 1}'),
        ("cursor", "nonsense"),
        ("cursor", "x" * 8_001),
        ("filter", "nonsense"),
        ("filter", "[]"),
        ("filter", ""),
        ("filter", "null"),
        ("filter", "7"),
        ("filtre", '{"where": {"all": []}}'),
    ],
)
def test_parameters_that_are_wrong(name: str, value: str, script: Caller) -> None:
    answer = script.get(PATH, **{name: value})
    if (name, value) == ("columns", '{"a": 1}'):
        assert answer.status_code == 200  # A strange name, but a name.
        return
    assert answer.status_code == 400, answer.content
    assert set(answer.json()["error"]) == {"code", "message", "details"}


@pytest.mark.parametrize(
    "body",
    [{"limit": "many"}, {"limit": [1]}, {"sort": 7}, {"columns": "x" * 256}, {"columns": [7]}, {"columns": {"a": 1}},
     {"filter": 7}, {"filter": []}, {"population": None}, {"search": None}, {"search": ["a"]}, {"nonsense": 1}],
)  # fmt: skip
def test_bodies_that_are_wrong(body: dict[str, Any], script: Caller) -> None:
    answer = script.post(PATH, body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["details"][0]["message"]


def test_details_name_the_parameter(script: Caller) -> None:
    error = script.get(PATH, limit="0").json()["error"]
    assert error["code"] == "bad_input"
    assert error["details"] == [
        {"path": "limit", "code": "min_value", "message": "Ensure this value is greater than or equal to 1."}
    ]
    assert "limit" in error["message"]


def test_a_cursor_is_good_for_its_own_list(project: Project, script: Caller, companies: GroupKey) -> None:
    make_people(project, 5)
    cursor = script.read(PATH, limit=2)["next"]
    assert script.get(PATH, limit=3, cursor=cursor, columns="n").status_code == 200
    others: list[dict[str, Any]] = [
        {"sort": "n"}, {"search": "u"}, {"population": "all"}, {"group_key": "company"},
        {"filter": '{"where": {"all": []}}'}, {"sort": "+$last_seen"},
    ]  # fmt: skip
    for other in others:
        answer = script.get(PATH, limit=2, cursor=cursor, **other)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_cursor")
    for changed in (cursor[:-1], cursor + "x", "x" + cursor, cursor.replace(":", ";")):
        assert script.get(PATH, limit=2, cursor=changed).status_code == 400


def test_a_cursor_is_good_for_its_own_filter(project: Project, script: Caller) -> None:
    make_people(project, 5)
    leaf = {"property": "n", "type": "number", "op": "more_than", "value": -1}
    tree = {"version": 1, "where": {"all": [leaf]}}
    cursor = script.read(PATH, limit=2, filter=json.dumps(tree))["next"]
    # Written in another way, it is the same filter.
    same = json.dumps({"where": {"all": [dict(reversed(leaf.items()))]}, "population": "profiles"}, indent=1)
    assert script.get(PATH, limit=2, cursor=cursor, filter=same).status_code == 200
    other = json.dumps({"where": {"all": [leaf | {"value": -2}]}})
    assert script.get(PATH, limit=2, cursor=cursor, filter=other).json()["error"]["code"] == "bad_cursor"
    assert script.get(PATH, limit=2, cursor=cursor).json()["error"]["code"] == "bad_cursor"


def test_what_is_wrong_with_a_filter_is_said_with_its_place(script: Caller) -> None:
    tree = {"where": {"all": [{"property": "n", "type": "number", "op": "more_than", "value": "x"}]}}
    for answer in (script.get(PATH, filter=json.dumps(tree)), script.post(f"{PATH}/count", {"filter": tree})):
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["code"] == "bad_filter"
        assert error["details"][0]["path"] == "where.all[0].value"


ODD_IDS = [
    "plain",
    "with blank",
    " blanks ",
    "a/b",
    "a//b",
    "/first",
    "100%",
    "%2F",
    "a%20b",
    "a+b",
    "a?b=c",
    "a#b",
    "a.b",
    "..",
    ".",
    "ünïcödé ✓ 🎉",
    "line\nbreak",
    "tab\t",
    '"quotes"',
    "a;b,c",
    "values",
    "x" * 255,
]
ONLY_BY_PARAMETER = ["count", "events", "a/events", "a/", "a/events/", "count/", "/", "//"]


@pytest.mark.parametrize("distinct_id", ODD_IDS)
def test_odd_ids_in_the_path(distinct_id: str, project: Project, script: Caller) -> None:
    make_profile(project, distinct_id, {"mark": "this"})
    path = f"{PATH}/{quote(distinct_id, safe='')}"
    for address in (path, f"{path}/"):
        assert script.read(address)["distinct_id"] == distinct_id
        assert script.read(address.rstrip("/") + "/events")["results"] == []


@pytest.mark.parametrize("distinct_id", ODD_IDS + ONLY_BY_PARAMETER)
def test_any_id_in_a_parameter(distinct_id: str, project: Project, script: Caller) -> None:
    make_profile(project, distinct_id, {"mark": "this"})
    assert script.read("/api/v1/profile", distinct_id=distinct_id)["distinct_id"] == distinct_id
    assert script.read("/api/v1/profile/events", distinct_id=distinct_id)["results"] == []


@pytest.mark.parametrize("path", [f"{PATH}/nobody", f"{PATH}/%00", f"{PATH}/{'x' * 300}", f"{PATH}/nobody/events"])
def test_nobody_has_this_id(path: str, script: Caller) -> None:
    answer = script.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_an_id_is_needed(script: Caller) -> None:
    for path in ("/api/v1/profile", "/api/v1/profile/events"):
        assert script.get(path).json()["error"]["details"][0] == {
            "path": "distinct_id", "code": "required", "message": "This field is required.",
        }  # fmt: skip
        assert script.get(path, distinct_id="").status_code == 400
        assert script.get(path, distinct_id="x" * 256).status_code == 400


def test_as_many_queries_for_a_hundred_as_for_ten(project: Project, script: Caller) -> None:
    make_people(project, 100)
    counts = []
    for limit in (10, 100):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(script.read(PATH, limit=limit)["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
