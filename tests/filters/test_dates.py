"""One definition of a date, in Python and in SQL."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_app.filters.dates import parse_date
from profiles_app.filters.forms import NUMBER_PATTERN, day_sql, instant_sql
from tests.filters import memory, strategies


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-01-31T10:00:00", instant("2026-01-31T10:00:00")),
        ("2026-01-31T10:00:00Z", instant("2026-01-31T10:00:00")),
        ("2026-01-31T10:00:00+05:45", instant("2026-01-31T04:15:00")),
        ("2026-01-31T10:00:00-0330", instant("2026-01-31T13:30:00")),
        ("2026-01-31T23:59:59.1", instant("2026-01-31T23:59:59.100000")),
        ("2026-01-31T23:59:59.123456999", instant("2026-01-31T23:59:59.123456")),
        ("2026-01-31T23:59:59.9999999Z", instant("2026-01-31T23:59:59.999999")),
        ("9999-12-31T23:59:59.999999", instant("9999-12-31T23:59:59.999999")),
        ("0001-01-01T00:00:00", instant("0001-01-01T00:00:00")),
    ],
)
def test_texts_that_are_dates(text: str, meant: date) -> None:
    assert parse_date(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "2026-01", "2026-1-31", "2026-01-32", "2026-02-29", "2026-13-01", "2026-00-01", "0000-01-01",
        "10000-01-01", "20260131", " 2026-01-31", "2026-01-31\n", "2026-01-31 10:00:00", "2026-01-31T10:00",
        "2026-01-31T24:00:00", "2026-01-31T10:60:00", "2026-01-31T10:00:60", "2026-01-31T10:00:00.", "٢٠٢٦-01-31",
        "2026-01-31T10:00:00z", "2026-01-31T10:00:00+5", "2026-01-31T10:00:00+24:00", "2026-01-31T10:00:00+05:60",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0000-12-31T23:59:59-00:01", "2026-W05-6",
        "2026-01-31T10:00:00 Z", "infinity", "+2026-01-31", "2026-01-31T10:00:00+05:4",
    ],
)  # fmt: skip
def test_texts_that_are_none(text: str) -> None:
    assert parse_date(text) is None
    assert read_in_sql(text) is None


def read_in_sql(text: str) -> datetime | date | None:
    """What the typed columns would hold."""
    texts = memory.connect().sql("SELECT CAST($1 AS VARCHAR) AS x", params=[text])
    (row,) = texts.project(f"{instant_sql('x')}, {day_sql('x')}").fetchall()
    moment: datetime | None = row[0]
    day: date | None = row[1]
    assert moment is None or day is None
    return day if moment is None else moment.replace(tzinfo=UTC)


PIECES = ["0", "1", "2026", "-", "01", "31", "02", "T", " ", ":", "23", "59", "60", "24", ".", "5", "Z", "+", "é"]
STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
SHAPED = st.from_regex(
    r"\A[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,8})?(Z|[+-][0-2][0-9]:?[0-6][0-9])?)?\Z"
)


@strategies.QUICK
@given(text=SHAPED | st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(STORABLE, max_size=12))
def test_python_and_sql_read_the_same(text: str) -> None:
    assert read_in_sql(text) == parse_date(text)


def matches_in_sql(pattern: str, text: str) -> bool:
    ((found,),) = memory.connect().execute("SELECT REGEXP_FULL_MATCH($1, $2)", [text, pattern]).fetchall()
    return bool(found)


@pytest.mark.parametrize("text", ["0", "42", "-1", "+1", "1.", ".5", "1.5e10", "1E-3", "007"])
def test_texts_that_read_as_numbers(text: str) -> None:
    assert matches_in_sql(NUMBER_PATTERN, text)


@pytest.mark.parametrize("text", ["", ".", "1_000", "1,000", " 1", "1 ", "0x10", "nan", "inf", "1e", "--1", "١", "1\n"])
def test_texts_that_do_not(text: str) -> None:
    assert not matches_in_sql(NUMBER_PATTERN, text)
