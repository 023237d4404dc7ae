"""/api/v1/cohorts and the list in Mixpanel's format."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from cohorts_app import tasks
from cohorts_app.api.urls import urlpatterns
from cohorts_app.models import Cohort
from cohorts_app.services.lists import AT_ONCE
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
    f"{PATH}/<int:cohort_id>/lists": {"get", "post"},
    f"{PATH}/<int:cohort_id>/lists/<int:list_id>": {"get"},
    f"{PATH}/<int:cohort_id>/lists/<int:list_id>.csv": {"get"},
    f"{PATH}/<int:cohort_id>/sizes": {"get", "post"},
    "/api/query/cohorts/list": {"get", "post"},
    "/api/2.0/cohorts/list": {"get", "post"},
}
AskAs = Callable[[str], Caller]


def send(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    """A JSON body, where the method has one, or a file where the address takes one."""
    if method == "get":
        return caller.get(path)
    kind = "text/csv" if path.endswith("/lists") else "application/json"
    options: dict[str, Any] = {"headers": caller.headers, "query_params": caller.always}
    return getattr(caller.client, method)(path, json.dumps(body or {}), content_type=kind, **options)


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


def bring(caller: Caller, path: str, content: bytes, kind: str = "text/csv", /, **options: Any) -> Any:
    """A file, with the parameters in the address."""
    headers = caller.headers | options.pop("headers", {})
    return caller.client.post(path, content, content_type=kind, headers=headers, query_params=caller.always | options)


@pytest.mark.parametrize("kind", ["text/csv", "text/plain", "application/gzip", "text/csv; charset=utf-8"])
def test_a_file_of_people_is_brought(kind: str, listed: Cohort, script: Caller) -> None:
    content = b"name,distinct_id\nBob,bob\nAlice,alice\nNobody,nobody\n"
    packed = {"headers": {"Content-Encoding": "gzip"}} if kind == "text/csv" else {}
    body = gzip.compress(content) if packed or "gzip" in kind else content
    answer = bring(script, f"{PATH}/{listed.pk}/lists", body, kind, **packed)
    assert answer.status_code == 202
    found = answer.json()
    assert (found["state"], found["counts"]) == ("done", {"added": 1, "already": 1, "unknown": 1})
    assert script.get(f"{PATH}/{listed.pk}/lists/{found['id']}").json() == found
    assert script.get(f"{PATH}/{listed.pk}/lists").json()["results"][0] == found
    outcomes = script.get(f"{PATH}/{listed.pk}/lists/{found['id']}.csv").getvalue().decode()
    assert outcomes.splitlines() == ["line,value,outcome", "1,bob,added", "2,alice,already there", "3,nobody,unknown"]
    removed = bring(script, f"{PATH}/{listed.pk}/lists", b"alice", action="remove", identify="distinct_id")
    assert removed.json()["counts"] == {"removed": 1}


def test_a_long_file_is_a_task_to_be_polled(
    listed: Cohort, script: Caller, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    queued: list[int] = []
    monkeypatch.setattr(tasks.apply_list, "delay", queued.append)
    with django_capture_on_commit_callbacks(execute=True):
        answer = bring(script, f"{PATH}/{listed.pk}/lists", b"bob\n" * (AT_ONCE + 1))
    address = f"{PATH}/{listed.pk}/lists/{answer.json()['id']}"
    assert (answer.json()["state"], queued) == ("waiting", [answer.json()["id"]])
    assert script.get(f"{address}.csv").status_code == 400
    tasks.apply_list(queued[0])
    assert script.get(address).json()["counts"] == {"added": 1, "duplicate": AT_ONCE}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ((b"\xef\xbb\xbf", "text/csv", {}), 400),
        ((b"\x89PNG\r\n", "text/csv", {}), 400),
        ((b"bob", "text/csv", {"action": "odd"}), 400),
        ((b"bob", "text/csv", {"unheard": "1"}), 400),
        ((b"bob", "text/csv", {"headers": {"Content-Encoding": "br"}}), 400),
        ((b"\x1f\x8b\x08", "application/gzip", {}), 400),
        ((b"bob", "application/pdf", {}), 415),
        ((b"bob", "application/x-www-form-urlencoded", {}), 415),
    ],
)
def test_a_file_that_cannot_be_taken_changes_nothing(
    sent: tuple[bytes, str, dict[str, Any]], status: int, listed: Cohort, script: Caller
) -> None:
    content, kind, options = sent
    answer = bring(script, f"{PATH}/{listed.pk}/lists", content, kind, **options)
    assert (answer.status_code, listed.lists.count(), listed.members.count()) == (status, 1, 1)


def test_who_may_bring_a_file(project: Project, people: People, listed: Cohort, ask_as: AskAs) -> None:
    path = f"{PATH}/{listed.pk}/lists"
    # Of nobody's cohort only admins are masters.
    assert {who: bring(ask_as(who), path, b"bob").status_code for who in ("owner", "teammate", "outsider")} == {
        "owner": 202,
        "teammate": 403,
        "outsider": 404,
    }
    assert bring(ask_as("teammate"), f"{PATH}/{make_cohort(project, 'Filter').pk}/lists", b"bob").status_code == 403
    own = make_static(project, "Own", created_by=people.teammate)
    assert bring(ask_as("teammate"), f"{PATH}/{own.pk}/lists", b"bob", create_unknown="1").status_code == 403


def test_a_filter_takes_no_file(project: Project, script: Caller) -> None:
    cohort = make_cohort(project, "Paris")
    assert bring(script, f"{PATH}/{cohort.pk}/lists", b"bob").json()["error"]["code"] == "bad_input"


def test_a_loop_of_cohorts_is_refused(project: Project, script: Caller) -> None:
    first = make_cohort(project, "First")
    second = make_cohort(project, "Second", {"cohort": first.pk})
    for number in (first.pk, second.pk):
        answer = send(script, "patch", f"{PATH}/{first.pk}", {"filter": {"where": {"cohort": number}}})
        assert (answer.status_code, answer.json()["error"]["details"][0]["path"]) == (400, "where.cohort")
