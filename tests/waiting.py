"""Waiting for a condition instead of for time."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

_POLL_SECONDS = 0.05
_Seen = TypeVar("_Seen")


def wait_for(look: Callable[[], _Seen], *, seconds: float = 20.0, what: str | Callable[[], str] = "") -> _Seen:
    """Look until the answer is true, and return it. Fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (seen := look()):
        assert time.monotonic() < deadline, (
            f"not within {seconds:g} s: {what() if callable(what) else what}; last seen: {seen!r}"
        )
        pause.wait(_POLL_SECONDS)
    return seen
