"""Who may ask what: secret, service account, members, outsiders, nobody."""

from collections.abc import Callable

import pytest
from django.test import Client

from profiles_app.models import Project, ServiceAccount
from tests.api.conftest import ACCOUNT_SECRET, Caller
from tests.conftest import SECRET, People
from tests.ingest.sending import basic_auth
from tests.pages.making import make_profile

ADDRESSES = {
    "/api/v1/profiles": {},
    "/api/v1/profiles/count": {},
    "/api/v1/profiles/export.csv": {},
    "/api/v1/profiles/alice": {},
    "/api/v1/profiles/alice/events": {},
    "/api/v1/profiles/alice/why": {"filter": '{"where": {"all": []}}'},
    "/api/v1/profile/why": {"distinct_id": "alice", "filter": '{"where": {"all": []}}'},
    "/api/v1/profile": {"distinct_id": "alice"},
    "/api/v1/profile/events": {"distinct_id": "alice"},
    "/api/v1/properties": {},
    "/api/v1/properties/values": {"name": "plan"},
    "/api/v1/events": {},
    "/api/v1/events/values": {"name": "Sign Up", "property": "plan"},
    "/api/query/engage": {},
    "/api/2.0/engage": {},
    "/api/query/stream/query": {"distinct_ids": '["alice"]', "from_date": "2026-01-01", "to_date": "2026-12-31"},
    "/api/2.0/stream/query": {"distinct_ids": '["alice"]', "from_date": "2026-01-01", "to_date": "2026-12-31"},
}
# Addresses that change something say more than 405.
WRITING = dict.fromkeys(("/api/v1/profiles/alice", "/api/v1/profile"), ("put", "options"))
PATHS = pytest.mark.parametrize("path", ADDRESSES)
AskAs = Callable[[str], Caller]


@pytest.fixture(autouse=True)
def _alice(project: Project) -> None:
    make_profile(project, "alice", {"plan": "pro"})


@PATHS
@pytest.mark.parametrize("who", ["secret", "account", "owner", "teammate"])
def test_who_belongs_to_the_project_reads(path: str, who: str, ask_as: AskAs) -> None:
    for address in (path, f"{path}/"):
        answer = ask_as(who).get(address, **ADDRESSES[path])
        assert answer.status_code == 200, answer.getvalue()
        kind = "text/csv; charset=utf-8" if path.endswith(".csv") else "application/json"
        assert answer["Content-Type"] == kind
        assert "no-store" in answer["Cache-Control"]
        # A file that nobody takes is one of the few that may be under way.
        answer.getvalue()


@PATHS
def test_outsiders_find_nothing(path: str, ask_as: AskAs) -> None:
    answer = ask_as("outsider").get(path, **ADDRESSES[path])
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


@PATHS
def test_nobody_is_asked_for_credentials(path: str, ask_as: AskAs) -> None:
    answer = ask_as("anonymous").get(path, **ADDRESSES[path])
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert answer.json()["error"]["code"] == "not_signed_in"


@PATHS
def test_methods_that_are_not_there(path: str, ask_as: AskAs) -> None:
    script = ask_as("secret")
    for method in WRITING.get(path, ("put", "patch", "delete", "options")):
        answer = getattr(script.client, method)(path, headers=script.headers)
        assert answer.status_code == 405
        assert answer.json()["error"]["code"] == "wrong_method"
        assert "GET" in answer["Allow"]
        assert getattr(Client(), method)(path).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        basic_auth("wrong"),
        basic_auth(""),
        basic_auth("nightly.1", "wrong"),
        basic_auth("nobody", ACCOUNT_SECRET),
        basic_auth(SECRET, SECRET),
        basic_auth("a\0b"),
        "Basic",
        "Basic ,,,",
        "Bearer " + SECRET,
    ],
)
def test_wrong_credentials_are_not_helped_by_a_session(header: str, people: People, account: ServiceAccount) -> None:
    client = Client()
    client.force_login(people.owner)
    answer = client.get("/api/v1/profiles", {"project_id": account.project_id}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "or the name and the secret of a service account, by Basic auth." in answer.json()["error"]["message"]


@pytest.mark.parametrize("who", ["secret", "account", "owner"])
@pytest.mark.parametrize("project_id", ["0", "-1", "abc", "99999999999999999999", "٣", "other"])
def test_another_project_is_not_found(who: str, project_id: str, ask_as: AskAs, people: People) -> None:
    other = str(people.outsider.projects.get().pk)
    asked = other if project_id == "other" else project_id
    assert ask_as(who).get("/api/v1/profiles", project_id=asked).status_code == 404
    assert ask_as(who).send_form("/api/query/engage", project_id=asked).status_code in {403, 404}


def test_a_session_names_its_project(people: People) -> None:
    client = Client()
    client.force_login(people.owner)
    answer = client.get("/api/v1/profiles")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["path"] == "project_id"


def test_a_service_account_may_leave_its_project_out(project: Project, account: ServiceAccount) -> None:
    header = {"Authorization": basic_auth(account.username, ACCOUNT_SECRET)}
    assert Client().get("/api/v1/profiles", headers=header).status_code == 200


def test_a_session_posts_with_its_csrf_token(project: Project, people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.teammate)
    path = f"/api/v1/profiles/count?project_id={project.pk}"
    refused = client.post(path, {}, content_type="application/json")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "not_allowed"
    client.get("/api/docs")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    assert client.post(path, {}, content_type="application/json", headers=token).json() == {"total": 1}


def test_a_script_posts_without_a_token(script: Caller) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/api/v1/profiles/count", {}, content_type="application/json", headers=script.headers)
    assert answer.json() == {"total": 1}


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/nothing", "/api/nothing", "/api/2.0/nothing"])
def test_there_is_nothing_elsewhere(path: str, script: Caller) -> None:
    answer = script.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
