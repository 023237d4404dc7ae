"""From bytes to records: JSON, NDJSON, and forms with `data=` in JSON or base64."""

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

import orjson

from profiles_app.errors import BadInput, TooLarge
from profiles_app.ingest import limits

_SURROGATE: Final = (b"\\ud", b"\\uD")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The records of a request, as sent and unchecked, in their order.

    `odd_text`: some string may hold a NUL or a lone surrogate, so every string must be checked.
    `options`: form fields beside `data`; they equal query parameters.
    `size`: bytes of the JSON.
    """

    records: list[Any]
    odd_text: bool
    options: dict[str, str]
    size: int


def parse_request(body: bytes, *, content_type: str, query: dict[str, str]) -> Batch:
    """The records in `body`, or in the query's `data` where there is no body.

    Raises `BadInput` with the place of the first fault, or `TooLarge`.
    """
    if content_type == "application/x-ndjson":
        return _parse_json(body, options=query, lines=True)
    if _is_json(body, content_type):
        return _parse_json(body, options=query, lines=False)
    if content_type == "multipart/form-data":
        raise BadInput("Multipart forms are not taken. Send JSON, or a form in application/x-www-form-urlencoded.")
    fields = {**query, **_parse_form(body)}
    data = fields.pop("data", "")
    if not data.strip():
        raise BadInput("There are no records: send JSON as the body, or in a form field named data.")
    return _parse_json(_decode_data(data), options=fields, lines=False)


def _is_json(body: bytes, content_type: str) -> bool:
    """By its type, else by its first character: a form cannot begin with a bracket."""
    return bool(body) and (content_type == "application/json" or body.lstrip()[:1] in {b"[", b"{"})


def _parse_form(body: bytes) -> dict[str, str]:
    try:
        text = body.decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="strict"))
    except UnicodeDecodeError:
        raise BadInput("The form is not UTF-8.") from None
    except ValueError:
        raise BadInput("The form has more than 100 fields.") from None


def _decode_data(data: str) -> bytes:
    """`data=` as JSON or as base64 of JSON, in either alphabet, with or without padding.

    A plus sign that was not escaped arrives as a blank; base64 has no blanks, so it is put back.
    """
    if data.lstrip()[:1] in {"[", "{"}:
        return data.encode()
    text = data.strip().replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("The field data holds neither JSON nor base64 of JSON.") from None


def _parse_json(body: bytes, *, options: dict[str, str], lines: bool) -> Batch:
    if len(body) > limits.BODY_BYTES:
        raise TooLarge(f"The records take more than {limits.BODY_BYTES // 1024 // 1024} MB. Send fewer at a time.")
    records, surrogates = _load_lines(body) if lines else _load_array(body)
    if not records:
        raise BadInput("There are no records: the list is empty.")
    if len(records) > limits.RECORDS:
        raise TooLarge(f"{len(records):,} records in one request; {limits.RECORDS:,} are allowed. Send fewer.")
    odd_text = surrogates or b"\\u0000" in body
    return Batch(records=records, odd_text=odd_text, options=options, size=len(body))


def _load_array(body: bytes) -> tuple[list[Any], bool]:
    value, surrogates = _load(body, line=0)
    if not isinstance(value, list | dict):
        raise BadInput("The JSON must be a record (an object) or a list of records.")
    return (value if isinstance(value, list) else [value]), surrogates


def _load_lines(body: bytes) -> tuple[list[Any], bool]:
    """NDJSON; a body that is one JSON list is taken too, since senders mix the two up."""
    if body.lstrip()[:1] == b"[":
        return _load_array(body)
    loaded = [_load(line, line=number) for number, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    return [value for value, _ in loaded], any(surrogates for _, surrogates in loaded)


def _load(text: bytes, *, line: int) -> tuple[Any, bool]:
    """The value, and whether it may hold lone surrogates. `line` 0: the text is the whole body."""
    try:
        return orjson.loads(text), False
    except orjson.JSONDecodeError as error:
        if any(mark in text for mark in _SURROGATE):
            return _load_leniently(text, error, line), True
        _refuse(error, line)


def _load_leniently(text: bytes, error: orjson.JSONDecodeError, line: int) -> Any:
    """Lone surrogates are a fault of one record, not of all: they get past here and are found
    when the strings are checked."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_int=parse_int, parse_float=_parse_float)
    except (ValueError, RecursionError):
        _refuse(error, line)


def parse_int(text: str) -> float:
    """As orjson reads it: beyond 64 bits a whole number is a float."""
    number = int(text)
    return number if number in limits.WHOLE_NUMBERS else _parse_float(text)


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(error: orjson.JSONDecodeError, line: int) -> NoReturn:
    place = f"line {line or error.lineno}, column {error.colno}"
    raise BadInput(f"The body is not valid JSON ({place}: {error.msg.split(': line')[0]}).") from None
