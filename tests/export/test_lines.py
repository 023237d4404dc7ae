"""What stands in the file, held against Python's csv module and PostgreSQL's JSON."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.database import get_database
from profiles_app.export.stream import ExportQuery, measure_export, open_export
from profiles_app.filters.tree import Population
from profiles_app.models import Profile, Project
from profiles_app.selectors.people import PeopleQuery
from tests.pages.making import NOW, make_profile

ODD: list[Any] = [
    "plain",
    "",
    "a,b",
    'say "hi"',
    "two\nlines",
    "two\r\nlines",
    "\ttab",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+47 123",
    "-5",
    "@cmd",
    "\rcr",
    "'quoted",
    "👩‍👩‍👧 é",
    "\u202eשלום",
    "back\\slash",
    "x" * 10_000,
    0,
    -7,
    2.5,
    1e-7,
    -0.125,
    2**53 + 1,
    123456789012345678901234567890,
    -(2**63) - 1,
    True,
    False,
    None,
    [],
    [1, "a", None, {"b": [True]}],
    {},
    {"k": 'v"', "n": 2**60 + 1},
]  # fmt: skip
GUARDED = ("=", "+", "-", "@", "\t", "\r")


def read_export(query: ExportQuery) -> list[list[str]]:
    with open_export(query) as export:
        text = b"".join(export).decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len(rows) == export.rows + 1
    assert text.endswith("\r\n")
    return rows


def ask(project: Project, *columns: str, raw: bool = False, **changes: Any) -> ExportQuery:
    people = PeopleQuery(project=project, sort="$distinct_id", descending=False, **changes)
    return ExportQuery(people=people, columns=columns, raw=raw)


def is_cell_of(cell: str, value: Any, *, raw: bool) -> bool:
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, str):
        return cell == (f"'{value}" if value.startswith(GUARDED) and not raw else value)
    return bool(json.loads(cell) == value)


def make_odd(project: Project) -> None:
    for place, value in enumerate(ODD):
        make_profile(project, f"p{place:03}", {"odd": value, "all": "x"} | _alone(value))


def _alone(value: Any) -> dict[str, Any]:
    """The value under a name that only its kind has."""
    return {} if value is None else {f"of {type(value).__name__}": value}


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("place", ["tail", "segment", "both"])
@pytest.mark.django_db(transaction=True)
def test_odd_values(project: Project, place: str, *, raw: bool) -> None:
    make_odd(project)
    if place != "tail":
        compact(project.pk)
    if place == "both":
        Profile.objects.filter(distinct_id__lte="p010").update(updated_at=NOW + timedelta(days=1))
    names = ["odd", *dict.fromkeys(name for value in ODD for name in _alone(value)), "nowhere"]
    header, *rows = read_export(ask(project, *names, raw=raw))
    assert header == ["$distinct_id", *names]
    assert len(rows) == len(ODD)
    for row, value in zip(rows, ODD, strict=True):
        expected = {"odd": value} | _alone(value)
        for name, cell in zip(names, row[1:], strict=True):
            assert is_cell_of(cell, expected.get(name), raw=raw), (name, value, cell)


_LETTERS = st.sampled_from([*GUARDED, *"\"',\n;:<>?/.09AZaz\x1f\x7f é漢👩\u202e\ufeff"])
_TEXTS = st.text(alphabet=_LETTERS, max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(_TEXTS, st.none() | _TEXTS, _TEXTS), min_size=1, max_size=30))
def test_any_text_comes_back(project: Project, rows: list[tuple[str, str | None, str]]) -> None:
    """Also where a line's later cells are odd and its first are not."""
    Profile.objects.all().delete()
    for place, (first, second, third) in enumerate(rows):
        make_profile(project, f"p{place:02}", {"a": f"x{first}", "b": second, "c": third, "n": place})
    for raw in (False, True):
        _, *read = read_export(ask(project, "a", "b", "c", "n", raw=raw))
        assert len(read) == len(rows)
        for place, (row, (first, *others)) in enumerate(zip(read, rows, strict=True)):
            assert (row[0], row[1], row[4]) == (f"p{place:02}", f"x{first}", str(place))
            for cell, value in zip(row[2:4], others, strict=True):
                assert is_cell_of(cell, value, raw=raw)


