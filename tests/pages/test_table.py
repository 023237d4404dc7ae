"""The table: order, pages, search, populations, columns, states."""

import json
import random
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from profiles_app.ingest.take import take_groups, take_profiles
from profiles_app.models import GroupKey, Profile, Project
from tests.pages.making import NOW, make_profile

_KINDS = {str: 1, int: 2, float: 2, bool: 3, list: 4, dict: 5}


def read_rows(page: str) -> list[str]:
    """The distinct ids of the rows, in order."""
    return [unescape(found) for found in re.findall(r'<a class="person-link" href="[^"]*\?id=([^"&]*)', page)]


def read_headings(page: str) -> list[str]:
    """The labels of the columns."""
    head = page[page.index("<thead") : page.index("</thead>")]
    return [re.sub(r"<[^>]*>|\s+", " ", cell).strip() for cell in re.findall(r"<th scope.*?</th>", head, re.DOTALL)]


def read_link(page: str, name: str) -> str:
    found = re.search(rf'<a id="{name}-page"[^>]*? href="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def read_sorts(page: str) -> list[str]:
    """The addresses that the heads of the columns lead to, as a browser without JavaScript makes them."""
    found = re.search(r'<form id="sort-form" action="([^"]*)".*?</form>', page, re.DOTALL)
    assert found
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', found[0])
    orders = re.findall(r'<button [^>]*?form="sort-form" name="sort" value="([^"]*)"', page)
    pairs = [[(name, unescape(text)) for name, text in [*fields, ("sort", order)]] for order in orders]
    return [f"{found[1]}?{urlencode(one)}" for one in pairs]


def get_page(client: Client, url: str, **headers: Any) -> str:
    answer = client.get(url, **headers)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def walk_pages(client: Client, url: str) -> tuple[list[str], list[str]]:
    """All ids by the Next links, and all ids again, back by the Previous links."""
    forwards: list[str] = []
    backwards: list[str] = []
    page = get_page(client, url)
    while True:
        forwards += read_rows(page)
        following = read_link(page, "next")
        if not following:
            break
        page = get_page(client, following)
    while True:
        backwards = read_rows(page) + backwards
        before = read_link(page, "previous")
        if not before:
            return forwards, backwards
        page = get_page(client, before)


def make_mixed_people(project: Project, number: int) -> None:
    """Ties, unset values, JSON null, and every kind of value under one name."""
    dice = random.Random(7)  # noqa: S311
    values: list[Any] = [
        None, "apple", "pear", "", "zebra", 1, 2, 10, 2.5, -3, True, False, ["a"], ["a", "b"], {"k": 1}, "x" * 2000,
    ]  # fmt: skip
    for index in range(number):
        properties: dict[str, Any] = {"$email": f"p{index % 40:02}@example.com"}
        if dice.random() < 0.8:
            properties["mixed"] = dice.choice(values)
        make_profile(project, f"p{index:04}", properties, updated_at=NOW - timedelta(seconds=index // 3))


def order_of(value: Any) -> Any:
    """How PostgreSQL orders JSON: text, number, boolean, list, object."""
    if isinstance(value, (list, dict)):
        return (_KINDS[type(value)], len(value))
    return (_KINDS[type(value)], value)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", ["mixed", "$email", "$last_seen", "$distinct_id", "$name", "nowhere"])
def test_every_next_link_in_order(project: Project, owner: Client, name: str, *, descending: bool) -> None:
    make_mixed_people(project, 230)
    rows = list(Profile.objects.order_by("id"))

    def value_of(row: Profile) -> Any:
        own = {"$last_seen": row.updated_at and row.updated_at.timestamp(), "$distinct_id": row.distinct_id}
        return own.get(name, row.properties.get(name))

    present = [row for row in rows if value_of(row) is not None]
    absent = [row.distinct_id for row in rows if value_of(row) is None]
    # Sorting is stable, so ties keep the order of their ids in both directions.
    present.sort(key=lambda row: order_of(value_of(row)), reverse=descending)
    if descending:
        present = _ties_by_id(present, value_of)
    expected = [row.distinct_id for row in present] + absent
    forwards, backwards = walk_pages(owner, f"/projects/{project.pk}/users?sort={'-' if descending else ''}{name}")
    assert forwards == expected
    assert backwards == expected


def _ties_by_id(rows: list[Profile], value_of: Any) -> list[Profile]:
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        first.setdefault(json.dumps(order_of(value_of(row))), index)
    return sorted(rows, key=lambda row: (first[json.dumps(order_of(value_of(row)))], row.pk))


def test_a_click_sorts_and_the_next_turns_around(project: Project, owner: Client, alice: Profile) -> None:
    page = get_page(owner, f"/projects/{project.pk}/users")
    assert page.count("aria-sort=") == 1
    assert 'aria-sort="descending"' in page
    for expected, direction in (("$email", ""), ("-$email", "ascending"), ("$email", "descending")):
        heads = re.findall(r"<th scope=\"col\"(.*?)</th>", page, re.DOTALL)
        email = next(head for head in heads if "Email" in head)
        assert (f'aria-sort="{direction}"' in email) == bool(direction)
        link = read_sorts(page)[1]
        assert f'value="{expected}"' in email
        assert link.endswith(f"sort={quote(expected)}")
        page = get_page(owner, link)


def test_each_head_of_many_columns_is_small(project: Project, owner: Client, alice: Profile) -> None:
    columns = [f"property {number:03}" for number in range(300)]
    page = get_page(owner, f"/projects/{project.pk}/users?columns={quote(','.join(columns))}")
    assert page.index("</thead>") - page.index("<thead") < 300 * 600
    assert read_headings(get_page(owner, read_sorts(page)[300])) == ["Name", *columns]


def test_a_page_keeps_its_size_when_people_arrive_before_it(project: Project, owner: Client) -> None:
    make_mixed_people(project, 60)
    base = f"/projects/{project.pk}/users?sort=$distinct_id"
    second = get_page(owner, read_link(get_page(owner, base), "next"))
    for index in range(3):
        make_profile(project, f"a{index}", {"x": 1})
    first = get_page(owner, read_link(second, "previous"))
    assert len(read_rows(first)) == 50
    assert read_rows(first)[-1] == "p0049"


def test_deleting_the_row_of_a_long_value_says_so(project: Project, owner: Client) -> None:
    for index in range(60):
        make_profile(project, f"p{index}", {"long": f"{index:02}" + "x" * 5000})
    page = get_page(owner, f"/projects/{project.pk}/users?sort=long")
    following = read_link(page, "next")
    assert len(following) < 600
    Profile.objects.filter(distinct_id=read_rows(page)[-1]).delete()
    answer = owner.get(following)
    assert answer.status_code == 400
    assert "Go to the first page" in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("sort=plan", "sort=-plan"),
        lambda url: url + "&search=p",
        lambda url: url + "&population=all",
        lambda url: url[:-3] + "abc",
        lambda url: re.sub("page=.*", "page=junk", url),
        lambda url: re.sub("page=.*", "page=%00", url),
    ],
)
def test_a_page_of_another_list_is_refused_with_a_way_out(project: Project, owner: Client, change: Any) -> None:
    make_mixed_people(project, 60)
    following = read_link(get_page(owner, f"/projects/{project.pk}/users?sort=plan"), "next")
    answer = owner.get(change(following))
    assert answer.status_code == 400
    assert "Go to the first page" in answer.content.decode()


def test_a_page_of_another_project_is_refused(project: Project, owner: Client, companies: GroupKey) -> None:
    make_mixed_people(project, 60)
    make_profile(project, "acme", {"x": 1}, group_key=companies)
    following = read_link(get_page(owner, f"/projects/{project.pk}/users"), "next")
    cursor = following.split("page=")[1]
    assert owner.get(f"/projects/{project.pk}/groups/{companies.pk}?page={cursor}").status_code == 400


@pytest.mark.parametrize("query", ["sort=%00", "sort=" + "x" * 300, "population=some", "columns=" + "a," * 150 + "%00"])
def test_addresses_that_no_page_links_to(project: Project, owner: Client, alice: Profile, query: str) -> None:
    answer = owner.get(f"/projects/{project.pk}/users?{query}")
    assert answer.status_code == 400
    assert "This address does not work" in answer.content.decode()


def test_populations_and_exact_counts(project: Project, owner: Client, companies: GroupKey) -> None:
    for index in range(1234):
        Profile.objects.create(
            project=project, distinct_id=f"p{index}", properties={"a": 1} if index else {}, created_at=NOW
        )
    Profile.objects.create(project=project, distinct_id="gone", created_at=NOW, deleted_at=NOW)
    make_profile(project, "acme", {"a": 1}, group_key=companies)
    base = f"/projects/{project.pk}/users"
    assert "<strong>1,233</strong>" in get_page(owner, base)
    assert "<strong>1,234</strong>" in get_page(owner, f"{base}?population=all")
    groups = get_page(owner, f"/projects/{project.pk}/groups/{companies.pk}")
    assert "<strong>1</strong>" in groups
    assert read_rows(groups) == ["acme"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("alice", {"alice"}),
        ("ALICE@EX", {"alice"}),
        ("bob b", {"b2"}),
        ("b2", {"b2"}),
        ("100%", {"p%"}),
        ("_", {"u_1"}),
        ("%", {"p%"}),
        ("\\", {"back\\slash"}),
        ("ÑEZ", {"n"}),
        ("李", {"li"}),
        ("'; drop table", set()),
    ],
)
def test_search(project: Project, owner: Client, alice: Profile, search: str, expected: set[str]) -> None:
    make_profile(project, "b2", {"$first_name": "Bob", "$last_name": "Baker"})
    make_profile(project, "p%", {"$name": "100% Pat"})
    make_profile(project, "u_1", {"x": 1})
    make_profile(project, "back\\slash", {"x": 1})
    make_profile(project, "n", {"$name": "José Núñez"})
    make_profile(project, "li", {"$name": "李小龍"})
    answer = owner.get(f"/projects/{project.pk}/users", {"search": search})
    assert {unquote(found) for found in read_rows(answer.content.decode())} == expected
    if not expected:
        assert "Clear search" in answer.content.decode()


