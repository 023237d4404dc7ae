"""Every address of a project, for owner, teammate, outsider and anonymous.

The test walks the resolver. A pattern that is not listed here fails it: whoever adds an address
says who may use it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from profiles_app.models import BulkChange, BulkKind, GroupKey, Membership, Project, SavedView, ServiceAccount
from tests.cohorts.making import make_static
from tests.conftest import People
from tests.imports.making import check, upload
from tests.pages.making import make_profile

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

# Pages that members read, by GET.
READ = {
    "project",
    "users",
    "break-down-users",
    "break-down-groups",
    "first-user",
    "export-users",
    "users-file",
    "user-profile",
    "groups",
    "first-group",
    "export-groups",
    "groups-file",
    "bulk-change",
    "group-profile",
    "users-filter-menu",
    "users-filter-values",
    "users-filter-note",
    "groups-filter-menu",
    "groups-filter-values",
    "groups-filter-note",
    "settings",
    "imports",
    "new-import",
    "import",
    "rejected-file",
    "kept-file",
    "cohorts",
    "cohorts-of-user",
    "cohorts-of-group",
    "why-user",
    "why-group",
    "new-cohort",
    "new-list",
    "ask-to-delete-cohorts",
    "cohort",
    "cohort-members-file",
    "cohort-list",
    "cohort-list-file",
}
# Pages and parts of them that only admins need.
ADMIN_READ = {
    *("edit-user", "look-at-user-id", "look-at-user-property", "user-property-names"),
    *("edit-user-property", "edit-group-property"),
    *("edit-group", "look-at-group-id", "look-at-group-property", "group-property-names"),
}
# Pages for admins and for who made what they change; analysts have a test in tests/cohorts.
MAKERS_READ = {"edit-cohort", "rename-cohort"}
# Pages that members read, with a form for what is their own, which they send by POST.
OWN = {
    "columns-of-users",
    "columns-of-groups",
    "views-of-users",
    "views-of-groups",
    "one-view",
}
# Changes that every member makes, by POST.
SHARED = {
    "filter-users",
    "filter-groups",
    "cohort-draft",
    "create-cohort",
    "add-users-to-cohort",
    "add-groups-to-cohort",
    "change-cohort",
    "give-cohort-name",
    "create-list",
    "add-list",
    "delete-cohorts",
    "duplicate-cohort",
    "verify-cohort",
    "record-size",
    "record-past-sizes",
}
# Changes that admins make, by POST.
CHANGE = {
    "set-property-of-users",
    "set-property-of-groups",
    "delete-users",
    "delete-groups",
    "start-bulk-change",
    "cancel-bulk-change",
    "change-project",
    "rotate-secret",
    "add-member",
    "change-role",
    "remove-member",
    "add-group-key",
    "rename-group-key",
    "delete-group-key",
    "create-service-account",
    "delete-service-account",
    *("create-user", "update-user", "create-group", "update-group"),
    "upload-import",
    "read-import",
    "map-import",
    "start-import",
    "cancel-import",
    "undo-import",
}
# The same of somebody whom the form names.
CHANGE_SOMEBODY = {
    *("set-user-property", "remove-user-property", "delete-user", "restore-user"),
    *("set-group-property", "remove-group-property", "delete-group", "restore-group"),
}
# Addresses of no project that need an account.
PERSONAL = {"home", "change-password", "new-project"}
# Addresses that answer anybody: they check credentials themselves, or tell nothing.
OPEN = {"sign-in", "sign-out", "healthz"}


# What a page needs to be asked for.
QUERIES = {
    "user-profile": "?id=alice",
    "group-profile": "?id=acme",
    "why-user": "?id=alice",
    "why-group": "?id=acme",
    "cohorts-of-user": "?id=alice",
    "cohorts-of-group": "?id=acme",
    "edit-user-property": "?id=alice",
    "edit-group-property": "?id=acme",
    "users-filter-menu": "?for=add:1",
    "groups-filter-menu": "?for=add:1",
    "users-filter-note": "?kind=property&name=$distinct_id",
    "groups-filter-note": "?kind=property&name=$distinct_id",
}


@dataclass(frozen=True)
class Address:
    name: str
    route: str

    @property
    def of_project(self) -> bool:
        return "project_id" in self.route


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, route)
        elif not has_own_test(entry):
            yield Address(entry.name or "", route)


def has_own_test(entry: URLPattern) -> bool:
    """The ingestion has a test of tokens and secrets, the API one of all its callers."""
    own = ("profiles_app.ingest", "profiles_app.api", "cohorts_app.api", "imports_app.api")
    return entry.callback.__module__.startswith(own)


ADDRESSES = list(walk(get_resolver()))
PROJECT_NAMES = sorted(address.name for address in ADDRESSES if address.of_project)


def test_every_address_is_listed() -> None:
    listed = READ | ADMIN_READ | MAKERS_READ | OWN | SHARED | CHANGE | CHANGE_SOMEBODY
    assert {address.name for address in ADDRESSES if address.of_project} == listed
    assert {address.name for address in ADDRESSES if not address.of_project} == PERSONAL | OPEN


@pytest.fixture
def address_of(project: Project, people: People, companies: GroupKey) -> Callable[[str], str]:
    """The address of a name, with ids that exist in the project."""
    make_profile(project, "alice", {"plan": "pro"})
    make_profile(project, "acme", {"plan": "pro"}, group_key=companies)
    account = ServiceAccount.objects.create(project=project, username="export.1", secret_hash="x")
    member = Membership.objects.get(user=people.teammate)
    view = SavedView.objects.create(project=project, owner=people.teammate, name="Ours", shared=True)
    cohort = make_static(project, "Listed", ["alice"], created_by=people.owner)
    change = BulkChange.objects.create(project=project, kind=BulkKind.SET, people=1, back="/")
    ids = {
        "group_key_id": companies.pk,
        "membership_id": member.pk,
        "account_id": account.pk,
        "view_id": view.pk,
        "cohort_id": cohort.pk,
        "list_id": cohort.lists.get().pk,
        "change_id": change.pk,
    }

    def build(name: str) -> str:
        route = next(address.route for address in ADDRESSES if address.name == name)
        needed = {key: value for key, value in ids.items() if key in route}
        if "import_id" in route:
            needed["import_id"] = check(upload(project, [["$distinct_id", "plan"], ["bob", "pro"]])).pk
        path = reverse(name, kwargs={"project_id": project.pk, **needed})
        named = QUERIES | {"ask-to-delete-cohorts": f"?id={cohort.pk}"}
        return path + named.get(name, "")

    return build


@pytest.mark.parametrize("name", PROJECT_NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_outsiders_find_nothing(
    name: str, method: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]
) -> None:
    assert getattr(sign_in("outsider"), method)(address_of(name)).status_code == 404


@pytest.mark.parametrize("name", PROJECT_NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_visitors_are_sent_to_sign_in(name: str, method: str, address_of: Callable[[str], str]) -> None:
    answer = getattr(Client(), method)(address_of(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


def take(client: Client, address: str) -> "Answer":
    """The whole answer: a file that nobody takes is one of the few that may be under way."""
    answer = client.get(address)
    answer.getvalue()
    return answer


@pytest.mark.parametrize("name", sorted(READ))
@pytest.mark.parametrize("who", ["owner", "teammate"])
def test_members_read(name: str, who: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]) -> None:
    client, address = sign_in(who), address_of(name)
    answer = take(client, address)
    assert answer.status_code in {200, 302}
    assert "no-store" in answer["Cache-Control"]
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("name", sorted(ADMIN_READ | MAKERS_READ))
def test_admins_read(name: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]) -> None:
    client, address = sign_in("owner"), address_of(name)
    answer = take(client, address)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("name", sorted(OWN))
@pytest.mark.parametrize("who", ["owner", "teammate"])
def test_members_change_what_is_their_own(
    name: str, who: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]
) -> None:
    client, address = sign_in(who), address_of(name)
    answer = take(client, address)
    assert answer.status_code in {200, 302}
    assert "no-store" in answer["Cache-Control"]
    assert client.post(address).status_code in {200, 302, 422}
    assert client.put(address).status_code == 405


@pytest.mark.parametrize("name", sorted(ADMIN_READ | CHANGE | CHANGE_SOMEBODY))
@pytest.mark.parametrize("method", ["get", "post"])
def test_analysts_change_nothing(
    name: str, method: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]
) -> None:
    answer = getattr(sign_in("teammate"), method)(address_of(name))
    assert answer.status_code == 403
    assert "Only admins" in answer.content.decode()


@pytest.mark.parametrize("name", sorted(CHANGE))
def test_admins_change_by_post_only(
    name: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]
) -> None:
    client, address = sign_in("owner"), address_of(name)
    assert client.get(address).status_code == 405
    # An empty form comes back with its errors; what needs no form is done.
    assert client.post(address).status_code in {302, 400, 409, 422}


@pytest.mark.parametrize("name", sorted(CHANGE_SOMEBODY))
def test_admins_change_somebody_by_post_only(
    name: str, address_of: Callable[[str], str], sign_in: Callable[[str], Client]
) -> None:
    client, address = sign_in("owner"), address_of(name)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 404


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_personal_pages_need_an_account(name: str, db: None) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


def test_ids_of_another_project_are_not_found(
    project: Project, people: People, sign_in: Callable[[str], Client]
) -> None:
    elsewhere = people.outsider.projects.get()
    key = GroupKey.objects.create(project=elsewhere, key="company", label="Companies")
    account = ServiceAccount.objects.create(project=elsewhere, username="theirs", secret_hash="x")
    member = Membership.objects.get(project=elsewhere)
    client, base = sign_in("owner"), f"/projects/{project.pk}"
    assert client.get(f"{base}/groups/{key.pk}").status_code == 404
    assert client.post(f"{base}/settings/group-keys/{key.pk}", {"label": "Ours"}).status_code == 404
    assert client.post(f"{base}/settings/group-keys/{key.pk}/delete").status_code == 404
    assert GroupKey.objects.filter(pk=key.pk).exists()
    assert client.post(f"{base}/settings/service-accounts/{account.pk}/delete").status_code == 404
    assert client.post(f"{base}/settings/members/{member.pk}/remove").status_code == 404
    assert Membership.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_numbers_beyond_the_database_are_not_found(
    number: int, people: People, owner: Client, project: Project
) -> None:
    assert owner.get(f"/projects/{number}/users").status_code == 404
    assert owner.get(f"/projects/{project.pk}/groups/{number}").status_code == 404
    assert owner.post(f"/projects/{project.pk}/settings/members/{number}/remove").status_code == 404
