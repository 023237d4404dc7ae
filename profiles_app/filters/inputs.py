"""What an operator takes beside it, and how that is read from JSON.

Each kind of input names the widget of the builder and reads its value.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from profiles_app.filters.reading import Reader
from profiles_app.filters.tree import Value

LONGEST_PATTERN: Final = 1_000
LONGEST_LIST: Final = 1_000_000


class Input(enum.StrEnum):
    NONE = "none"
    TEXTS = "texts"  # one or more texts
    PARTS = "parts"  # one or more texts, none of them empty
    PATTERN = "pattern"  # a regular expression
    NUMBER = "number"
    NUMBER_RANGE = "number_range"
    LENGTH = "length"  # a whole number, 0 or more
    DAY = "day"
    DAYS = "days"  # one or more days
    DAY_RANGE = "day_range"
    SPAN = "span"  # n units
    ITEMS = "items"  # one or more texts or numbers


@dataclass(frozen=True)
class _Place:
    reader: Reader
    path: str

    def refuse(self, message: str) -> None:
        self.reader.report(self.path, "wrong_value", message)


def read_value(kind: Input, raw: object, reader: Reader, path: str) -> Value:
    """The value of an operator with this input; faults are reported to the reader."""
    return _READERS[kind](raw, _Place(reader, path))


def _read_texts(raw: object, at: _Place) -> tuple[str, ...]:
    return at.reader.list_of(raw, at.path, at.reader.text, what="text")


def _read_parts(raw: object, at: _Place) -> tuple[str, ...]:
    return at.reader.list_of(raw, at.path, lambda item, path: at.reader.text(item, path, empty=False), what="text")


def _read_pattern(raw: object, at: _Place) -> str:
    return at.reader.text(raw, at.path, empty=False, longest=LONGEST_PATTERN) or ""


def _read_number(raw: object, at: _Place) -> float:
    number = at.reader.number(raw, at.path)
    return 0.0 if number is None else number


def _read_number_range(raw: object, at: _Place) -> tuple[float, ...]:
    pair = at.reader.pair_of(raw, at.path, at.reader.number, what="numbers, the lower one first")
    if pair and pair[0] > pair[1]:
        at.refuse("Put the lower number first.")
    return pair


def _read_length(raw: object, at: _Place) -> float:
    number = at.reader.number(raw, at.path)
    if number is not None and not (number.is_integer() and 0 <= number <= LONGEST_LIST):
        at.refuse("Enter a whole number of items, 0 or more.")
    return number or 0.0


def _read_days(raw: object, at: _Place) -> tuple[date, ...]:
    return at.reader.list_of(raw, at.path, at.reader.day, what="day")


def _read_day_range(raw: object, at: _Place) -> tuple[date, ...]:
    return at.reader.day_range(raw, at.path)


def _read_items(raw: object, at: _Place) -> tuple[str | float, ...]:
    return at.reader.list_of(raw, at.path, at.reader.text_or_number, what="text or number")


_READERS: Final[dict[Input, Callable[[object, _Place], Value]]] = {
    Input.TEXTS: _read_texts,
    Input.PARTS: _read_parts,
    Input.PATTERN: _read_pattern,
    Input.NUMBER: _read_number,
    Input.NUMBER_RANGE: _read_number_range,
    Input.LENGTH: _read_length,
    Input.DAY: lambda raw, at: at.reader.day(raw, at.path),
    Input.DAYS: _read_days,
    Input.DAY_RANGE: _read_day_range,
    Input.SPAN: lambda raw, at: at.reader.span(raw, at.path),
    Input.ITEMS: _read_items,
}
