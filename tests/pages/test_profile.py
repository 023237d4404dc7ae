"""The profile page: who it is, the feed, its ranges, hidden events and pages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from profiles_app.models import GroupKey, Profile, Project
from profiles_app.profile_page import views
from profiles_app.selectors.time_limit import time_limit
from tests.pages.making import make_events, make_profile

NOW = datetime(2026, 7, 17, 21, 57, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch, project: Project) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    project.timezone = "Europe/Oslo"
    project.save()


def url_of(project: Project, distinct_id: str = "alice", rest: str = "") -> str:
    return f"/projects/{project.pk}/users/profile?id={quote(distinct_id, safe='')}{rest}"


def get_page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def read_events(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'class="event-name"><bdi>(.*?)</bdi>', page)]


def read_days(page: str) -> list[str]:
    return re.findall(r'<h3 class="day-title">.*?</svg>(.*?)</h3>', page, re.DOTALL)


def read_older(page: str) -> str:
    found = re.search(r'<p class="older"><a class="button" href="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def test_identity_and_properties(project: Project, owner: Client) -> None:
    make_profile(
        project, "alice",
        {"$name": "Alice Singh", "$email": "limuj@he.ba", "$city": "Raleigh", "$region": "North Carolina",
         "$country_code": "US", "app version": 2.3, "tags": ["a"]},
    )  # fmt: skip
    page = get_page(owner, url_of(project))
    for part in (
        "<bdi>Alice Singh</bdi>",
        "limuj@he.ba",
        "Raleigh, North Carolina, United States",
        '<bdi id="distinct-id" class="fact-id">alice</bdi>',
        "User Profile Properties",
        "<bdi>app version</bdi>",
        "<bdi>City</bdi>",
        ">Jul 17, 2026</time>",
    ):
        assert part in page


def test_a_user_known_by_events_alone(project: Project, owner: Client) -> None:
    make_events(make_profile(project, "visitor"), "Sign Up", [NOW])
    page = get_page(owner, url_of(project, "visitor"))
    assert "by events alone" in page
    assert "Never" in page
    assert read_events(page) == ["Sign Up"]


@pytest.mark.parametrize(
    "distinct_id",
    [
        *("..", "../..", "a/b", "a b", " ", "100%", "%2F", "#top", "?q=1", "a&b=c", "+", "\\", "'\"<>"),
        *("日本", "\u202e", "🎉", "x" * 255),
    ],
)
def test_odd_ids_are_reached_from_the_table(project: Project, owner: Client, distinct_id: str) -> None:
    make_profile(project, distinct_id, {"plan": "pro"})
    table = get_page(owner, f"/projects/{project.pk}/users")
    link = re.search(r'class="person-link" href="([^"]*)"', table)
    assert link
    page = get_page(owner, unescape(link[1]))
    shown = re.search(r'id="distinct-id" class="fact-id">(.*?)</bdi>', page, re.DOTALL)
    assert shown
    assert unescape(shown[1]) == distinct_id


@pytest.mark.parametrize("distinct_id", ["nobody", "", "\0", "x" * 300])
def test_nobody_has_this_id(project: Project, owner: Client, distinct_id: str) -> None:
    answer = owner.get(url_of(project, distinct_id))
    assert answer.status_code == 404
    assert f'href="/projects/{project.pk}/users"' in answer.content.decode()


def test_somebody_deleted_is_gone(project: Project, owner: Client, alice: Profile) -> None:
    Profile.objects.filter(pk=alice.pk).update(deleted_at=NOW)
    assert owner.get(url_of(project)).status_code == 404


def test_days_begin_in_the_time_zone_of_the_project(project: Project, owner: Client, alice: Profile) -> None:
    # 22:30 UTC on the 16th is half past midnight on the 17th in Oslo.
    make_events(alice, "Late", [datetime(2026, 7, 16, 22, 30, tzinfo=UTC)])
    make_events(alice, "Early", [datetime(2026, 7, 16, 21, 30, tzinfo=UTC)])
    page = get_page(owner, url_of(project))
    assert read_days(page) == ["July 17th, 2026", "July 16th, 2026"]
    assert ">12:30:00 AM</time>" in page
    assert "00:30:00 Europe/Oslo (2026-07-16T22:30:00Z)" in page


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("&range=today", ["d0"]),
        ("&range=7d", ["d0", "d6"]),
        ("", ["d0", "d6", "d29"]),
        ("&range=90d", ["d0", "d6", "d29", "d30"]),
        ("&range=12m", ["d0", "d6", "d29", "d30", "d300"]),
        ("&range=all", ["d0", "d6", "d29", "d30", "d300", "d900"]),
        ("&range=custom&from=2026-06-17&to=2026-06-18", ["d29", "d30"]),
        ("&range=custom&from=2026-07-11", ["d0", "d6"]),
        ("&range=custom&to=2026-06-17", ["d30", "d300", "d900"]),
        ("&hide=d6&hide=unknown", ["d0", "d29"]),
    ],
)
def test_ranges(project: Project, owner: Client, alice: Profile, rest: str, expected: list[str]) -> None:
    for days in (0, 6, 29, 30, 300, 900):
        make_events(alice, f"d{days}", [NOW - timedelta(days=days)])
    assert read_events(get_page(owner, url_of(project, rest=rest))) == expected


@pytest.mark.parametrize(
    "rest",
    ["&range=9d", "&range=custom&from=x", "&range=custom&from=2026-02-02&to=2026-01-01", "&range=custom&to=9999-01-01"],
)
def test_ranges_that_no_page_links_to(project: Project, owner: Client, alice: Profile, rest: str) -> None:
    assert owner.get(url_of(project, rest=rest)).status_code == 400


def follow_older(client: Client, page: str, *, htmx: bool) -> Iterator[str]:
    headers = {"HX-Request": "true"} if htmx else {}
    while older := read_older(page):
        page = client.get(older, headers=headers).content.decode()
        yield page


@pytest.mark.parametrize("htmx", [False, True])
def test_every_older_event_once_in_order(project: Project, owner: Client, alice: Profile, *, htmx: bool) -> None:
    # Bursts of one instant that are longer than a page.
    times = [NOW - timedelta(hours=number // 70 * 7) for number in range(260)]
    for number, time in enumerate(times):
        make_events(alice, f"e{number}", [time])
    first = get_page(owner, url_of(project))
    seen, days = read_events(first), read_days(first)
    for page in follow_older(owner, first, htmx=htmx):
        assert ("<html" in page) != htmx
        seen += read_events(page)
        days += read_days(page)
    assert len(seen) == 260
    assert len(set(seen)) == 260
    order = [times[int(name[1:])] for name in seen]
    assert order == sorted(order, reverse=True)
    if htmx:
        # What is appended under a day does not name the day again.
        assert len(days) == len(set(days))


def test_older_events_of_somebody_else_are_refused(project: Project, owner: Client, alice: Profile) -> None:
    make_events(alice, "e", [NOW - timedelta(minutes=number) for number in range(60)])
    make_profile(project, "bob", {"x": 1})
    older = read_older(get_page(owner, url_of(project)))
    assert owner.get(older.replace("id=alice", "id=bob")).status_code == 400
    assert owner.get(older[:-2]).status_code == 400


def test_no_events_in_range_names_the_last_one(project: Project, owner: Client, alice: Profile) -> None:
    make_events(alice, "Sign Up", [NOW - timedelta(days=100)])
    page = get_page(owner, url_of(project))
    assert "No events in the last 30 days" in page
    assert "April 8th, 2026" in page
    every = re.search(r'href="([^"]*)">Show all time<', page)
    assert every
    assert read_events(get_page(owner, unescape(every[1]))) == ["Sign Up"]


def test_no_events_at_all(project: Project, owner: Client, alice: Profile) -> None:
    assert "No events yet" in get_page(owner, url_of(project))


def test_a_feed_that_takes_too_long_is_a_state(
    project: Project, owner: Client, alice: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setattr(views, "list_events", sleep)
    monkeypatch.setattr(views, "time_limit", partial(time_limit, seconds=0.05))
    page = get_page(owner, url_of(project))
    assert "This took too long" in page
    assert "Alice Singh" in page


def test_sparkline_in_words(project: Project, owner: Client, alice: Profile) -> None:
    make_events(alice, "A", [NOW] * 2 + [NOW - timedelta(days=3)] * 4)
    page = get_page(owner, url_of(project))
    assert "6 events in 30 days; most on July 14th, 2026: 4" in page
    assert page.count('width="8" height=') == 30
    assert "1 event in 30 days" not in page


def test_events_of_a_group(project: Project, owner: Client, alice: Profile, companies: GroupKey) -> None:
    acme = make_profile(project, "acme", {"$name": "Acme"}, group_key=companies)
    make_events(alice, "Text", [NOW], {"company": "acme"})
    make_events(alice, "List", [NOW - timedelta(hours=1)], {"company": ["globex", "acme"]})
    make_events(alice, "Other", [NOW], {"company": "globex"})
    make_events(alice, "Part", [NOW], {"company": "acme inc"})
    page = get_page(owner, f"/projects/{project.pk}/groups/{companies.pk}/profile?id={acme.distinct_id}")
    assert read_events(page) == ["Text", "List"]
    assert "Group Profile Properties" in page
    assert "<dt>Group ID</dt>" in page
    assert "Distinct ID" not in page


def test_events_of_a_group_say_who_did_them(
    project: Project, owner: Client, alice: Profile, companies: GroupKey
) -> None:
    acme = make_profile(project, "acme", {"$name": "Acme"}, group_key=companies)
    stranger = make_profile(project, "a/b <i>")
    make_events(alice, "Text", [NOW], {"company": "acme"})
    make_events(stranger, "Open", [NOW - timedelta(hours=1)], {"company": "acme"})
    page = get_page(owner, f"/projects/{project.pk}/groups/{companies.pk}/profile?id={acme.distinct_id}")
    found = re.findall(r'class="event-actor">By <a href="([^"]*)"><bdi>(.*?)</bdi>', page)
    assert [(unescape(url), unescape(name)) for url, name in found] == [
        (url_of(project, "alice"), "Alice Singh"),
        (url_of(project, "a/b <i>"), "a/b <i>"),
    ]
    assert "event-actor" not in get_page(owner, url_of(project))


def test_queries_do_not_grow_with_those_who_did_them(
    project: Project, owner: Client, alice: Profile, companies: GroupKey
) -> None:
    acme = make_profile(project, "acme", {"$name": "Acme"}, group_key=companies)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            get_page(owner, f"/projects/{project.pk}/groups/{companies.pk}/profile?id={acme.distinct_id}")
        return len(queries)

    make_events(alice, "A", [NOW], {"company": "acme"})
    few = count()
    for number in range(20):
        make_events(make_profile(project, f"p{number}"), "A", [NOW], {"company": "acme"})
    assert count() == few


@pytest.mark.parametrize(
    ("back", "kept"),
    [
        ("/projects/{}/users?search=ali", True),
        ("https://evil.example/projects/{}/users", False),
        ("//evil.example", False),
        ("/sign-out", False),
        ("javascript:alert(1)", False),
    ],
)
def test_back_leads_to_the_table_as_it_was(
    project: Project, owner: Client, alice: Profile, back: str, *, kept: bool
) -> None:
    back = back.format(project.pk)
    page = get_page(owner, url_of(project, rest=f"&back={quote(back, safe='')}"))
    link = re.search(r'<p class="back">\s*<a class="quiet-button" href="([^"]*)"', page)
    assert link
    assert unescape(link[1]) == (back if kept else f"/projects/{project.pk}/users")


def test_queries_do_not_grow_with_events(project: Project, owner: Client, alice: Profile) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            get_page(owner, url_of(project))
        return len(queries)

    make_events(alice, "A", [NOW - timedelta(minutes=number) for number in range(10)])
    few = count()
    make_events(alice, "B", [NOW - timedelta(minutes=number) for number in range(90)])
    assert count() == few <= 14
