"""A short text that is equal for equal values: what somebody saw, to be compared on saving."""

import json
from hashlib import sha256
from typing import Any, Final

import orjson

UNSET: Final = "unset"


def take_fingerprint(value: Any) -> str:
    """The fingerprint of a stored value; null counts as not set.

    Values come from PostgreSQL by two parsers, which differ in how they read whole numbers
    beyond 64 bits; the second parsing makes them one.
    """
    if value is None:
        return UNSET
    text = orjson.dumps(orjson.loads(json.dumps(value)), option=orjson.OPT_SORT_KEYS)
    return sha256(text).hexdigest()[:20]
