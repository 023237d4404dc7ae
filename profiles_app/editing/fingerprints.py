"""A short text that is equal for equal values: what somebody saw, to be compared on saving."""

from hashlib import sha256
from typing import Any, Final

import orjson

from profiles_app.ingest.values import read_stored

UNSET: Final = "unset"


def take_fingerprint(value: Any) -> str:
    """The fingerprint of a stored value; null counts as not set."""
    if value is None:
        return UNSET
    text = orjson.dumps(read_stored(value), option=orjson.OPT_SORT_KEYS)
    return sha256(text).hexdigest()[:20]
