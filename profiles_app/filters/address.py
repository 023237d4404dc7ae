"""A filter in an address: `filter=(property:$city,type:string,op:is,value:!(Oslo))`."""

import json
from collections.abc import Mapping
from typing import Final

from profiles_app.errors import BadInput
from profiles_app.filters.rison import BadRison, read_rison, write_rison
from profiles_app.filters.writing import Document

# What parsing reads where a key is not written.
_DEFAULTS: Final[dict[str, object]] = {
    "did": True,
    "measure": {"count": True},
    "first_time": False,
    "window": {"last": {"n": 30, "unit": "day"}},
    "in": True,
    "cast": False,
}
_OF_EVENTS: Final[dict[str, object]] = {"op": "at_least", "value": 1}


def write_address(where: Document) -> str:
    """The text for a condition, its defaults left out; it is not yet quoted for a URL."""
    return write_rison(_shorten(where))


def _shorten(node: object) -> object:
    if isinstance(node, list):
        return [_shorten(child) for child in node]
    if not isinstance(node, Mapping):
        return node
    defaults = _DEFAULTS | (_OF_EVENTS if "event" in node and node.get("op") == "at_least" else {})
    kept = {key: value for key, value in node.items() if key not in defaults or not _is(value, defaults[key])}
    return {key: _shorten(value) if key in _WITH_NODES else value for key, value in kept.items()}


_WITH_NODES: Final = frozenset({"all", "any", "not", "where", "sequence"})


def _is(value: object, default: object) -> bool:
    """Equal and of one kind: `1` is not `True`."""
    return value == default and type(value) is type(default)


def read_address(text: str) -> object:
    """The filter document of an address, in this form or as JSON. Raises `BadInput`."""
    if text.startswith("{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise BadInput("The filter in the address is incomplete: it cannot be read as JSON.") from None
    try:
        where = read_rison(text)
    except BadRison:
        where = None
    if not isinstance(where, dict):
        raise BadInput("The filter in the address cannot be read: a part of it is missing or was changed.")
    return {"where": where}
