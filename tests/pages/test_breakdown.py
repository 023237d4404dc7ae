"""The breakdown: the numbers of a property's values among the people shown, each a step from a filter."""

import re
from datetime import date, timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from profiles_app.errors import TooSlow
from profiles_app.filters.tree import All, Filter, Population, Property, Type
from profiles_app.models import GroupKey, Kind, Project, PropertyDefinition, Scope
from profiles_app.selectors.breakdown import Breakdown, break_down
from profiles_app.selectors.people import PeopleQuery, count_people
from profiles_app.users_page import breakdown
from tests.pages.making import make_profile
from tests.pages.test_table import read_rows

MIXED: list[Any] = [
    "a", "a", "b", "", " ", "1", "true", 1, 1.0, 0, -0.0, 1.5, 1e300, True, True, False, None, [], [None], [["a"]],
    {"a": 1}, {}, ["a", "a", "b"], ["a", 1], ["b", None, 1.0], "2026-01-01", "2026-01-01T10:00:00", "x" * 10_000,
    "\u202eabc", "🎉", "<b>",
]  # fmt: skip


def make_people(project: Project, values: list[Any]) -> None:
    for number, value in enumerate(values):
        make_profile(project, f"p{number}", {"v": value, "n": number})
    make_profile(project, "unset", {"n": -1})


def check_sums(found: Breakdown) -> None:
    assert found.people == found.single + found.lists + found.objects + found.unset
    assert found.named == sum(value.people for value in found.values) + found.others
    values = sum(value.single for value in found.values) + (found.others if found.lists == 0 else 0)
    assert found.single == values + found.dates
    assert found.dates == sum(period.people for period in found.periods) + found.earlier


def test_mixed_kinds_add_up(project: Project) -> None:
    make_people(project, MIXED)
    query = PeopleQuery(project=project)
    found = break_down(query, name="v", limit=100)
    assert found.people == count_people(query) == len(MIXED) + 1
    assert (found.unset, found.objects, found.lists, found.bare) == (2, 2, 6, 3)
    check_sums(found)
    numbers = {(type(value.value), value.value): (value.single, value.listed) for value in found.values}
    assert numbers[str, "a"] == (2, 2)
    assert numbers[str, "b"] == (1, 2)
    assert numbers[int, 1] == (2, 2)
    assert numbers[int, 0] == (2, 0)
    assert numbers[bool, True] == (2, 0)
    assert numbers[str, "1"] == numbers[str, ""] == numbers[str, "true"] == (1, 0)
    assert found.other_values == found.others == 0
    assert found.numbers is not None
    assert (found.numbers.lowest, found.numbers.median, found.numbers.highest) == (0, 1, 1e300)


def test_the_rest_is_counted(project: Project) -> None:
    make_people(project, [f"v{number // 3:03}" for number in range(90)])
    found = break_down(PeopleQuery(project=project), name="v", limit=7)
    assert [value.value for value in found.values] == [f"v{number:03}" for number in range(7)]
    assert (found.different, found.other_values, found.others) == (30, 23, 69)
    check_sums(found)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu"])
def test_dates_count_by_month_of_the_zone(project: Project, zone: str) -> None:
    project.timezone = zone
    project.save()
    # In Newfoundland the clock went back from one minute past the midnight that began November 2009.
    edges = [
        f"{day}T{clock}Z"
        for day in ("2009-10-31", "2009-11-01", "2025-12-31", "2026-01-01")
        for clock in ("02:30:59", "02:31:00", "03:15:00", "03:30:00", "10:59:59.999999", "11:00:00", "18:15:00")
    ]
    texts = ["2026-01-01", "2026-01-31", "2025-12-31", "2009-11-01", "0001-01-01", "9999-12-31", "2026-02-30", "soon"]
    make_people(project, [*edges, *texts, 20260101, ["2026-01-01"], {"at": "2026-01-01"}])
    query = PeopleQuery(project=project)
    found = break_down(query, name="v", limit=100)
    check_sums(found)
    assert (found.dates, found.earlier) == (len(edges) + 6, 0)
    assert [period.first for period in found.periods] == sorted((one.first for one in found.periods), reverse=True)
    assert {value.value for value in found.values} == {"2026-02-30", "soon", 20260101, "2026-01-01"}
    for period in found.periods:
        assert period.first.day == 1
        assert (period.last + timedelta(days=1)).day == 1 if period.last != date.max else True
        asked = Filter(where=Property("v", Type.DATE, "between", (period.first, period.last)))
        assert count_people(PeopleQuery(project=project, filter=asked)) == period.people
    assert break_down(query, name="v.at", limit=5).dates == 1


