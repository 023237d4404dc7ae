"""Values in an English sentence."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from profiles_app.filters.tree import Span

# A text of plain words stands as it is; one that could be taken for a part of the sentence is quoted.
_PLAIN: Final = re.compile(r"[\w$@.:/#&'’-]+(?: [\w$@.:/#&'’-]+)*")
_CONNECTORS: Final = frozenset({"and", "or", "nor", "not", "to", "in", "then"})
_LONGEST: Final = 80


def quote(text: str) -> str:
    """The text, in quotation marks where it would not be clear without them."""
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    clear = _PLAIN.fullmatch(shown) and not _CONNECTORS & set(shown.lower().split())
    return shown if clear else f"“{shown}”"


def say_number(number: float) -> str:
    """`1,000`, `2.5`, `1e+300`."""
    if number.is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,}" if 1e-4 <= abs(number) < 1e15 else repr(number)


def say_day(day: date) -> str:
    """`Jan 31, 2026`."""
    return f"{day:%b} {day.day}, {day.year}"


def say_span(span: Span) -> str:
    """`1 day`, `30 days`."""
    return f"{span.n:,} {span.unit}{'' if span.n == 1 else 's'}"


def say_last(span: Span) -> str:
    """`the last day`, `the last 30 days`."""
    return f"the last {span.unit if span.n == 1 else say_span(span)}"


def join_or(words: Sequence[str]) -> str:
    """`Paris`, `Paris or Rome`, `Paris, Rome or Oslo`."""
    return _join(words, "or")


def join_and(words: Sequence[str]) -> str:
    return _join(words, "and")


def _join(words: Sequence[str], connector: str) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {connector} {words[-1]}"
