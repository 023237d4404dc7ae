"""/api/v1/cohorts and the list in Mixpanel's format."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from cohorts_app.api.urls import urlpatterns
from cohorts_app.models import Cohort
from profiles_app.models import GroupKey, Project
from tests.api.conftest import Caller
from tests.cohorts.making import IN_PARIS, make_cohort, make_static
from tests.conftest import People
from tests.pages.making import NOW, make_events, make_profile

PATH = "/api/v1/cohorts"
IN_OSLO = {"property": "$city", "type": "string", "op": "is", "value": ["Oslo"]}
# Each address below a cohort, with the methods that it takes.
ADDRESSES = {
    PATH: {"get", "post"},
    f"{PATH}/<int:cohort_id>": {"get", "patch", "delete"},
    f"{PATH}/<int:cohort_id>/members": {"get", "post"},
    f"{PATH}/<int:cohort_id>/members.csv": {"get"},
    f"{PATH}/<int:cohort_id>/lists/<int:list_id>": {"get"},
    f"{PATH}/<int:cohort_id>/sizes": {"get", "post"},
    "/api/query/cohorts/list": {"get", "post"},
    "/api/2.0/cohorts/list": {"get", "post"},
}
AskAs = Callable[[str], Caller]


def send(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    """A JSON body, where the method has one."""
    if method == "get":
        return caller.get(path)
    options: dict[str, Any] = {"headers": caller.headers, "query_params": caller.always}
    return getattr(caller.client, method)(path, json.dumps(body or {}), content_type="application/json", **options)


@pytest.fixture
def listed(project: Project) -> Cohort:
    make_profile(project, "alice", {"$city": "Paris", "$email": "alice@example.com"})
    make_profile(project, "bob", {"$city": "Oslo"})
    return make_static(project, "Listed", ["alice"])


def fill(address: str, cohort: Cohort) -> str:
    number = cohort.lists.get().pk
    return address.replace("<int:cohort_id>", str(cohort.pk)).replace("<int:list_id>", str(number))


def test_every_address_is_listed() -> None:
    assert {f"/{entry.pattern}" for entry in urlpatterns} == {
        address + slash for address in ADDRESSES for slash in ("", "/")
    }


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_may_ask(address: str, listed: Cohort, ask_as: AskAs) -> None:
    path = fill(address, listed)
    for who in ("secret", "account", "owner", "teammate"):
        for slash in ("", "/"):
            answer = ask_as(who).get(path + slash)
            assert answer.status_code == 200
            # An answer that is streamed has to be read, or closed.
            assert answer.getvalue()
            assert "no-store" in answer["Cache-Control"]
    for method in ("get", "post", "put", "patch", "delete", "options"):
        assert send(ask_as("outsider"), method, path).status_code == 404
        assert send(ask_as("anonymous"), method, path).status_code == 401
        if method not in ADDRESSES[address]:
            assert send(ask_as("secret"), method, path).status_code == 405


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "<" in address])
def test_those_of_other_projects_and_private_ones_are_not_found(
    address: str, listed: Cohort, people: People, ask_as: AskAs
) -> None:
    elsewhere = people.outsider.projects.get()
    path, body = fill(address, listed), {"values": ["x"]} if address.endswith("/members") else {}
    Cohort.objects.filter(pk=listed.pk).update(project=elsewhere)
    for method in ADDRESSES[address]:
        assert send(ask_as("secret"), method, path, body).status_code == 404
    Cohort.objects.filter(pk=listed.pk).update(project=listed.project, is_private=True, created_by=people.teammate)
    for method in sorted(ADDRESSES[address] - {"delete"}):
        for who in ("secret", "owner"):
            assert send(ask_as(who), method, path, body).status_code == 404
        answer = send(ask_as("teammate"), method, path, body)
        assert answer.status_code < 300
        assert answer.getvalue()


def test_create_read_change_delete(project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    made = script.post(PATH, {"name": " In Paris ", "description": "All of them", "filter": {"where": IN_PARIS}})
    assert made.status_code == 201, made.content
    cohort = made.json()
    assert (cohort["name"], cohort["kind"], cohort["visibility"]) == ("In Paris", "dynamic", "project")
    assert (cohort["version"], cohort["size"], cohort["created_by"]) == (1, 1, None)
    path = f"{PATH}/{cohort['id']}"
    assert script.read(path) == cohort
    changed = send(script, "patch", path, {"name": "In Oslo", "filter": {"where": IN_OSLO}, "version": 1}).json()
    assert (changed["name"], changed["version"], changed["description"]) == ("In Oslo", 2, "All of them")
    assert changed["filter"]["where"] == IN_OSLO
    assert script.read(f"{path}/members")["total"] == 0
    assert send(script, "delete", path).status_code == 204
    assert script.get(path).status_code == 404


def test_the_second_of_two_changes_is_told(project: Project, script: Caller) -> None:
    cohort = make_cohort(project, "Paris")
    path = f"{PATH}/{cohort.pk}"
    assert send(script, "patch", path, {"description": "mine", "version": 1}).status_code == 200
    second = send(script, "patch", path, {"description": "yours", "version": 1})
    assert (second.status_code, second.json()["error"]["code"]) == (409, "conflict")
    assert script.read(path)["description"] == "mine"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": "x"}, "filter"),
        ({"name": "  ", "filter": {"where": IN_PARIS}}, "name"),
        ({"name": "a\nb", "filter": {"where": IN_PARIS}}, "name"),
        ({"name": "PARIS", "filter": {"where": IN_PARIS}}, "name"),
        ({"name": "x", "filter": {"where": {"cohort": 10**9}}}, "where.cohort"),
        ({"name": "x", "filter": {"where": IN_PARIS}, "kind": "odd"}, "kind"),
        ({"name": "x", "filter": {"where": IN_PARIS}, "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body: Any, path: str, project: Project, script: Caller) -> None:
    make_cohort(project, "Paris")
    answer = script.post(PATH, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["path"] == path
    assert Cohort.objects.count() == 1


def test_a_name_holds_whatever_is_no_line_break(project: Project, script: Caller) -> None:
    name = "<script>alert(1)</script> “quotes” 'n \\ 🎉 עברית, %s"
    made = script.post(PATH, {"name": name, "filter": {"where": IN_PARIS}}).json()
    assert script.read(f"{PATH}/{made['id']}")["name"] == name


def test_a_static_cohort_of_those_who_match_now(project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    made = script.post(PATH, {"name": "Then in Paris", "kind": "static", "filter": {"where": IN_PARIS}}).json()
    make_profile(project, "late", {"$city": "Paris"})
    assert (made["kind"], made["filter"], made["size"]) == ("static", None, 1)
    page = script.read(f"{PATH}/{made['id']}/members", columns="$city")
    assert [row["distinct_id"] for row in page["results"]] == ["alice"]


def test_members_come_and_go(listed: Cohort, script: Caller) -> None:
    path = f"{PATH}/{listed.pk}/members"
    answer = script.post(path, {"values": ["bob", "alice@example.com", "", "nobody", "bob"]})
    assert answer.status_code == 202
    assert answer.json()["counts"] == {"added": 1, "already": 1, "blank": 1, "unknown": 1, "duplicate": 1}
    assert script.read(path)["total"] == 2
    gone = script.post(path, {"values": ["alice", "nobody"], "action": "remove"}).json()
    assert gone["counts"] == {"removed": 1, "unknown": 1}
    assert [row["distinct_id"] for row in script.read(path)["results"]] == ["bob"]
    assert script.read(f"{PATH}/{listed.pk}/lists/{gone['id']}") == gone


def test_a_filter_has_no_members_to_add(project: Project, script: Caller) -> None:
    path = f"{PATH}/{make_cohort(project, 'Paris').pk}/members"
    assert script.post(path, {"values": ["alice"]}).json()["error"]["code"] == "bad_input"


def test_pages_of_members_are_walked_to_the_end(project: Project, script: Caller) -> None:
    for number in range(7):
        make_profile(project, f"user-{number}", {"$city": "Paris"})
    path = f"{PATH}/{make_cohort(project, 'Paris').pk}/members"
    found: list[str] = []
    cursor = None
    for _ in range(4):
        page = script.read(path, limit=2, **({"cursor": cursor} if cursor else {}))
        found += [row["distinct_id"] for row in page["results"]]
        cursor = page["next"]
    assert (sorted(found), cursor, page["total"]) == ([f"user-{number}" for number in range(7)], None, 7)
    other = f"{PATH}/{make_cohort(project, 'Oslo', IN_OSLO).pk}/members"
    first = script.read(path, limit=2)["next"]
    assert script.get(other, limit=2, cursor=first).json()["error"]["code"] == "bad_cursor"


def test_the_file_of_members(listed: Cohort, script: Caller) -> None:
    answer = script.get(f"{PATH}/{listed.pk}/members.csv", columns="$city")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows == [["$distinct_id", "$city"], ["alice", "Paris"]]
    assert f"cohort-{listed.pk}-" in answer["Content-Disposition"]


def test_sizes_are_recorded_and_listed(listed: Cohort, script: Caller) -> None:
    path = f"{PATH}/{listed.pk}/sizes"
    made = script.post(path, {})
    assert (made.status_code, made.json()["size"], made.json()["error"]) == (201, 1, "")
    script.post(f"{PATH}/{listed.pk}/members", {"values": ["bob"]})
    script.post(path, {})
    assert [row["size"] for row in script.read(path)["results"]] == [1, 2]
    assert script.read(path, to_date="2026-01-01")["results"] == []
    assert script.read(f"{PATH}/{listed.pk}")["size"] == 2


def test_the_list_in_mixpanels_format(project: Project, people: People, ask_as: AskAs) -> None:
    paris = make_cohort(project, "Paris", description="City of light", size=7)
    make_cohort(project, "Mine", is_private=True, created_by=people.owner)
    shown = ask_as("secret").read("/api/query/cohorts/list")
    created = paris.created_at.strftime("%Y-%m-%d %H:%M:%S")
    assert shown == [
        {"id": paris.pk, "name": "Paris", "description": "City of light", "count": 7, "created": created,
         "is_visible": 1, "project_id": project.pk},
    ]  # fmt: skip
    answer = ask_as("owner").send_form("/api/2.0/cohorts/list", workspace_id="7")
    assert [(row["name"], row["is_visible"]) for row in answer.json()] == [("Mine", 0), ("Paris", 1)]


def test_engage_by_cohort(project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    make_events(make_profile(project, "visitor"), "Sign Up", [NOW])
    cohort = make_static(project, "Listed", ["alice", "visitor"])
    choice = json.dumps({"id": cohort.pk})
    everybody = script.send_form("/api/query/engage", filter_by_cohort=choice).json()
    assert [row["$distinct_id"] for row in everybody["results"]] == ["alice", "visitor"]
    known = script.send_form("/api/query/engage", filter_by_cohort=choice, include_all_users="false").json()
    assert [row["$distinct_id"] for row in known["results"]] == ["alice"]
    gone = script.send_form("/api/query/engage", filter_by_cohort='{"id": 999999}')
    assert gone.json()["error"]["details"][0]["path"] == "filter_by_cohort"


def test_cohorts_of_groups(project: Project, companies: GroupKey, script: Caller) -> None:
    make_profile(project, "acme", {"$city": "Paris"}, group_key=companies)
    make_profile(project, "alice", {"$city": "Paris"})
    body = {"name": "French", "filter": {"where": IN_PARIS}, "group_key": "company"}
    made = script.post(PATH, body).json()
    assert (made["group_key"], made["size"]) == ("company", 1)
    assert [row["distinct_id"] for row in script.read(f"{PATH}/{made['id']}/members")["results"]] == ["acme"]
    listed = script.post(PATH, {"name": "Listed", "kind": "static", "group_key": "company"}).json()
    answer = script.post(f"{PATH}/{listed['id']}/members", {"values": ["acme", "alice"]}).json()
    assert answer["counts"] == {"added": 1, "unknown": 1}
    assert [row["name"] for row in script.read(PATH, group_key="company")["results"]] == ["French", "Listed"]
    assert [row["name"] for row in script.read(PATH, kind="static")["results"]] == ["Listed"]
    assert [row["name"] for row in script.read(PATH, search="FREN")["results"]] == ["French"]
