"""Signing in and out, and what admins change in the settings."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.test import Client
from pytest_django import Settings

from profiles_app.errors import Unavailable
from profiles_app.models import (
    Event,
    GroupKey,
    Membership,
    Profile,
    Project,
    PropertyDefinition,
    Role,
    Scope,
    SignInFailures,
    User,
)
from profiles_app.models.project import hash_secret
from profiles_app.people.attempts import ATTEMPTS, ATTEMPTS_OF_ADDRESS
from profiles_app.people.frame import PLACES
from profiles_app.services.group_keys import delete_group_key
from profiles_app.tasks import trim_sign_in_failures
from tests.conftest import PASSWORD, SECRET, People
from tests.pages.making import NOW, make_events, make_profile


def read_secret(page: str) -> str:
    found = re.search(r'<code id="revealed-secret">(.*?)</code>', page)
    return unescape(found[1]) if found else ""


def try_to_sign_in(client: Client, email: str, password: str, **fields: str) -> int:
    return client.post("/sign-in", {"email": email, "password": password} | fields).status_code


def test_sign_in_and_out(people: People, project: Project) -> None:
    client = Client()
    answer = client.post("/sign-in", {"email": " Owner@Example.com ", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/projects/{project.pk}/users"
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get(f"/projects/{project.pk}/users").status_code == 302


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/projects/new", "/projects/new"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_back(people: People, target: str, expected: str) -> None:
    answer = Client().post("/sign-in", {"email": "owner@example.com", "password": PASSWORD, "next": target})
    assert answer["Location"] == expected


def test_wrong_and_unknown_sound_the_same(people: People) -> None:
    answers = [
        Client().post("/sign-in", {"email": email, "password": "wrong"}).content.decode()
        for email in ("owner@example.com", "nobody@example.com")
    ]
    pattern = r'<div class="form-problem".*?</div>'
    problems = [re.search(pattern, answer, re.DOTALL) for answer in answers]
    assert problems[0]
    assert problems[1]
    assert problems[0][0] == problems[1][0]


def test_guessing_is_slowed_down(people: People) -> None:
    client = Client()
    for _ in range(ATTEMPTS):
        assert try_to_sign_in(client, "owner@example.com", "wrong") == 422
    answer = client.post("/sign-in", {"email": "OWNER@example.com", "password": PASSWORD})
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()
    # Somebody else at the same place, and the same person elsewhere, get in.
    assert try_to_sign_in(Client(), "teammate@example.com", PASSWORD) == 302
    assert try_to_sign_in(Client(REMOTE_ADDR="10.1.1.1"), "owner@example.com", PASSWORD) == 302


def test_tries_with_other_addresses_do_not_lift_a_block(people: People) -> None:
    client = Client()
    for _ in range(ATTEMPTS):
        try_to_sign_in(client, "owner@example.com", "wrong")
    for number in range(320):
        try_to_sign_in(Client(REMOTE_ADDR=f"10.2.{number // 40}.1"), f"n{number}@example.com", "wrong")
        try_to_sign_in(client, f"n{number}@example.com", "wrong")
    assert try_to_sign_in(client, "owner@example.com", PASSWORD) == 422


def test_a_network_address_has_a_limit_of_its_own(people: People) -> None:
    """Whatever the e-mails are; tries that are refused, or right, count for nothing."""
    client = Client()
    for _ in range(ATTEMPTS + 30):
        try_to_sign_in(client, "blocked@example.com", "wrong")
    for number in range(ATTEMPTS, ATTEMPTS_OF_ADDRESS):
        assert try_to_sign_in(client, f"n{number}@example.com", "wrong") == 422
        assert (number == ATTEMPTS_OF_ADDRESS - 1) or try_to_sign_in(client, "teammate@example.com", PASSWORD) == 302
    answer = client.post("/sign-in", {"email": "owner@example.com", "password": PASSWORD})
    assert answer.status_code == 422
    assert "Too many failed tries from your network" in answer.content.decode()
    assert try_to_sign_in(Client(REMOTE_ADDR="10.1.1.1"), "owner@example.com", PASSWORD) == 302
    # A quarter of an hour later.
    SignInFailures.objects.update(ends_at=NOW)
    assert try_to_sign_in(client, "n1@example.com", "wrong") == 422
    assert try_to_sign_in(client, "owner@example.com", PASSWORD) == 302


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"REMOTE_ADDR": "2001:db8::1"}, {"REMOTE_ADDR": "2001:db8::2:3"}),
        ({"REMOTE_ADDR": "::ffff:10.0.0.1"}, {"REMOTE_ADDR": "10.0.0.1"}),
        ({"HTTP_X_FORWARDED_FOR": "10.9.9.1"}, {"HTTP_X_FORWARDED_FOR": "10.9.9.2"}),
    ],
)
def test_one_network_address_in_several_forms(people: People, headers: dict[str, Any], same: dict[str, Any]) -> None:
    for _ in range(ATTEMPTS):
        Client().post("/sign-in", {"email": "owner@example.com", "password": "wrong"}, **headers)
    assert try_to_sign_in(Client(**same), "owner@example.com", PASSWORD) == 422


def test_behind_a_proxy_its_word_counts(people: People, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(ATTEMPTS):
        guesser = Client(HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, 10.9.9.1")
        try_to_sign_in(guesser, "owner@example.com", "wrong")
    assert try_to_sign_in(Client(HTTP_X_FORWARDED_FOR="10.9.9.1"), "owner@example.com", PASSWORD) == 422
    assert try_to_sign_in(Client(HTTP_X_FORWARDED_FOR="10.9.9.2"), "owner@example.com", PASSWORD) == 302


def test_counters_are_removed_when_they_count_for_nothing(people: People) -> None:
    for email in ("owner@example.com", "teammate@example.com"):
        try_to_sign_in(Client(), email, "wrong")
    SignInFailures.objects.filter(failures=1).update(ends_at=NOW)
    trim_sign_in_failures()
    assert [row.failures for row in SignInFailures.objects.all()] == [2]


def test_a_malformed_next_is_ignored(people: People) -> None:
    for target in ("/projects/new\0", "/" + "x" * 10_000):
        answer = Client().post("/sign-in", {"email": "owner@example.com", "password": PASSWORD, "next": target})
        assert answer.status_code == 302
        assert answer["Location"] == "/"


def test_forms_are_guarded_against_other_sites(people: People, project: Project) -> None:
    client = Client(enforce_csrf_checks=True)
    assert try_to_sign_in(client, "owner@example.com", PASSWORD) == 403
    client.force_login(people.owner)
    assert client.post(f"/projects/{project.pk}/settings/secret").status_code == 403
    assert Project.objects.get(pk=project.pk).secret_hash == hash_secret(SECRET)


def test_own_password(people: People, owner: Client) -> None:
    elsewhere = Client()
    elsewhere.force_login(people.owner)
    fields = {"old_password": PASSWORD, "new_password1": "a much longer one 7", "new_password2": "a much longer one 7"}
    assert owner.post("/account/password", fields | {"old_password": "wrong"}).status_code == 422
    assert owner.post("/account/password", fields).status_code == 302
    assert owner.get("/account/password").status_code == 200
    assert elsewhere.get("/account/password").status_code == 302
    assert try_to_sign_in(Client(), "owner@example.com", "a much longer one 7") == 302


def test_somebody_without_a_project_makes_one(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("new@example.com", PASSWORD))
    assert "You are in no project yet" in client.get("/").content.decode()
    answer = client.post("/projects/new", {"name": "Ålesund 🎉", "time_zone": "Asia/Tokyo"}, follow=True)
    project = Project.objects.get()
    assert project.timezone == "Asia/Tokyo"
    assert hash_secret(read_secret(answer.content.decode())) == project.secret_hash
    assert Membership.objects.get().role == Role.ADMIN
    # Once: the next look has nothing to show.
    assert not read_secret(client.get(f"/projects/{project.pk}/settings").content.decode())


def test_a_secret_is_not_shown_to_somebody_else(owner: Client, teammate: Client, project: Project) -> None:
    owner.post(f"/projects/{project.pk}/settings/secret")
    assert not read_secret(teammate.get(f"/projects/{project.pk}/settings").content.decode())
    assert read_secret(owner.get(f"/projects/{project.pk}/settings").content.decode())


def test_rotating_the_secret(owner: Client, project: Project) -> None:
    answer = owner.post(f"/projects/{project.pk}/settings/secret", follow=True)
    secret = read_secret(answer.content.decode())
    assert hash_secret(secret) == Project.objects.get(pk=project.pk).secret_hash != hash_secret(SECRET)


def test_name_and_time_zone(owner: Client, project: Project) -> None:
    url = f"/projects/{project.pk}/settings/project"
    assert owner.post(url, {"name": "New", "time_zone": "Mars/Base"}).status_code == 422
    assert owner.post(url, {"name": "a\nb", "time_zone": "UTC"}).status_code == 422
    assert owner.post(url, {"name": "New", "time_zone": "America/Lima"}).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.timezone) == ("New", "America/Lima")


def test_members(people: People, owner: Client, project: Project) -> None:
    url = f"/projects/{project.pk}/settings/members"
    page = owner.post(url, {"email": "Fresh@Example.com", "role": "analyst"}, follow=True).content.decode()
    assert try_to_sign_in(Client(), "fresh@example.com", read_secret(page)) == 302
    # Somebody with an account keeps their password.
    page = owner.post(url, {"email": "outsider@example.com", "role": "analyst"}, follow=True).content.decode()
    assert not read_secret(page)
    assert try_to_sign_in(Client(), "outsider@example.com", PASSWORD) == 302
    again = owner.post(url, {"email": "outsider@example.com", "role": "admin"})
    assert again.status_code == 422
    assert "is a member already" in again.content.decode()
    assert owner.post(url, {"email": "x@example.com", "role": "king"}).status_code == 422


def test_the_last_admin_stays(people: People, owner: Client, project: Project) -> None:
    own = Membership.objects.get(user=people.owner)
    mate = Membership.objects.get(user=people.teammate)
    base = f"/projects/{project.pk}/settings/members"
    for url, fields in ((f"{base}/{own.pk}/remove", {}), (f"{base}/{own.pk}/role", {"role": "analyst"})):
        answer = owner.post(url, fields)
        assert answer.status_code == 422
        assert "this is the last one" in answer.content.decode()
    assert owner.post(f"{base}/{mate.pk}/role", {"role": "admin"}).status_code == 302
    assert owner.post(f"{base}/{own.pk}/remove")["Location"] == "/"
    assert owner.get(f"/projects/{project.pk}/users").status_code == 404
    assert not Membership.objects.filter(pk=own.pk).exists()


def test_group_keys(owner: Client, project: Project) -> None:
    url = f"/projects/{project.pk}/settings/group-keys"
    assert owner.post(url, {"key": "company", "label": "Companies"}).status_code == 302
    again = owner.post(url, {"key": "company", "label": "Firms"})
    assert again.status_code == 422
    assert "already" in again.content.decode()
    key = GroupKey.objects.get()
    assert owner.post(f"{url}/{key.pk}", {"label": "Firms"}).status_code == 302
    assert owner.post(f"{url}/{key.pk}", {"label": ""}).status_code == 422
    make_profile(project, "x", {"a": 1})
    assert "<bdi>Firms</bdi>" in owner.get(f"/projects/{project.pk}/users").content.decode()


def test_a_name_stands_on_one_line(owner: Client, project: Project) -> None:
    url = f"/projects/{project.pk}/settings/group-keys"
    for odd in ("a\nb", "a\tb", "a\x85b", "a\u2028b"):
        assert owner.post(url, {"key": odd, "label": "Odd"}).status_code == 422
        assert owner.post(url, {"key": "odd", "label": odd}).status_code == 422
        record = {"$token": project.token, "$group_key": odd, "$group_id": "A", "$set": {"a": 1}}
        answer = owner.post("/groups?verbose=1", [record], content_type="application/json")
        assert "on one line" in answer.content.decode()
    assert not GroupKey.objects.exists()


def test_a_group_key_goes_with_its_groups(owner: Client, project: Project, companies: GroupKey) -> None:
    team = GroupKey.objects.create(project=project, key="team", label="Teams")
    for key, ids in ((companies, ("acme", "globex")), (team, ("a-team",)), (None, ("alice",))):
        PropertyDefinition.objects.create(project=project, scope=Scope.PROFILE, group_key=key, name="plan")
        for distinct_id in ids:
            make_profile(project, distinct_id, {"plan": "pro"}, group_key=key)
    alice = Profile.objects.get(distinct_id="alice")
    make_events(alice, "Open", [NOW], {"company": "acme"})
    Profile.objects.filter(distinct_id="globex").update(properties={}, deleted_at=NOW)
    page = owner.get(f"/projects/{project.pk}/settings").content.decode()
    assert page.count("1 group goes with it") == 2
    url = f"/projects/{project.pk}/settings/group-keys/{companies.pk}/delete"
    page = owner.post(url, follow=True).content.decode()
    assert "Companies are deleted: 1 group." in page
    assert list(GroupKey.objects.all()) == [team]
    assert sorted(Profile.objects.values_list("distinct_id", flat=True)) == ["a-team", "alice"]
    assert sorted(PropertyDefinition.objects.values_list("group_key__key", flat=True), key=str) == [None, "team"]
    assert Event.objects.get().properties == {"company": "acme"}
    assert owner.post(url).status_code == 404


def test_a_group_key_that_is_sent_without_end_stays(
    owner: Client, project: Project, companies: GroupKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every time, a group comes between the deletion of the groups and that of the key."""
    make_profile(project, "acme", {"plan": "pro"}, group_key=companies)

    def arrive(_: GroupKey) -> int:
        raise IntegrityError

    monkeypatch.setattr("profiles_app.services.group_keys._delete", arrive)
    answer = owner.post(f"/projects/{project.pk}/settings/group-keys/{companies.pk}/delete")
    assert answer.status_code == 503
    assert "are arriving at this moment" in answer.content.decode()
    assert Profile.objects.filter(group_key=companies).exists()


