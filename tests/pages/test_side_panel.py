"""The profile beside the table: whose it is stands in the address."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from profiles_app.models import GroupKey, Profile, Project
from tests.pages.making import NOW, make_events, make_profile
from tests.pages.test_profile import read_events, read_older
from tests.pages.test_table import read_sorts

PANEL = {"HX-Request": "true", "HX-Target": "side-panel"}
PERSON = {"HX-Request": "true", "HX-Target": "panel-person"}


def url_of(project: Project, rest: str = "") -> str:
    return f"/projects/{project.pk}/users?{rest}"


def read(client: Client, url: str, headers: dict[str, str] | None = None, *, status: int = 200) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == status
    return str(answer.content.decode())


def read_panel(page: str) -> str:
    found = re.search(r'<dialog id="side-panel"(.*?)</dialog>', page, re.DOTALL)
    assert found
    return found[1]


def test_every_row_opens_its_profile(project: Project, owner: Client, alice: Profile) -> None:
    make_profile(project, "bob", {"x": 1})
    page = read(owner, url_of(project, "search=a"))
    button = re.search(r'<button class="icon-button open-beside"[^>]*>', page)
    assert button
    assert 'form="open-beside" name="open" value="alice"' in button[0]
    assert 'aria-label="Open Alice Singh beside the table"' in button[0]
    form = re.search(r'<form id="open-beside".*?</form>', page, re.DOTALL)
    assert form
    assert '<input type="hidden" name="search" value="a">' in form[0]
    assert 'name="open"' not in form[0]
    assert " open" not in read_panel(page).split(">")[0]


def test_the_panel_shows_what_the_page_shows(project: Project, owner: Client, alice: Profile) -> None:
    make_events(alice, "Sign Up", [timezone.now()], {"plan": "pro"})
    answer = owner.get(url_of(project, "search=ali&open=alice"), headers=PANEL)
    panel = answer.content.decode()
    assert answer["HX-Push-Url"] == url_of(project, "search=ali&open=alice")
    assert "<html" not in panel
    assert '<h2 id="panel-title" class="identity-name" tabindex="-1"><bdi>Alice Singh</bdi></h2>' in panel
    assert read_events(panel) == ["Sign Up"]
    for part in ("alice@example.com", ">Activities</button>", ">User Properties</button>", "User Profile Properties"):
        assert part in panel
    back = quote(url_of(project, "search=ali&open=alice"), safe="")
    page_link = re.search(r'<a class="quiet-button" href="([^"]*)">.*?Open as page</a>', panel, re.DOTALL)
    assert page_link
    assert unescape(page_link[1]) == f"/projects/{project.pk}/users/profile?id=alice&back={back}"
    close = re.search(r'<a id="panel-close" class="icon-button" href="([^"]*)"', panel)
    assert close
    assert unescape(close[1]) == url_of(project, "search=ali")


def test_the_address_brings_the_panel_back(project: Project, owner: Client, alice: Profile) -> None:
    make_profile(project, "bob", {"x": 1})
    page = read(owner, url_of(project, "open=alice"))
    panel = read_panel(page)
    assert " open" in panel.split(">")[0]
    assert "Alice Singh" in panel
    rows = dict(re.findall(r'name="open" value="(.*?)" data-open-beside aria-expanded="(.*?)"', page))
    assert rows == {"alice": "true", "bob": "false"}
    # Without JavaScript, another order keeps the panel.
    assert "Alice Singh" in read_panel(read(owner, read_sorts(page)[0]))


def test_another_page_keeps_the_panel(project: Project, owner: Client, alice: Profile) -> None:
    for number in range(60):
        make_profile(project, f"p{number:02}", {"x": number})
    following = re.search(r'<a id="next-page"[^>]*? href="([^"]*)"', read(owner, url_of(project, "sort=$distinct_id")))
    assert following
    answer = owner.get(unescape(following[1]) + "&open=alice", headers=PANEL)
    assert answer["HX-Push-Url"] == unescape(following[1]) + "&open=alice"


def test_htmx_goes_by_the_address_of_the_browser(project: Project, owner: Client, alice: Profile) -> None:
    """A link of the table may be older than the panel."""
    here = {"HX-Request": "true", "HX-Target": "results"}
    table = url_of(project, "sort=$city")
    current = f"http://testserver{url_of(project, 'open=alice')}"
    answer = owner.get(table, headers=here | {"HX-Current-URL": current})
    assert answer["HX-Push-Url"] == f"{table}&open=alice"
    assert 'aria-expanded="true"' in answer.content.decode()
    closed = owner.get(f"{table}&open=alice", headers=here | {"HX-Current-URL": f"http://testserver{table}"})
    assert closed["HX-Push-Url"] == table
    # The address of another page says nothing of this table.
    elsewhere = {"HX-Current-URL": "http://testserver/projects/0/users?open=bob"}
    assert owner.get(f"{table}&open=alice", headers=here | elsewhere)["HX-Push-Url"] == f"{table}&open=alice"


@pytest.mark.parametrize("distinct_id", ["nobody", "\0", "x" * 300, "deleted"])
def test_nobody_is_a_state(project: Project, owner: Client, alice: Profile, distinct_id: str) -> None:
    make_profile(project, "deleted", {"x": 1})
    Profile.objects.filter(distinct_id="deleted").update(deleted_at=NOW)
    url = url_of(project, f"open={quote(distinct_id)}")
    panel = read(owner, url, PANEL, status=404)
    assert "Nobody has this ID" in panel
    assert "Open as page" not in panel
    page = read(owner, url)
    assert "Nobody has this ID" in read_panel(page)
    assert "Alice Singh" in page


def test_nobody_of_another_project(project: Project, owner: Client, alice: Profile) -> None:
    other = Project.objects.create(name="Other", token="other")
    make_profile(other, "theirs", {"$name": "Secret"})
    assert "Secret" not in read(owner, url_of(project, "open=theirs"))


@pytest.mark.parametrize(
    "distinct_id", ["a b", "a&b=c", "+", "%2F", "'\"<script>", "\u202e", "🎉", "日本", "x" * 255, " "]
)
def test_odd_ids(project: Project, owner: Client, distinct_id: str) -> None:
    make_profile(project, distinct_id, {"$name": "<script>alert(1)</script>" * 20})
    page = read(owner, url_of(project))
    value = re.search(r'name="open" value="(.*?)" data-open-beside', page, re.DOTALL)
    assert value
    panel = read(owner, url_of(project, f"open={quote(unescape(value[1]))}"), PANEL)
    assert 'id="panel-title"' in panel
    assert "<script>alert" not in page + panel


def test_the_feed_stays_in_the_panel(project: Project, owner: Client, alice: Profile) -> None:
    make_events(alice, "Open", [timezone.now()] * 60)
    profile = f"/projects/{project.pk}/users/profile?id=alice"
    answer = owner.get(f"{profile}&hide=Other&range=7d", headers=PERSON)
    assert answer["HX-Push-Url"] == "false"
    part = answer.content.decode()
    assert "<html" not in part
    assert 'id="panel-title"' in part
    older = read(owner, read_older(part), {"HX-Request": "true"})
    assert len(read_events(part)) + len(read_events(older)) == 60
    assert "<html" in read(owner, f"{profile}&range=7d")


def test_groups(project: Project, owner: Client, companies: GroupKey) -> None:
    make_profile(project, "acme", {"$name": "Acme"}, group_key=companies)
    make_profile(project, "acme", {"$name": "A user"})
    url = f"/projects/{project.pk}/groups/{companies.pk}?open=acme"
    panel = read_panel(read(owner, url))
    assert "<bdi>Acme</bdi>" in panel
    assert "Group Properties" in panel
    assert f"/projects/{project.pk}/groups/{companies.pk}/profile?id=acme" in panel
