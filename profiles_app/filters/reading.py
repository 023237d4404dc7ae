"""Reading plain values from a JSON document while collecting everything that is wrong with it."""

import math
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final, TypeVar

from profiles_app.filters.dates import parse_date
from profiles_app.filters.errors import Problem
from profiles_app.filters.tree import Span, Unit

LONGEST_TEXT: Final = 4_000
MOST_VALUES: Final = 1_000
LARGEST_SPAN: Final = 100_000
_UNITS: Final = ", ".join(Unit)

T = TypeVar("T")


class Reader:
    """Each method returns what it read, or reports a problem and returns None or nothing."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def report(self, path: str, code: str, message: str, *, said: str = "") -> None:
        self.problems.append(Problem(path, code, message, said))

    def mapping(self, raw: object, path: str, *, keys: Collection[str], what: str) -> Mapping[str, object] | None:
        """An object with no other than these keys."""
        if not isinstance(raw, Mapping):
            self.report(path, "wrong_shape", f"Write {what} as an object, with some of the keys {', '.join(keys)}.")
            return None
        for key in raw:
            if key not in keys:
                self.report(
                    join(path, key), "unknown_key", f"{what.capitalize()} has no such key; use {', '.join(keys)}."
                )
        return raw

    def text(self, raw: object, path: str, *, empty: bool = True, longest: int = LONGEST_TEXT) -> str | None:
        if not isinstance(raw, str):
            self.report(path, "wrong_value", "Enter a text here.")
        elif not raw and not empty:
            self.report(path, "wrong_value", "Enter at least one character.")
        elif len(raw) > longest:
            self.report(path, "too_long", f"This text has {len(raw):,} characters; use at most {longest:,}.")
        elif not is_storable(raw):
            self.report(path, "wrong_value", "Remove the character that is no text (NUL, or half of a pair).")
        else:
            return raw
        return None

    def number(self, raw: object, path: str) -> float | None:
        """A finite double."""
        number = _to_double(raw)
        if number is None:
            self.report(path, "wrong_value", "Enter a number here.")
        elif not math.isfinite(number):
            self.report(path, "wrong_value", "This number is larger than any that is kept; enter a smaller one.")
            return None
        return number

    def text_or_number(self, raw: object, path: str) -> str | float | None:
        if isinstance(raw, str):
            return self.text(raw, path)
        if _to_double(raw) is None:
            self.report(path, "wrong_value", "Enter a text or a number here.")
            return None
        return self.number(raw, path)

    def flag(self, raw: object, path: str, *, default: bool) -> bool:
        if not isinstance(raw, bool):
            self.report(path, "wrong_value", "Write true or false here.")
            return default
        return raw

    def day(self, raw: object, path: str) -> date | None:
        day = parse_date(raw) if isinstance(raw, str) else None
        if isinstance(day, date) and isinstance(raw, str) and "T" not in raw:
            return day
        self.report(path, "wrong_value", "Enter a day of the calendar, such as 2026-01-31.")
        return None

    def span(self, raw: object, path: str) -> Span | None:
        """`{"n": 7, "unit": "day"}`."""
        span = self.mapping(raw, path, keys=("n", "unit"), what="an amount of time")
        if span is None:
            return None
        n, unit = span.get("n"), span.get("unit")
        if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= LARGEST_SPAN:
            self.report(f"{path}.n", "wrong_value", f"Enter a whole number from 1 to {LARGEST_SPAN:,}.")
            n = None
        if not isinstance(unit, str) or unit not in set(Unit):
            self.report(f"{path}.unit", "wrong_value", f"Choose one of {_UNITS}.")
            return None
        return None if n is None else Span(n, Unit(unit))

    def day_range(self, raw: object, path: str) -> tuple[date, ...]:
        """The first and the last day, or nothing."""
        pair = self.pair_of(raw, path, self.day, what="days, the earlier one first")
        if pair and pair[0] > pair[1]:
            self.report(path, "wrong_value", "Put the earlier day first.")
            return ()
        return pair

    def list_of(self, raw: object, path: str, read: Callable[[object, str], T | None], *, what: str) -> tuple[T, ...]:
        """One or more values; a value alone stands for a list of one. Empty after a problem."""
        if not isinstance(raw, list | tuple):
            alone = read(raw, path)
            return () if alone is None else (alone,)
        if not raw:
            self.report(path, "wrong_value", f"Choose at least one {what}.")
        elif len(raw) > MOST_VALUES:
            self.report(path, "too_many", f"Choose at most {MOST_VALUES:,} values; here are {len(raw):,}.")
        else:
            found = [read(item, f"{path}[{number}]") for number, item in enumerate(raw)]
            return tuple(dict.fromkeys(item for item in found if item is not None))
        return ()

    def pair_of(self, raw: object, path: str, read: Callable[[object, str], T | None], *, what: str) -> tuple[T, ...]:
        """Exactly two values, or nothing after a problem."""
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            self.report(path, "wrong_value", f"Enter two {what}.")
            return ()
        first, second = (read(item, f"{path}[{number}]") for number, item in enumerate(raw))
        return () if first is None or second is None else (first, second)


def join(path: str, key: object) -> str:
    """The path of a key; what a stranger wrote is cut, so that messages stay short."""
    name = str(key)[:60].encode(errors="replace").decode()
    return f"{path}.{name}" if path else name


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _to_double(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        return float(raw) + 0.0  # -0.0 is 0
    except OverflowError:
        return math.inf
