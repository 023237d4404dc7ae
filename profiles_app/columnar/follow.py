"""Keeps up with a project that much is written to, as long as somebody looks at it.

A question brings over what was written since the one before; while an import runs, that can be tens of thousands of
rows, and whoever asks waits for them. In the web process a thread brings them over in between.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import duckdb
from django.db import Error, connections

from profiles_app.errors import NotFound, Preparing

# So many rows that came with one question are worth a thread's care.
MANY: Final = 1_000
# Somebody who looked so long ago will not look again at once, in seconds.
_ATTENTION: Final = 5.0
# Between two rounds others may ask, in seconds.
_PAUSE: Final = 0.1

_EXPECTED: Final = (duckdb.Error, Error, NotFound, Preparing)

CatchUp = Callable[[int], None]
"""Brings the view of a project to this moment."""


@dataclass(kw_only=True)
class Follower:
    """The thread, and the projects it cares for: each with the time until which it does. Not begun, it follows
    nothing."""

    _catch_up: CatchUp | None = None
    _until: dict[int, float] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def begin(self, catch_up: CatchUp) -> None:
        """From here on questions are noted."""
        self._catch_up = catch_up

    def note(self, project_id: int, rows: int) -> None:
        """A question brought so many rows over."""
        if self._catch_up is None or (rows < MANY and project_id not in self._until):
            return
        with self._changed:
            self._until[project_id] = time.monotonic() + _ATTENTION
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
                self._thread.start()

    def end(self) -> None:
        """Returns once nothing is followed any more."""
        with self._changed:
            self._until.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        try:
            while self._catch_up and (projects := self._wait()):
                for project_id in projects:
                    self._bring_up(project_id, self._catch_up)
        finally:
            connections.close_all()
            with self._changed:
                if self._thread is threading.current_thread():
                    self._thread = None

    def _wait(self) -> list[int]:
        with self._changed:
            self._changed.wait_for(lambda: not self._until, timeout=_PAUSE)
            now = time.monotonic()
            self._until = {project: until for project, until in self._until.items() if until > now}
            if not self._until:
                self._thread = None
            return list(self._until)

    def _bring_up(self, project_id: int, catch_up: CatchUp) -> None:
        try:
            catch_up(project_id)
        except _EXPECTED:
            # The next question meets the same, and says it to whoever asks.
            with self._changed:
                self._until.pop(project_id, None)
