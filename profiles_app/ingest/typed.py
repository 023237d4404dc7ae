"""Values as people type them, or as a file spells them: a kind and a text, and back.

`read_value` and `write_text` are each other's inverse: what `write_text` makes of a stored value
reads as that value again.
"""

import csv
import io
import json
import math
import re
from collections.abc import Callable
from typing import Any, Final

import orjson
from django.db.models import TextChoices

from profiles_app.display.labels import UPDATED_AT
from profiles_app.errors import BadInput
from profiles_app.filters.dates import DAY_PATTERN, OFFSET_PATTERN, parse_date
from profiles_app.ingest import limits
from profiles_app.ingest.outcome import RecordProblem
from profiles_app.ingest.values import check_text, check_value


class ValueKind(TextChoices):
    """The kinds to choose from. An object is offered only where there is one already."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    BOOLEAN = "boolean", "True/false"
    DATE = "date", "Date"
    LIST = "list", "List"
    OBJECT = "object", "Object"


class WrongValue(BadInput):
    """A text that its kind cannot take, or a name that no property may have."""

    code = "wrong_value"


# Of the row itself, not of its properties: a property of this name could never be seen.
RESERVED_NAMES: Final = frozenset({"$distinct_id", "$group_id", "$group_key", "$token", UPDATED_AT})

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_MOST_DIGITS: Final = 400
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})
# Dates as people type them: a blank for the T, no seconds.
_LOOSE_INSTANT: Final = re.compile(rf"({DAY_PATTERN})[T ]([0-9]{{2}}:[0-9]{{2}})(:[0-9]{{2}}(?:\.[0-9]+)?)?(.*)")
_OFFSET: Final = re.compile(rf"(?:Z|{OFFSET_PATTERN})?")
# An item that may stand between commas as it is.
_PLAIN_ITEM: Final = re.compile(r"[^\s,\"\[\]](?:[^,\"\r\n]*[^\s,\"])?")


def read_name(text: str) -> str:
    """A property's name. Blanks at its ends belong to it. Raises `WrongValue`."""
    if not text.strip():
        raise WrongValue("Give the property a name.")
    if len(text) > limits.NAME_LENGTH:
        raise WrongValue(f"The name has {len(text):,} characters; {limits.NAME_LENGTH} are allowed.")
    if text in RESERVED_NAMES:
        raise WrongValue(f"“{text}” is kept by Roster itself; choose another name.")
    _check(check_text, text)
    return text


def read_value(kind: str, text: str) -> Any:
    """The value that a text of this kind (of `ValueKind`) means. Raises `WrongValue`.

    Blanks around anything but text do not count. An empty text is an empty list, and no number,
    date or true/false.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise WrongValue(f"“{kind[:40]}” is no kind of value. Choose one of {', '.join(ValueKind.values)}.")
    value = reader(text)
    _check(check_value, value)
    return value


def write_text(value: Any) -> tuple[str, str]:
    """The kind of a stored value and the text that reads as it; null is an empty text."""
    if value is None:
        return ValueKind.TEXT, ""
    if type(value) is int and value not in limits.WHOLE_NUMBERS:
        value = float(value)
    if isinstance(value, str):
        return (ValueKind.DATE if parse_date(value) else ValueKind.TEXT), value
    if isinstance(value, bool):
        return ValueKind.BOOLEAN, "true" if value else "false"
    if isinstance(value, list):
        return ValueKind.LIST, _write_list(value)
    kind = ValueKind.OBJECT if isinstance(value, dict) else ValueKind.NUMBER
    return kind, json.dumps(value, ensure_ascii=False)


def _check(check: Callable[[Any, str], None], content: Any) -> None:
    try:
        check(content, "")
    except RecordProblem as problem:
        raise WrongValue(problem.message[:1].upper() + problem.message[1:]) from None


def _read_text(text: str) -> str:
    return text


def _read_number(text: str) -> float:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise WrongValue(
            f"“{_shorten(text)}” is not a number. Write it as 1000 or 3.14." if text else "Enter a number."
        )
    if _WHOLE.fullmatch(text):
        if len(text) > _MOST_DIGITS or int(text) not in limits.WHOLE_NUMBERS:
            raise WrongValue("This number is too long to be kept exactly. Keep it as text.")
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise WrongValue("This number is too large.")
    return number


def _read_boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise WrongValue(f"“{_shorten(text)}” is neither true nor false." if word else "Choose true or false.")


def _read_date(text: str) -> str:
    """In the one form that Roster takes for a date; what is no date there is none here."""
    text = text.strip()
    loose = _LOOSE_INSTANT.fullmatch(text)
    if loose and _OFFSET.fullmatch(loose[4].strip()):
        text = f"{loose[1]}T{loose[2]}{loose[3] or ':00'}{loose[4].strip()}"
    if not parse_date(text):
        how = "Write it as 2026-01-31, or with a time as 2026-01-31 14:30."
        raise WrongValue(f"“{_shorten(text)}” is not a date. {how}" if text else f"Enter a date. {how}")
    return text


def _read_list(text: str) -> list[Any]:
    """JSON in brackets, else texts between commas or on lines; one with a comma stands in double quotes."""
    if text.lstrip()[:1] == "[":
        value = _load(text)
        if not isinstance(value, list):
            raise WrongValue("This is not a list in JSON.")
        return value
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True))
    except csv.Error:
        raise WrongValue("A double quote has no end. Write the list as a, b, c or as JSON in brackets.") from None
    return [item.strip() for row in rows for item in row if item.strip()]


def _read_object(text: str) -> dict[str, Any]:
    value = _load(text)
    if not isinstance(value, dict):
        raise WrongValue('An object is JSON in braces, such as {"seats": 5}.')
    return value


def _load(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise WrongValue(f"This is not JSON that can be read ({place}).") from None


def _write_list(items: list[Any]) -> str:
    if all(isinstance(item, str) and _PLAIN_ITEM.fullmatch(item) for item in items):
        return ", ".join(items)
    return json.dumps(items, ensure_ascii=False)


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    ValueKind.TEXT: _read_text,
    ValueKind.NUMBER: _read_number,
    ValueKind.BOOLEAN: _read_boolean,
    ValueKind.DATE: _read_date,
    ValueKind.LIST: _read_list,
    ValueKind.OBJECT: _read_object,
}