@pytest.mark.django_db(transaction=True)
def test_numbers_of_every_size(project: Project) -> None:
    columns: dict[str, list[float]] = {
        "whole": [0, -7, 2**53 - 1],
        "mixed": [1, 2.5, -1e-300],
        "huge": [1, 10**308, -1.5],
        "huge and whole": [1, -(10**308), 2**63],
        "exact": [2**53 + 1, 5, -(2**63) - 1],
    }
    for place in range(3):
        make_profile(project, f"p{place}", {name: numbers[place] for name, numbers in columns.items()})
    make_profile(project, "p3", {"other": 1})
    for _ in range(2):
        *rows, nothing = read_export(ask(project, *columns))[1:]
        for place, row in enumerate(rows):
            for cell, numbers in zip(row[1:], columns.values(), strict=True):
                assert json.loads(cell) == numbers[place]
        assert nothing == ["p3", "", "", "", "", ""]
        assert measure_export(ask(project, *columns)).rows == 4
        compact(project.pk)


def test_places_are_counted_as_they_are_sorted() -> None:
    """What the order of a file relies on, over more rows than one thread sorts."""
    cursor = get_database().cursor()
    cursor.execute("""
        CREATE TEMP TABLE places AS SELECT key, i, row_number() OVER () AS place
        FROM (SELECT i, hash(i) AS key FROM range(300000) AS t(i) ORDER BY key DESC, i)
    """)
    own = "SELECT place - row_number() OVER (ORDER BY key DESC, i) AS off FROM places QUALIFY off <> 0"
    assert cursor.execute(own).fetchall() == []


def test_empty_text_differs_from_none(project: Project) -> None:
    make_profile(project, "a", {"t": "", "u": None})
    with open_export(ask(project, "t", "u", "v")) as export:
        assert b"".join(export) == b'$distinct_id,t,u,v\r\na,"",,\r\n'


def test_times(project: Project) -> None:
    make_profile(project, "a", {"x": 1}, updated_at=NOW + timedelta(microseconds=1500))
    make_profile(project, "b")
    _, *rows = read_export(ask(project, "$last_seen", "$created_at", population=Population.ALL))
    assert rows == [
        ["a", "2026-07-17T12:00:00.001500Z", "2026-07-17T12:00:00Z"],
        ["b", "", "2026-07-17T12:00:00Z"],
    ]


def test_ids_and_names_are_guarded_too(project: Project) -> None:
    make_profile(project, "=1+1", {"-name": 1, "a,b": "x"})
    assert read_export(ask(project, "-name", "a,b")) == [["$distinct_id", "'-name", "a,b"], ["'=1+1", "1", "x"]]
    assert read_export(ask(project, "-name", raw=True)) == [["$distinct_id", "-name"], ["=1+1", "1"]]


@pytest.mark.django_db(transaction=True)
def test_many_columns(project: Project) -> None:
    properties: dict[str, Any] = {f"property {number}": f"{number}," + "x" * 10_000 for number in range(300)}
    for place in range(10):
        make_profile(project, f"p{place}", properties | {"own": place})
    compact(project.pk)
    names = [*properties, "own"]
    header, *rows = read_export(ask(project, *names))
    assert header == ["$distinct_id", *names]
    assert rows == [[f"p{place}", *properties.values(), str(place)] for place in range(10)]


def test_nobody(project: Project) -> None:
    assert read_export(ask(project, "a")) == [["$distinct_id", "a"]]
    assert measure_export(ask(project, "a")).rows == 0


def test_the_size_is_about_right(project: Project) -> None:
    for place in range(300):
        make_profile(project, f"p{place:04}", {"a": "x" * (place % 50), "b": place, "c": [place]})
    size = measure_export(ask(project, "a", "b", "c"))
    with open_export(ask(project, "a", "b", "c")) as export:
        exact = len(b"".join(export))
    assert size.rows == 300
    assert abs(size.bytes - exact) < exact / 10
