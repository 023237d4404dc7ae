"""PATCH and DELETE of one profile: who may, what is changed, and every refusal."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from profiles_app.models import GroupKey, Profile, ProfileEdit, Project
from tests.api.conftest import Caller
from tests.conftest import People
from tests.pages.making import NOW, make_events, make_profile

AskAs = Callable[[str], Caller]
ALICE = "/api/v1/profiles/alice"


@pytest.fixture(autouse=True)
def alice(project: Project) -> Profile:
    return make_profile(project, "alice", {"plan": "pro", "n": 1})


def change(caller: Caller, path: str, body: Any, method: str = "patch", **parameters: Any) -> Any:
    return getattr(caller.client, method)(
        path, body, content_type="application/json", query_params=caller.always | parameters, headers=caller.headers
    )


def properties_of(alice: Profile) -> Any:
    alice.refresh_from_db()
    return alice.properties


@pytest.mark.parametrize("who", ["secret", "account", "owner"])
def test_who_may_change_and_delete(who: str, ask_as: AskAs, alice: Profile, people: People) -> None:
    answer = change(ask_as(who), ALICE, {"set": {"plan": "free", "tags": ["a", None]}, "unset": ["n", "never"]})
    assert answer.status_code == 200, answer.content
    assert answer.json()["properties"] == {"plan": "free", "tags": ["a", None]}
    assert answer.json()["updated_at"] > "2026-07-18"
    assert ask_as("secret").read("/api/v1/profiles")["results"][0] == answer.json()
    assert ProfileEdit.objects.get().by == (people.owner if who == "owner" else None)
    gone = change(ask_as(who), ALICE, None, "delete")
    assert (gone.status_code, gone.content) == (204, b"")
    assert change(ask_as(who), ALICE, None, "delete").status_code == 404
    assert ask_as("secret").read("/api/v1/profiles/count") == {"total": 0}


@pytest.mark.parametrize(("who", "status"), [("teammate", 403), ("outsider", 404), ("anonymous", 401)])
@pytest.mark.parametrize("path", [ALICE, "/api/v1/profile?distinct_id=alice"])
def test_who_may_not(who: str, status: int, path: str, ask_as: AskAs, alice: Profile) -> None:
    for method in ("patch", "delete"):
        assert change(ask_as(who), path, {"set": {"plan": "free"}}, method).status_code == status
    assert properties_of(alice) == {"plan": "pro", "n": 1}


def test_a_session_changes_with_its_csrf_token(project: Project, people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.owner)
    answer = client.patch(f"{ALICE}?project_id={project.pk}", {"set": {"a": 1}}, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.parametrize("distinct_id", ["a/b", "reports/events", "count", "x/", "日本", " "])
def test_any_id_by_parameter(project: Project, script: Caller, distinct_id: str) -> None:
    make_profile(project, distinct_id, {"plan": "pro"})
    body = {"distinct_id": distinct_id, "set": {"plan": "free"}}
    assert change(script, "/api/v1/profile", body).json()["properties"] == {"plan": "free"}
    path = f"/api/v1/profile?distinct_id={quote(distinct_id, safe='')}"
    assert change(script, path, {"unset": ["nothing"]}).json()["distinct_id"] == distinct_id
    assert change(script, path, None, "delete").status_code == 204


def test_groups(project: Project, script: Caller, companies: GroupKey, alice: Profile) -> None:
    group = make_profile(project, "alice", {"seats": 5}, group_key=companies)
    answer = change(script, ALICE, {"set": {"seats": 6}, "group_key": "company"})
    assert (answer.json()["group_key"], answer.json()["properties"]) == ("company", {"seats": 6})
    assert change(script, f"{ALICE}?group_key=company", None, "delete").status_code == 204
    group.refresh_from_db()
    assert group.deleted_at
    assert properties_of(alice) == {"plan": "pro", "n": 1}


@pytest.mark.parametrize(
    ("body", "status", "code", "place"),
    [
        ({}, 400, "required", ""),
        ({"set": {}}, 400, "required", ""),
        ({"set": {"a": 1}, "unset": ["a"]}, 400, "contradiction", "unset"),
        ({"set": [1]}, 400, "not_a_dict", "set"),
        ({"unset": "plan"}, 400, "not_a_list", "unset"),
        ({"unset": [""]}, 400, "blank", "unset[0]"),
        ({"$set": {"a": 1}}, 400, "unknown", "$set"),
        ({"set": {"a": 1}, "expect": {"plan": "free"}}, 409, "changed_meanwhile", "plan"),
        ({"set": {"a": 1}, "expect": {"new": 0}}, 409, "changed_meanwhile", "new"),
        ({"set": {"": 1}}, 422, "cannot_apply", ""),
        ({"set": {"x" * 256: 1}}, 422, "cannot_apply", "x" * 60),
        ({"set": {"$distinct_id": "bob"}}, 422, "cannot_apply", "$distinct_id"),
        ({"set": {"$last_seen": 1}}, 422, "cannot_apply", "$last_seen"),
        ({"set": {"deep": [[[[[[1]]]]]]}}, 422, "cannot_apply", "deep"),
        ({"set": {"big": ["x" * 300_000]}}, 422, "cannot_apply", "big"),
        ({"set": {f"p{number}": 1 for number in range(1999)}}, 422, "cannot_apply", ""),
    ],
)
def test_refusals(script: Caller, body: Any, status: int, code: str, place: str) -> None:
    answer = change(script, ALICE, body)
    error = answer.json()["error"]
    assert answer.status_code == status, error
    assert (error["details"][0]["code"], error["details"][0]["path"]) == (code, place)
    assert error["message"]
    assert Profile.objects.get().properties == {"plan": "pro", "n": 1}


@pytest.mark.parametrize("body", ["", "[]", "{", '{"set": {"a": "\\u0000"}}', '{"set": {"a": NaN}}'])
def test_bodies_that_are_none(script: Caller, body: str) -> None:
    assert change(script, ALICE, body).status_code == 400


def test_what_is_expected_and_so(script: Caller, alice: Profile) -> None:
    body = {"set": {"plan": "free"}, "expect": {"plan": "pro", "new": None}}
    assert change(script, ALICE, body).status_code == 200
    assert change(script, ALICE, body).status_code == 409
    assert properties_of(alice)["plan"] == "free"


def test_nobody_is_made_by_a_change(script: Caller, companies: GroupKey) -> None:
    assert change(script, "/api/v1/profiles/nobody", {"set": {"a": 1}}).status_code == 404
    assert change(script, ALICE, {"set": {"a": 1}, "group_key": "company"}).status_code == 404
    assert change(script, ALICE, {"set": {"a": 1}, "group_key": "team"}).status_code == 404
    assert Profile.objects.count() == 1


def test_events_outlive_their_profile(script: Caller, alice: Profile) -> None:
    make_events(alice, "Open", [NOW])
    assert change(script, ALICE, None, "delete").status_code == 204
    assert script.read(ALICE)["properties"] == {}
    assert len(script.read(f"{ALICE}/events")["results"]) == 1
    assert change(script, ALICE, {"set": {"plan": "new"}}).json()["properties"] == {"plan": "new"}


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/v1/profiles/alice/restore", {}), ("/api/v1/profile/restore", {"distinct_id": "alice"})],
)
def test_what_was_deleted_is_restored(path: str, body: dict[str, str], ask_as: AskAs, alice: Profile) -> None:
    owner = ask_as("owner")
    assert change(owner, path, body, "post").status_code == 404
    change(owner, ALICE, None, "delete")
    for who, status in (("teammate", 403), ("outsider", 404), ("anonymous", 401)):
        assert change(ask_as(who), path, body, "post").status_code == status
    assert change(owner, path, body | {"nonsense": 1}, "post").status_code == 400
    answer = change(ask_as("secret"), path, body, "post")
    assert answer.status_code == 200, answer.content
    assert answer.json()["properties"] == {"plan": "pro", "n": 1}
    assert properties_of(alice) == {"plan": "pro", "n": 1}
    assert change(owner, path, body, "post").status_code == 404


@pytest.mark.parametrize("value", [{"deep": 10**30}, [10**20, -(10**20)]])
def test_whole_numbers_beyond_64_bits_become_floats_as_on_ingestion(value: Any, script: Caller, alice: Profile) -> None:
    assert change(script, ALICE, {"set": {"big": value}}).status_code == 200
    assert properties_of(alice)["big"] == value
