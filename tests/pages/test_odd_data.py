"""People with odd names and values, and many columns: the numbers and the values are the same everywhere."""

import csv
import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from profiles_app.models import Project
from tests.conftest import SECRET
from tests.ingest.sending import basic_auth
from tests.pages.making import make_profile
from tests.pages.test_table import get_page, read_headings, read_rows, walk_pages

ODD = [
    "plain", "a,b", 'say "hi"', "two\nlines", "cr\rlf\r\n", "👩‍👩‍👧 🎉", "שלום עולם",
    "\u202eabc\u2066", "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")', "+1", "-1", "@x", "\tx", "'", " blank ", "0012", "1e5", "true", "null", "[]", "{}",
    "x" * 10_000,
    "ünïcode\u0301", "\\N", ";", "%2C", "",
]  # fmt: skip
WIDE = [f"column, {number:03}" for number in range(300)]
FORMULA = re.compile(r"[=+\-@\t\r]")


@pytest.fixture
def odd(project: Project) -> dict[str, dict[str, Any]]:
    """120 people with each odd value as a name, a text, in a list and in an object, and as the name of a
    property; and one with 300 properties."""
    found: dict[str, dict[str, Any]] = {}
    for index in range(120):
        text = ODD[index % len(ODD)]
        properties: dict[str, Any] = {"$name": f"{text}", "text": text, "list": [text, index], "object": {"k": text}}
        properties |= {text[:200]: index} if text else {}
        found[f"{index:03}{text[:100]}"] = properties
    found["wide"] = {"text": "wide"} | {name: index for index, name in enumerate(WIDE)}
    for distinct_id, properties in found.items():
        make_profile(project, distinct_id, properties)
    return found


def read_file(client: Client, address: str) -> list[dict[str, str]]:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    text = b"".join(answer).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ask_api(client: Client, project: Project, **fields: Any) -> tuple[list[dict[str, Any]], set[int]]:
    """All rows by the cursor, and the totals that the pages said."""
    rows: list[dict[str, Any]] = []
    totals, cursor = set(), ""
    while True:
        answer = client.get(
            "/api/v1/profiles", fields | {"limit": 25, "cursor": cursor}, headers={"Authorization": basic_auth(SECRET)}
        )
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        totals.add(answer.json()["total"])
        cursor = answer.json()["next"] or ""
        if not cursor:
            return rows, totals


@pytest.mark.parametrize("search", ["", "a", '"', ",", "=HYPER", "ש", "🎉", "nobody at all"])
def test_the_numbers_agree_everywhere(
    project: Project, owner: Client, client: Client, odd: dict[str, Any], search: str
) -> None:
    users = f"/projects/{project.pk}/users"
    query = f"sort=text&columns=text,list&search={quote(search)}"
    page = get_page(owner, f"{users}?{query}")
    counted = re.search(r"<strong>([\d,]+)</strong>", page)
    number = int(counted[1].replace(",", "")) if counted else 0
    forwards, backwards = walk_pages(owner, f"{users}?{query}") if number else ([], [])
    walked = [unquote(found) for found in forwards]
    lines = read_file(owner, f"{users}/export.csv?{query}&raw=1")
    rows, totals = ask_api(client, project, sort="text", search=search)
    assert len(forwards) == len(lines) == len(rows) == number
    assert totals == {number}
    assert forwards == backwards
    assert walked == [line["$distinct_id"] for line in lines] == [row["distinct_id"] for row in rows]
    assert (number == len(odd)) == (search == "")
    # Those who have it, and nobody else.
    needle = search.casefold()
    expected = {
        key for key, one in odd.items() if needle in key.casefold() or needle in one.get("$name", "").casefold()
    }
    assert set(walked) == expected


def test_values_survive(project: Project, owner: Client, client: Client, odd: dict[str, dict[str, Any]]) -> None:
    users, columns = f"/projects/{project.pk}/users", "columns=text,list,object"
    rows, _ = ask_api(client, project)
    assert {row["distinct_id"]: row["properties"] for row in rows} == odd
    raw = {line["$distinct_id"]: line for line in read_file(owner, f"{users}/export.csv?{columns}&raw=1")}
    assert raw.keys() == odd.keys()
    for distinct_id, properties in odd.items():
        line = raw[distinct_id]
        assert line["text"] == properties["text"]
        assert line["$name"] == properties.get("$name", "")
        for name in ("list", "object"):
            assert (json.loads(line[name]) if line[name] else None) == properties.get(name)
    for line in read_file(owner, f"{users}/export.csv?{columns}"):
        for name in ("$distinct_id", "$name", "text"):
            assert not FORMULA.match(line[name])
        original = odd.get(line["$distinct_id"]) or odd[line["$distinct_id"].removeprefix("'")]
        guard = "'" if FORMULA.match(original["text"]) else ""
        assert line["text"] == guard + original["text"]


def test_three_hundred_columns_everywhere(project: Project, owner: Client, odd: dict[str, Any]) -> None:
    users = f"/projects/{project.pk}/users"
    owner.post(f"{users}/columns", {"do": "apply", "column": [quote(name) for name in WIDE]})
    page = get_page(owner, f"{users}?search=wide")
    assert read_headings(page)[-301:] == ["Name", *WIDE]
    assert read_rows(page) == ["wide"]
    cells = re.findall(r'<span class="value-number"><bdi title="(\d+)">', page)
    assert [int(unescape(cell)) for cell in cells] == list(range(300))
    lines = read_file(owner, f"{users}/export.csv")
    assert len(lines) == len(odd)
    (line,) = [line for line in lines if line["$distinct_id"] == "wide"]
    assert list(line) == ["$distinct_id", "$name", *WIDE]
    assert [int(line[name]) for name in WIDE] == list(range(300))


@pytest.mark.parametrize("name", [name for name in ODD if name])
def test_a_property_of_an_odd_name(project: Project, owner: Client, odd: dict[str, Any], name: str) -> None:
    users, name = f"/projects/{project.pk}/users", name[:200]
    answer = owner.post(f"{users}/columns", {"do": "apply", "column": [quote(name, safe="")]})
    lines = read_file(owner, f"{users}/export.csv?{answer['Location'].partition('?')[2]}&raw=1")
    expected = {key: one[name] for key, one in odd.items() if name in one}
    assert {line["$distinct_id"]: int(line[name]) for line in lines if line[name]} == expected


@pytest.mark.parametrize("number", ["9" * 5_000, str(2**63), "-1", "٣", "x"])
def test_an_id_that_can_be_none_is_answered(project: Project, owner: Client, number: str) -> None:
    make_profile(project, "ann", {"plan": "pro"})
    users = f"/projects/{project.pk}/users"
    assert owner.get(users, {"view": number}).status_code == 200
    assert owner.get(f"{users}/export", {"id": number}).status_code == 400
    assert owner.get(f"{users}/why", {"id": "ann", "cohort": number}).status_code == 400
    assert owner.post(f"/projects/{project.pk}/cohorts/delete/chosen", {"id": number}).status_code == 400
    assert owner.get(f"/projects/{project.pk}/imports", {"before": number}).status_code == 200
    assert owner.get(f"/projects/{project.pk}/imports/new", {"group": number}).status_code == 404
