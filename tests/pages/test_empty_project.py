"""The page of an empty project, and how it ends."""

import json
import re
from html import unescape

from django.test import Client
from pytest_django import Settings

from profiles_app.models import GroupKey, Profile, Project
from tests.pages.making import make_profile


def read_snippet(page: str, key: str) -> str:
    found = re.search(rf'<pre[^>]*id="{key}-code"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_snippets_carry_token_and_address(project: Project, owner: Client) -> None:
    page = owner.get(f"/projects/{project.pk}/users", headers={"host": "roster.example.org:8000"}).content.decode()
    for key in ("python", "javascript", "curl"):
        assert project.token in read_snippet(page, key)
        assert "http://roster.example.org:8000" in read_snippet(page, key)


def test_public_address_wins(project: Project, owner: Client, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://people.example.org"
    page = owner.get(f"/projects/{project.pk}/users").content.decode()
    assert 'Consumer(api_host="people.example.org")' in read_snippet(page, "python")
    assert "https://people.example.org/engage?verbose=2" in read_snippet(page, "curl")


def test_the_curl_snippet_is_what_the_server_takes(project: Project, owner: Client, client: Client) -> None:
    code = read_snippet(owner.get(f"/projects/{project.pk}/users").content.decode(), "curl")
    body = re.search(r"-d '(.*)'", code, re.DOTALL)
    assert body
    answer = client.post("/engage?verbose=2", data=body[1], content_type="application/json")
    assert answer.json()["status"] == 1
    assert Profile.objects.get(project=project).properties["$name"] == "Alice"


def test_the_python_snippet_runs(project: Project, owner: Client) -> None:
    code = read_snippet(owner.get(f"/projects/{project.pk}/users").content.decode(), "python")
    compile(code, "snippet", "exec")
    from mixpanel import Consumer

    assert Consumer(events_url="http://x/track", people_url="http://x/engage")


def test_asking_ends_with_the_first_user(project: Project, owner: Client) -> None:
    asked = f"/projects/{project.pk}/users/first"
    assert asked in owner.get(f"/projects/{project.pk}/users").content.decode()
    assert owner.get(asked).status_code == 204
    make_profile(project, "visitor")
    answer = owner.get(asked)
    assert answer["HX-Refresh"] == "true"
    assert asked not in owner.get(f"/projects/{project.pk}/users").content.decode()


def test_groups_have_their_own_snippet(project: Project, owner: Client, companies: GroupKey) -> None:
    page = owner.get(f"/projects/{project.pk}/groups/{companies.pk}").content.decode()
    record = json.loads(re.search(r"-d '(.*)'", read_snippet(page, "curl"), re.DOTALL)[1])[0]  # type: ignore[index]
    assert record["$group_key"] == "company"
    assert "/groups?verbose=2" in page
    make_profile(project, "acme", {"x": 1}, group_key=companies)
    assert owner.get(f"/projects/{project.pk}/groups/{companies.pk}/first")["HX-Refresh"] == "true"
