"""Checking names and values against what can be stored.

The usual batch is checked by its *signature*, the set of (name, Python type) over all its
properties: when that shows only short names and plain values, no value is looked at again.
"""

import json
import math
from collections.abc import Iterable
from typing import Any, Final

import orjson

from profiles_app.ingest import limits
from profiles_app.ingest.outcome import Outcome, RecordProblem

Properties = dict[str, Any]
Signature = set[tuple[str, type]]

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def sign(dictionaries: Iterable[Properties]) -> Signature:
    """The set of (name, type of value) over all the properties. Records of a batch mostly have one
    of a few shapes, so the shapes are collected first."""
    shapes = {(tuple(properties), tuple(map(type, properties.values()))) for properties in dictionaries}
    return {pair for names, kinds in shapes for pair in zip(names, kinds, strict=True)}


def needs_checking(signature: Signature) -> bool:
    """Whether some name or value in a batch with this signature has to be looked at."""
    return any(kind not in _PLAIN or not name or len(name) > limits.NAME_LENGTH for name, kind in signature)


def check_properties(properties: Properties, *, at: str, index: int, outcome: Outcome, odd_text: bool) -> Properties:
    """The properties with long names cut, as it is said in the outcome's warnings.

    `at` is the path of the properties inside the record. Raises `RecordProblem`.
    """
    checked: Properties = {}
    for name, value in properties.items():
        if odd_text:
            check_text(name, at)
        place = f"{at}.{name[:60]}"
        checked[_fit_name(name, place, index, outcome)] = value
        _check_value(value, place, odd_text=odd_text)
    return checked


def _fit_name(name: str, place: str, index: int, outcome: Outcome) -> str:
    if not name:
        raise RecordProblem(place, "a property name is empty; give it a name.")
    if len(name) > limits.NAME_LENGTH:
        outcome.warn(index, place, f"the name has {len(name):,} characters; it was cut to {limits.NAME_LENGTH}.")
        return name[: limits.NAME_LENGTH]
    return name


def _check_value(value: Any, place: str, *, odd_text: bool) -> None:
    if odd_text:
        _check_scalars(value, place, limits.NESTING)
    if value.__class__ in (list, dict):
        check_container(value, place)


def check_value(value: Any, place: str) -> None:
    """Raises `RecordProblem` for a value that cannot be stored."""
    _check_value(value, place, odd_text=True)


def read_stored(value: Any) -> Any:
    """What Django read from a column of JSON, as the ingestion reads it: beyond 64 bits a whole number is a float,
    of which Django makes an integer that cannot be written again."""
    return orjson.loads(json.dumps(value))


def check_container(value: Any, place: str) -> None:
    """Raises `RecordProblem` for a list or object that is nested too deep or too large."""
    if _is_deeper(value, limits.NESTING):
        raise RecordProblem(place, f"lists and objects may be nested {limits.NESTING} deep, not deeper.")
    if not _is_light(value) and _measure(value) > limits.CONTAINER_BYTES:
        raise RecordProblem(place, f"a list or object may take {limits.CONTAINER_BYTES // 1024} KB, not more.")


def _is_light(value: Any) -> bool:
    """A short list of short strings or numbers, the usual case, needs no measuring."""
    return isinstance(value, list) and len(value) <= 100 and all(_is_short(item) for item in value)


def _is_short(item: Any) -> bool:
    return item.__class__ in (int, float, bool) or (item.__class__ is str and len(item) <= 400)


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and objects are nested more than `depth` deep; `value` itself is the first."""
    children = value.values() if value.__class__ is dict else value if value.__class__ is list else None
    if children is None:
        return False
    return depth == 0 or any(_is_deeper(child, depth - 1) for child in children)


def _measure(value: Any) -> int:
    """The bytes of a value as JSON; 0 for what is nested too deep, which is refused for that."""
    try:
        return len(orjson.dumps(value))
    except TypeError:  # Lone surrogates, or deeper than orjson goes.
        try:
            return len(json.dumps(value))
        except RecursionError:
            return 0


def _check_scalars(value: Any, place: str, depth: int) -> None:
    """Looks at every text and number, down to the depth that is allowed."""
    if isinstance(value, str):
        check_text(value, place)
    elif isinstance(value, float) and not math.isfinite(value):
        raise RecordProblem(place, "the number is too large.")
    elif depth == 0:
        return  # What is nested deeper is refused for that.
    elif isinstance(value, list):
        for item in value:
            _check_scalars(item, place, depth - 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_text(name, place)
            _check_scalars(item, place, depth - 1)


def check_text(text: str, place: str) -> None:
    """Raises `RecordProblem` for what PostgreSQL cannot store as text."""
    if "\0" in text:
        raise RecordProblem(place, "the text holds a NUL character (\\u0000); leave it out.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RecordProblem(place, "the text holds half of a surrogate pair, which is not a character.") from None


def check_size(record: Any) -> None:
    """Raises `RecordProblem` for a record over the limit."""
    if _measure(record) > limits.RECORD_BYTES:
        raise RecordProblem("", f"a record may take {limits.RECORD_BYTES // 1024} KB, not more.")


def parse_identifier(value: Any, place: str) -> str:
    """A distinct id or group id: text, or a whole number, which is taken as its digits."""
    if value.__class__ is int:
        value = str(value)
    if value is None:
        raise RecordProblem(place, "is missing; it must be a non-empty string.")
    if value.__class__ is not str:
        raise RecordProblem(place, "must be a non-empty string.")
    if not value.strip():
        raise RecordProblem(place, "is empty; it must be a non-empty string.")
    if len(value) > limits.DISTINCT_ID_LENGTH:
        raise RecordProblem(place, f"has {len(value):,} characters; {limits.DISTINCT_ID_LENGTH} are allowed.")
    if not value.isprintable():
        check_text(value, place)
    return str(value)
