"""Values of a filter document as the texts of a form, and back."""

import json
import re
from typing import Final

from profiles_app.filters.inputs import Input

# As JSON writes them, or as people do: `+5`, `.5`.
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,300}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

# Kinds of input whose values can be carried from one to the other.
CHIPS: Final = frozenset({Input.TEXTS, Input.PARTS, Input.ITEMS})
NUMBERS: Final = frozenset({Input.NUMBER, Input.NUMBER_RANGE, Input.LENGTH})
DAYS: Final = frozenset({Input.DAY, Input.DAYS, Input.DAY_RANGE})
# With any number of values.
MANY: Final = CHIPS | {Input.DAYS}
_PAIRS: Final = frozenset({Input.NUMBER_RANGE, Input.DAY_RANGE, Input.SPAN})
# What a window is written with, by its kind; "ago" has two spans.
WINDOW_INPUTS: Final = {
    "last": Input.SPAN,
    "between": Input.DAY_RANGE,
    "since": Input.DAY,
    "before": Input.DAY,
    "ever": Input.NONE,
}


def read_texts(kind: Input, value: object) -> tuple[str, ...]:
    """The texts of a value; none for a value that this input cannot show."""
    if kind is Input.SPAN:
        return _read_span(value)
    items = list(value) if isinstance(value, list | tuple) else [value]
    texts = [_read_text(kind, item) for item in items]
    found = tuple(text for text in texts if text is not None)
    fits = len(found) == len(items) and (kind in MANY or len(found) == (2 if kind in _PAIRS else 1))
    return found if fits else ()


def _read_text(kind: Input, item: object) -> str | None:
    if isinstance(item, str):
        return write_item_text(item) if kind is Input.ITEMS else item
    if isinstance(item, int | float) and not isinstance(item, bool) and (kind in NUMBERS or kind is Input.ITEMS):
        return json.dumps(item)
    return None


def _read_span(value: object) -> tuple[str, ...]:
    if not isinstance(value, dict):
        return ()
    n, unit = value.get("n"), value.get("unit")
    return (json.dumps(n), unit) if isinstance(n, int | float) and isinstance(unit, str) else ()


def write_value(kind: Input, texts: tuple[str, ...]) -> object:
    """The value for the document; a text that is no number stays one, to be refused there."""
    if kind is Input.SPAN:
        return write_span(texts)
    if kind is Input.ITEMS:
        return [read_item(text) for text in texts]
    values: list[object] = [read_number(text) if kind in NUMBERS else text for text in texts]
    return values if kind in MANY or kind in _PAIRS else values[0]


def write_span(texts: tuple[str, ...]) -> dict[str, object]:
    n, unit = texts
    return {"n": read_number(n), "unit": unit}


def read_number(text: str) -> int | float | str:
    """The number that a text is, or the text."""
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def read_item(text: str) -> int | float | str:
    """An item of a list: `42` is a number, `"42"` a text."""
    number = read_number(text)
    if not isinstance(number, str):
        return number
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text


def write_item_text(item: str) -> str:
    """The text that reads as this text."""
    return item if read_item(item) == item else json.dumps(item, ensure_ascii=False)


def missing_of(kind: Input, texts: tuple[str, ...]) -> str:
    """What is still to be filled in, as a sentence; '' where nothing is."""
    if kind is Input.NONE:
        return ""
    if kind in MANY:
        return "" if texts else "Choose a value."
    needed = texts[:1] if kind is Input.SPAN else texts
    filled = len(texts) == (2 if kind in _PAIRS else 1) and all(text.strip() for text in needed)
    if filled:
        return ""
    return "Enter both values." if kind in {Input.NUMBER_RANGE, Input.DAY_RANGE} else "Enter a value."


def carry_texts(texts: tuple[str, ...], old: Input | None, new: Input | None) -> tuple[str, ...]:
    """What is kept of the values when the operator changes."""
    if old is None or new is None or new is Input.NONE:
        return ()
    if old == new:
        return texts
    fitting = _carry(texts, old, new)
    return fitting[:1] if new in {Input.NUMBER, Input.LENGTH, Input.DAY, Input.PATTERN} else fitting


def _carry(texts: tuple[str, ...], old: Input, new: Input) -> tuple[str, ...]:
    if new in NUMBERS:
        return tuple(text for text in texts if not isinstance(read_number(text), str))[:1]
    if {old, new} <= DAYS:
        return texts[:2] if new is Input.DAY_RANGE else texts
    if old in CHIPS and new in CHIPS:
        return _carry_chips(texts, old, new)
    if new in CHIPS | {Input.PATTERN} and old not in DAYS | {Input.SPAN}:
        return tuple(text for text in texts if text)
    return ()


def _carry_chips(texts: tuple[str, ...], old: Input, new: Input) -> tuple[str, ...]:
    """A text stays the same text, though lists write it in another way."""
    plain = tuple(str(read_item(text)) for text in texts) if old is Input.ITEMS else texts
    if new is Input.ITEMS:
        return plain
    return tuple(text for text in plain if text) if new is Input.PARTS else plain