@pytest.mark.django_db(transaction=True)
def test_deleting_a_group_key_while_its_groups_arrive(project: Project) -> None:
    """Every record that was taken is in a group key that exists, and nobody waits for ever."""
    taken: list[bool] = []

    def send(number: int) -> None:
        client = Client(raise_request_exception=False)
        ids = [f"g{(number + step) % 12}" for step in range(8)]
        records = [
            {"$token": project.token, "$group_key": "company", "$group_id": group_id, "$set": {f"p{number % 5}": 1}}
            for group_id in ids
        ]
        taken.append(client.post("/groups", records, content_type="application/json").content == b"1")
        connections.close_all()

    def delete(_: int) -> None:
        for group_key in GroupKey.objects.filter(project=project):
            with suppress(Unavailable):
                delete_group_key(group_key)
        connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: delete(number) if number % 6 == 5 else send(number), range(90)))
    assert any(taken)
    keys = set(GroupKey.objects.values_list("pk", flat=True))
    assert len(keys) <= 1
    assert set(Profile.objects.values_list("group_key_id", flat=True)) <= keys
    assert set(PropertyDefinition.objects.values_list("group_key_id", flat=True)) <= keys
    delete(0)
    assert not Profile.objects.exists()


def test_the_left_bar_stays_short(owner: Client, project: Project) -> None:
    keys = [
        GroupKey.objects.create(project=project, key=f"k{number}", label=f"{20 - number:02} of a kind")
        for number in range(PLACES + 3)
    ]
    page = owner.get(f"/projects/{project.pk}/settings").content.decode()
    always, more = page.split("More</summary>")
    more = more.split("</details>")[0]
    assert [key.label for key in keys if f'title="{key.label}"' in always] == [key.label for key in keys[:PLACES]]
    assert [key.label for key in keys if f'title="{key.label}"' in more] == [key.label for key in keys[PLACES:]]
    assert '<details class="more-places" >' in page
    page = owner.get(f"/projects/{project.pk}/groups/{keys[-1].pk}").content.decode()
    assert '<details class="more-places" open>' in page