def test_months_before_the_newest_are_one_line(project: Project, owner: Client) -> None:
    make_people(project, [f"{2020 + number // 12}-{number % 12 + 1:02}-15T08:00:00" for number in range(30)])
    lines = read_lines(read(owner, url_of(project, "breakdown=v"), HTMX))
    assert [line[:2] for line in lines] == [
        *((f"{date(2020 + number // 12, number % 12 + 1, 1):%B %Y}", 1) for number in range(29, 5, -1)),
        ("Before July 2020", 6),
        ("Not set", 1),
    ]
    for words, people, only, without in lines:
        assert len(read_rows(read(owner, only))) == people, words
        assert len(read_rows(read(owner, without))) == 31 - people, words
    page = read(owner, lines[0][2])
    assert "v is between Jun 1, 2022 and Jun 30, 2022" in page


def test_one_month_counts_by_day(project: Project, owner: Client) -> None:
    make_people(project, ["2026-02-28", "2026-02-28T23:59:59", "2026-02-01", "soon"])
    page = read(owner, url_of(project, "breakdown=v"), HTMX)
    lines = read_lines(page)
    assert [line[:2] for line in lines] == [("Feb 28, 2026", 2), ("Feb 1, 2026", 1), ("soon", 1), ("Not set", 1)]
    assert "5 in the table, 1 other value; dates by day, newest first." in page
    assert len(read_rows(read(owner, lines[0][2]))) == 2


@pytest.mark.parametrize("name", ["never", "n.x", "'\"\\", "a" * 300])
def test_a_property_that_nobody_has(project: Project, name: str) -> None:
    make_people(project, ["a"])
    found = break_down(PeopleQuery(project=project), name=name, limit=5)
    assert (found.people, found.unset, found.values, found.numbers) == (2, 2, [], None)


def test_only_the_people_shown(project: Project) -> None:
    make_people(project, ["a", "a", "b"])
    make_profile(project, "visitor")
    where = All((Property("n", Type.NUMBER, "at_least", 1.0),))
    everybody = PeopleQuery(project=project, population=Population.ALL)
    assert break_down(everybody, name="v", limit=5).unset == 2
    filtered = PeopleQuery(project=project, filter=Filter(where=where))
    assert [(value.value, value.people) for value in break_down(filtered, name="v", limit=5).values] == [
        ("a", 1),
        ("b", 1),
    ]
    searched = PeopleQuery(project=project, search="p2")
    assert [value.value for value in break_down(searched, name="v", limit=5).values] == ["b"]
    nobody = break_down(PeopleQuery(project=project, search="nobody"), name="v", limit=5)
    assert (nobody.people, nobody.values) == (0, [])


def test_inside_an_object(project: Project) -> None:
    make_people(project, [{"plan": "pro"}, {"plan": "pro"}, {"plan": 7}, {}])
    found = break_down(PeopleQuery(project=project), name="v.plan", limit=5)
    assert [(value.value, value.people) for value in found.values] == [("pro", 2), (7, 1)]
    assert found.unset == 2


HTMX = {"HX-Request": "true", "HX-Target": "breakdown"}


def url_of(project: Project, rest: str, page: str = "users/breakdown") -> str:
    return f"/projects/{project.pk}/{page}?{rest}"


