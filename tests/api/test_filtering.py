"""Filters, through every address that takes one."""

import json

from profiles_app.models import Project
from tests.api.conftest import Caller
from tests.api.test_engage import ids
from tests.api.test_profiles import make_people, walk
from tests.pages.making import make_profile

PATH = "/api/query/engage"


def test_some_people_and_some_properties(project: Project, script: Caller) -> None:
    for name in ("alice", "bob", "carol"):
        make_profile(project, name, {"plan": "pro", "n": 1})
    assert ids(script.read(PATH, distinct_id="bob")) == ["bob"]
    assert ids(script.send_form(PATH, distinct_ids='["carol", "alice", "nobody"]').json()) == ["alice", "carol"]
    assert ids(script.read(PATH, distinct_id="bob", distinct_ids='["alice"]')) == []
    assert ids(script.read(PATH, distinct_ids="[]")) == []
    page = script.read(PATH, distinct_id="bob", output_properties='["plan", "nothing"]')
    assert page["results"] == [{"$distinct_id": "bob", "$properties": {"plan": "pro"}}]
    page = script.read(PATH, distinct_id="bob", output_properties='["$last_seen"]')
    assert page["results"][0]["$properties"] == {"$last_seen": "2026-07-17T12:00:00"}


def test_a_filter(project: Project, script: Caller) -> None:
    make_people(project, 6)
    make_profile(project, "visitor")
    leaf = {"property": "plan", "type": "string", "op": "is", "value": ["free"]}
    tree = {"where": {"all": [leaf]}}
    assert ids(script.read(PATH, filter=json.dumps(tree))) == ["user-0000", "user-0003"]
    assert ids(script.read(PATH, filter=json.dumps(tree), distinct_ids='["user-0003"]')) == ["user-0003"]
    everybody = json.dumps({"population": "all", "where": {"all": []}})
    assert script.read(PATH, filter=everybody)["total"] == 7
    assert script.get(PATH, filter='{"where": {"some": []}}').json()["error"]["code"] == "bad_filter"


def test_an_unknown_cohort_is_an_error(project: Project, script: Caller) -> None:
    make_people(project, 3)
    answer = script.get(PATH, filter_by_cohort='{"id": 12345}')
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["message"]


def test_a_filter_is_one_everywhere(project: Project, script: Caller) -> None:
    make_people(project, 30)
    make_profile(project, "visitor")
    leaf = {"property": "plan", "type": "string", "op": "is", "value": ["free"]}
    three = {"property": "n", "type": "number", "op": "equals", "value": 3}
    tree = {"version": 1, "where": {"all": [leaf, {"not": three}]}}
    text = json.dumps(tree)
    found = walk(script, filter=text, limit=4)
    assert sorted(found) == [f"user-{number:04}" for number in range(0, 30, 3) if number != 3]
    assert script.read("/api/v1/profiles/count", filter=text) == {"total": len(found)}
    assert script.post("/api/v1/profiles/count", {"filter": tree}).json() == {"total": len(found)}
    assert len(script.post("/api/v1/profiles", {"filter": tree}).json()["results"]) == len(found)
    assert ids(script.read(PATH, filter=text)) == sorted(found)


def test_the_population_of_a_filter(project: Project, script: Caller) -> None:
    make_people(project, 2)
    make_profile(project, "visitor")
    everybody = json.dumps({"population": "all", "where": {"all": []}})
    assert script.read("/api/v1/profiles/count", filter=everybody) == {"total": 3}
    assert script.read("/api/v1/profiles/count", filter=everybody, population="profiles") == {"total": 2}
