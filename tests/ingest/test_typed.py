"""A kind and a text, read as a value and written back."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_app.ingest.typed import RESERVED_NAMES, WrongValue, read_name, read_value, write_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
SCALARS = TEXTS | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
ITEMS = SCALARS | st.none() | st.lists(SCALARS, max_size=3)
VALUES = SCALARS | st.lists(ITEMS, max_size=4) | st.lists(TEXTS, max_size=4) | st.dictionaries(TEXTS, ITEMS, max_size=3)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", " two words ", " two words "),
        ("text", "", ""),
        ("text", "007", "007"),
        ("number", "42", 42),
        ("number", " -3.50 ", -3.5),
        ("number", "+7", 7),
        ("number", "1e3", 1000.0),
        ("number", ".5", 0.5),
        ("number", "-9223372036854775808", -(2**63)),
        ("number", "18446744073709551615", 2**64 - 1),
        ("boolean", "true", True),
        ("boolean", " NO ", False),
        ("boolean", "1", True),
        ("date", "2026-01-31", "2026-01-31"),
        ("date", "2026-01-31 14:30", "2026-01-31T14:30:00"),
        ("date", "2026-01-31T14:30:05.25+02:00", "2026-01-31T14:30:05.25+02:00"),
        ("date", "2026-01-31 14:30 Z", "2026-01-31T14:30:00Z"),
        ("list", "", []),
        ("list", "a, b,,c", ["a", "b", "c"]),
        ("list", 'a, "b, c"\nd', ["a", "b, c", "d"]),
        ("list", ' [1, "a", null, [true]]', [1, "a", None, [True]]),
        ("object", '{"seats": 5}', {"seats": 5}),
    ],
)
def test_reading(kind: str, text: str, value: Any) -> None:
    read = read_value(kind, text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("number", "", "Enter a number."),
        ("number", "1,000", "“1,000” is not a number."),
        ("number", "nan", "is not a number"),
        ("number", "1_000", "is not a number"),
        ("number", "٣", "is not a number"),
        ("number", "1e999", "too large"),
        ("number", "18446744073709551616", "Keep it as text"),
        ("number", "9" * 5000, "Keep it as text"),
        ("boolean", "", "Choose true or false"),
        ("boolean", "maybe", "neither true nor false"),
        ("date", "", "Enter a date"),
        ("date", "31.01.2026", "is not a date"),
        ("date", "2026-02-30", "is not a date"),
        ("date", "2026-01-31 25:00", "is not a date"),
        ("list", '"a', "no end"),
        ("list", "[1,", "not JSON"),
        ("list", "[" * 100_000, "not JSON"),
        ("list", "[[[[[[1]]]]]]", "nested"),
        ("list", "x," * 200_000, "256 KB"),
        ("object", "[1]", "JSON in braces"),
        ("object", "{", "not JSON"),
        ("text", "a\0b", "NUL"),
        ("list", '["a\\u0000"]', "NUL"),
        ("colour", "red", "is no kind of value"),
    ],
)
def test_refusals(kind: str, text: str, message: str) -> None:
    with pytest.raises(WrongValue, match=re.escape(message)) as raised:
        read_value(kind, text)
    assert len(raised.value.message) < 200


@given(VALUES)
def test_what_is_written_reads_as_the_same_value(value: Any) -> None:
    read = read_value(*write_text(value))
    assert read == value
    assert type(read) is type(value)


def test_names() -> None:
    assert read_name(" plan ") == " plan "
    for text in ("", "  ", "x" * 256, "a\0", *RESERVED_NAMES):
        with pytest.raises(WrongValue):
            read_name(text)