def test_service_accounts(owner: Client, project: Project) -> None:
    url = f"/projects/{project.pk}/settings/service-accounts"
    page = owner.post(url, {"name": "nightly"}, follow=True).content.decode()
    account = project.service_accounts.get()
    assert hash_secret(read_secret(page)) == account.secret_hash
    assert account.username.startswith("nightly.")
    assert owner.post(f"{url}/{account.pk}/delete").status_code == 302
    assert not project.service_accounts.exists()
    assert owner.post(url, {"name": "with blanks"}).status_code == 422


def test_analysts_see_no_controls_of_admins(sign_in: Callable[[str], Client], project: Project) -> None:
    page = sign_in("teammate").get(f"/projects/{project.pk}/settings").content.decode()
    assert project.token in page
    assert "owner@example.com" in page
    for word in ("Rotate", "Add member", "Remove", "Service accounts", "Add group key"):
        assert word not in page


def test_pages_of_django_have_our_look(people: People, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = Client(enforce_csrf_checks=True)
    assert "Please send it again" in guarded.post("/sign-in").content.decode()
    assert "Not found" in owner.get("/nowhere").content.decode()

    def break_down(*_: object) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr("profiles_app.people.projects.list_projects", break_down)
    owner.raise_request_exception = False
    answer = owner.get("/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "on purpose" not in answer.content.decode()