def test_name_falls_back(project: Project, owner: Client) -> None:
    make_profile(project, "full", {"$first_name": "Ada", "$last_name": "Lovelace"})
    make_profile(project, "mail", {"$email": "mail@example.com", "$name": "  "})
    make_profile(project, "bare", {"x": 1})
    page = get_page(owner, f"/projects/{project.pk}/users?sort=$name")
    assert re.findall(r'<bdi class="person-name"[^>]*>([^<]*)</bdi>', page) == [
        "Ada Lovelace",
        "mail@example.com",
        "bare",
    ]


def test_columns_of_the_address(project: Project, owner: Client) -> None:
    make_profile(
        project,
        "a",
        {"plan": "pro", "tags": ["x", "y", 3, {"z": 1}], "ok": True, "n": 12.5, "when": "2026-03-31T22:30:00Z",
         "o": {"b": 1}, "a,b": "comma", "$country_code": "NO", "day": "2026-03-31"},
    )  # fmt: skip
    project.timezone = "Europe/Oslo"
    project.save()
    page = get_page(
        owner, f'/projects/{project.pk}/users?columns=plan,tags,ok,n,when,o,"a,b",$country_code,day&sort=plan'
    )
    for part in (
        '<bdi title="pro">pro</bdi>',
        '<span class="chip"><bdi>x</bdi></span>',
        '<span class="chip chip-more">+1</span>',
        '<span class="value-boolean"><bdi title="true">true</bdi></span>',
        '<bdi title="12.5">12.5</bdi>',
        ">Apr 1, 2026</time>",
        "00:30:00 Europe/Oslo (2026-03-31T22:30:00Z)",
        '<bdi title="{&quot;b&quot;: 1}">',
        '<bdi title="comma">comma</bdi>',
        '<bdi title="NO">Norway</bdi>',
        ">Mar 31, 2026</time>",
    ):
        assert part in page
    assert "columns=plan,tags,ok,n,when,o,%22a,b%22,$country_code,day" in page


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(2)</script>",
    "</title><b>bold",
    "\u202eabc\u2066",
    "👩‍👩‍👧 🎉",
    "x" * 10_000,
    "{{ 7|add:7 }}",
    "' onmouseover='alert(1)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_stay_text(project: Project, owner: Client, text: str) -> None:
    properties = {"$name": text, "$email": text, text[:200]: text, "list": [text], "object": {text: text}}
    make_profile(project, text[:200], properties | {"$avatar": f"javascript:{text}", "$country_code": text})
    columns = quote(f'$email,list,object,"{text[:200]}"')
    page = get_page(owner, f"/projects/{project.pk}/users?columns={columns}")
    profile = get_page(owner, f"/projects/{project.pk}/users/profile?id={quote(text[:200], safe='')}")
    for content in (page, profile):
        assert "<script>alert" not in content
        assert "<img src=x" not in content
        assert "javascript:" not in re.sub(r"<dd[^>]*>.*?</dd>", "", content, flags=re.DOTALL)
        assert "<b>bold" not in content
        assert "onmouseover='" not in content


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        get_page(client, url)
    return len(queries)


