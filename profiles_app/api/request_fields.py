"""What a request says: the fields of its query string and of its body, as one mapping."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from rest_framework.exceptions import ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from profiles_app.errors import BadInput
from profiles_app.ingest.wire import parse_int

# An odd number of backslashes before u0000: the escape, not text that looks like it.
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class JsonParser(BaseParser):
    """Strict JSON. The body is read by Django, so that its limit of size holds."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """Raises `BadInput`."""
        return parse_json(stream.read() if parser_context is None else parser_context["request"]._request.body)


def parse_json(text: str | bytes) -> Any:
    """A JSON document without what no part of Roster can store: NUL, lone surrogates, NaN.

    Raises `BadInput`.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant, parse_int=parse_int)
        plain = json.dumps(document, ensure_ascii=False)
        plain.encode()
    except (ValueError, RecursionError):
        raise BadInput("This is not JSON that can be read. Send JSON in UTF-8.") from None
    if _NUL.search(plain):
        raise BadInput("Text may not hold NUL characters.")
    return document


def parse_json_field(value: Any) -> Any:
    """A value that is JSON text in a query string or a form, and itself in a JSON body. Raises DRF's
    `ValidationError`, so that the answer says which parameter it is."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except BadInput as bad:
        raise ValidationError(bad.message, code="wrong_json") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def read_fields(request: Request) -> dict[str, Any]:
    """The fields of the query string (texts), over which stand those of the body (texts of a form, or
    JSON values). Raises `BadInput` for a body that is no object."""
    fields: dict[str, Any] = request.query_params.dict()
    if request.method not in {"POST", "PATCH"}:
        return fields
    body = request.data
    if not isinstance(body, Mapping):
        raise BadInput("Send a JSON object.")
    return fields | (body.dict() if hasattr(body, "dict") else dict(body))