def read(client: Client, url: str, headers: dict[str, str] | None = None, *, status: int = 200) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def read_lines(page: str) -> list[tuple[str, int, str, str]]:
    """Words, people, the link to them alone, the link to the others."""
    lines = []
    for row in re.findall(r'<li class="breakdown-row.*?</li>', page, re.DOTALL):
        links = [unescape(url) for url in re.findall(r'href="([^"]*)"', row)]
        words = re.search(
            r'class="breakdown-value".*?>(.*?)</(?:a|span)>\s*<span class="breakdown-people">', row, re.DOTALL
        )
        people = re.search(r"</span> ([\d,]+)</span>", row)
        assert words
        assert people
        text = re.sub(
            r'<span class="visually-hidden">Only </span>|<svg.*?</svg>|<[^>]*>', "", words[1], flags=re.DOTALL
        )
        only, without = links or ("", "")
        lines.append((unescape(text).strip(), int(people[1].replace(",", "")), only, without))
    return lines


def test_each_line_leads_to_exactly_the_people_it_counts(project: Project, owner: Client) -> None:
    make_people(project, MIXED)
    everybody = len(MIXED) + 1
    page = read(owner, url_of(project, "breakdown=v"), HTMX)
    lines = read_lines(page)
    assert {words: people for words, people, _, _ in lines if words in {"Objects", "Not set", "a"}} == {
        "Objects": 2,
        "Not set": 2,
        "a": 4,
    }
    asked = [line for line in lines if line[2]]
    # Objects, lists of other things, and the text of 10,000 characters cannot be asked for.
    assert len(asked) == len(lines) - 3
    for words, people, only, without in asked:
        assert "breakdown=v" in only
        assert len(read_rows(read(owner, only))) == people, words
        assert len(read_rows(read(owner, without))) == everybody - people, words


def test_conditions_are_added_once(project: Project, owner: Client) -> None:
    make_people(project, ["a", "a", "b"])
    where = quote('{"where":{"any":[{"property":"n","type":"number","op":"at_least","value":0}]}}')
    lines = read_lines(read(owner, url_of(project, f"breakdown=v&filter={where}&search=p"), HTMX))
    assert [line[:2] for line in lines] == [("a", 2), ("b", 1)]
    only = lines[0][2]
    assert "search=p" in only
    again = read_lines(read(owner, only.replace("/users?", "/users/breakdown?"), HTMX))
    assert again[0][2] == only


def test_the_page_loads_it_after_the_table(project: Project, owner: Client) -> None:
    make_people(project, ["a"])
    closed = read(owner, url_of(project, "search=p", "users"))
    assert re.search(r'<div id="breakdown" class="breakdown"></div>', closed)
    assert 'hx-trigger="load"' not in closed
    assert 'name="breakdown" value="$country_code" aria-expanded="false"' in closed
    page = read(owner, url_of(project, "search=p&breakdown=v", "users"))
    loader = re.search(r'<div id="breakdown-loader"\s+hx-get="([^"]*)" hx-trigger="load"', page)
    assert loader
    assert unescape(loader[1]) == url_of(project, "search=p&breakdown=v")
    assert "breakdown-row" not in page
    # Without JavaScript a link leads to a page of its own, which knows the way back.
    alone = read(owner, unescape(loader[1]))
    assert "<html" in alone
    assert read_lines(alone)[0][:2] == ("a", 1)
    assert f'href="{url_of(project, "search=p&amp;breakdown=v", "users")}"' in alone


def test_the_address_follows_what_is_chosen(project: Project, owner: Client) -> None:
    make_people(project, ["a"])
    current = f"http://testserver{url_of(project, 'breakdown=v&open=p0', 'users')}"
    chosen = owner.get(url_of(project, "breakdown=n"), headers=HTMX | {"HX-Current-URL": current})
    assert chosen["HX-Push-Url"] == url_of(project, "breakdown=n&open=p0", "users")
    loaded = owner.get(url_of(project, "breakdown=v"), headers=HTMX | {"HX-Current-URL": current})
    assert "HX-Push-Url" not in loaded
    closed = owner.get(url_of(project, "search=x&breakdown="), headers=HTMX | {"HX-Current-URL": current})
    assert closed["HX-Push-Url"] == url_of(project, "search=x&open=p0", "users")
    assert "breakdown-card" not in closed.content.decode()
    # A link of the table that is older than the choice does not undo it.
    table = {"HX-Request": "true", "HX-Target": "results", "HX-Current-URL": current}
    sorted_ = owner.get(url_of(project, "sort=n", "users"), headers=table)
    assert sorted_["HX-Push-Url"] == url_of(project, "sort=n&breakdown=v&open=p0", "users")
    assert 'id="breakdown-loader" hx-swap-oob="true"' in sorted_.content.decode()