def test_a_column_of_numbers_only_is_aligned_as_one(project: Project, owner: Client) -> None:
    ada = {"$distinct_id": "ada", "$set": {"score": 12, "mixed": 3, "plan": "pro"}}
    bob = {"$distinct_id": "bob", "$set": {"score": 7.5, "mixed": "many", "plan": "free"}}
    take_profiles(project, [ada, bob])

    page = get_page(owner, f"/projects/{project.pk}/users?columns=score,mixed,plan")

    assert re.findall(r'class="number-cell">\s*<button[^>]*title="([^"]*)"', page) == ["score"]
    cells = re.findall(r'<td class="number-cell">(.*?)</td>', page, re.DOTALL)
    assert sorted(re.sub(r"<[^>]*>", "", cell) for cell in cells) == ["12", "7.5"]


def test_queries_do_not_grow_with_rows(project: Project, owner: Client) -> None:
    url = f"/projects/{project.pk}/users"
    make_mixed_people(project, 10)
    few = count_queries(owner, url)
    for index in range(90):
        make_profile(project, f"more{index}", {"a": index})
    assert count_queries(owner, url) == few <= 15


def test_htmx_gets_the_part_that_changes(project: Project, owner: Client, alice: Profile) -> None:
    url = f"/projects/{project.pk}/users?search=ali&sort=$last_seen&page="
    answer = owner.get(url, headers={"HX-Request": "true"})
    content = answer.content.decode()
    assert "<html" not in content
    assert read_rows(content) == ["alice"]
    assert 'id="summary"' in content
    assert answer["HX-Push-Url"] == f"/projects/{project.pk}/users?search=ali&sort=$last_seen"
    assert "HX-Request" in answer["Vary"]
    whole = owner.get(url, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "HX-Request" in owner.get(url)["Vary"]


def test_too_slow_is_a_state(project: Project, owner: Client, alice: Profile, settings: Settings) -> None:
    settings.QUERY = settings.QUERY | {"seconds": 0.0}
    for headers in ({}, {"HX-Request": "true"}):
        answer = owner.get(f"/projects/{project.pk}/users?search=ali", headers=headers)
        assert answer.status_code == 503
        assert "This took too long" in answer.content.decode()
        assert "Try again" in answer.content.decode()


def test_no_profiles_yet(project: Project, owner: Client) -> None:
    make_profile(project, "visitor")
    page = get_page(owner, f"/projects/{project.pk}/users")
    assert "Nobody has a profile yet" in page
    assert read_rows(get_page(owner, f"/projects/{project.pk}/users?population=all")) == ["visitor"]


def test_groups_show_the_properties_that_were_seen_first(project: Project, owner: Client) -> None:
    record = {
        "$group_key": "company",
        "$group_id": "Acme",
        "$set": {"$name": "Acme Inc.", "industry": "Tools", "seats": 7},
    }
    take_groups(project, [record])
    key = project.group_keys.get(key="company")
    address = f"/projects/{project.pk}/groups/{key.pk}"
    page = get_page(owner, address)
    assert read_headings(page) == ["Name", "Updated at", "industry", "seats"]
    assert "Tools" in page
    assert read_headings(get_page(owner, f"{address}?columns=seats")) == ["Name", "seats"]
    assert not re.search(r'href="[^"]*columns=', get_page(owner, f"{address}?sort=seats"))