def test_properties_to_choose(project: Project, owner: Client) -> None:
    make_people(project, ["a"])
    make = partial(PropertyDefinition.objects.create, project=project, scope=Scope.PROFILE)
    make(name="$country_code", kinds=Kind.STRING)
    make(name="<b>" + "x" * 252, kinds=Kind.NUMBER)
    make(name="secret", kinds=Kind.NUMBER, hidden=True)
    make(name="$last_seen", kinds=Kind.DATE)
    for number in range(120):
        make(name=f"p{number:03}", kinds=Kind.LIST)
    page = read(owner, url_of(project, "breakdown=v"), HTMX)
    assert page.count('name="breakdown" value="') == 101
    assert "22 more; type to find them." in page
    choices = {"HX-Request": "true", "HX-Target": "breakdown-choices"}
    found = read(owner, url_of(project, "breakdown=v&named=COUNTRY c"), choices)
    assert re.findall(r'name="breakdown" value="(.*?)"', found) == ["$country_code"]
    assert "<section" not in found
    assert "secret" not in page + read(owner, url_of(project, "breakdown=v&named=secret"), choices)
    assert "No property matches" in read(owner, url_of(project, "breakdown=v&named=last_seen"), choices)
    assert "<b>xxx" not in page
    # Nobody types without JavaScript.
    assert read(owner, url_of(project, "")).count('name="breakdown" value="') == 122


@pytest.mark.parametrize(
    ("rest", "status", "words"),
    [
        ("breakdown=$last_seen", 400, "Nearly everybody has a value of their own"),
        ("breakdown=v&filter=x", 400, "cannot be read"),
        ("breakdown=" + "x" * 300, 400, "cannot exist"),
        ("breakdown=%00", 400, "cannot exist"),
        ("breakdown=v&search=nobody", 200, "Nobody is in the table"),
    ],
)
def test_states(project: Project, owner: Client, rest: str, status: int, words: str) -> None:
    make_people(project, ["a"])
    assert words in read(owner, url_of(project, rest), HTMX, status=status)
    assert words in read(owner, url_of(project, rest), status=status)


def test_too_slow_is_a_state(project: Project, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_people(project, ["a"])

    def fail(*_: object, **__: object) -> None:
        raise TooSlow("It took too long.")

    monkeypatch.setattr(breakdown, "break_down", fail)
    page = read(owner, url_of(project, "breakdown=v"), HTMX, status=503)
    assert "This took too long" in page
    assert "Try again" in page
    assert '<bdi title="v">v</bdi>' in page


def test_groups(project: Project, owner: Client, companies: GroupKey) -> None:
    make_profile(project, "acme", {"size": "big"}, group_key=companies)
    make_profile(project, "user", {"size": "small"})
    lines = read_lines(read(owner, url_of(project, "breakdown=size", f"groups/{companies.pk}/breakdown"), HTMX))
    assert [line[:2] for line in lines] == [("big", 1)]
    assert read_rows(read(owner, lines[0][2])) == ["acme"]


def test_texts_are_escaped_and_isolated(project: Project, owner: Client) -> None:
    make_people(project, ["<script>alert(1)</script>", "\u202eabc", "x" * 10_000, "", 'a,b\n"c"'])
    page = read(owner, url_of(project, "breakdown=v"), HTMX)
    assert "<script>alert" not in page
    assert "<bdi" in page
    assert "Blank text" in page
    assert len(page) < 60_000
