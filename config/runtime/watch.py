"""The supervisor's event listener: says which process died, and ends a hopeless run.

The supervisor restarts what dies. A process that dies at once, again and again, becomes FATAL; one
that lives a little each time would be restarted for ever. Both end the run, with the reason in
the `failure` file, which `run` prints.
"""

import os
import signal
import sys
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from supervisor import childutils

from config.runtime.folders import RunFolder
from config.runtime.programs import is_essential

# So many deaths within so many seconds are hopeless.
DEATHS = 6
SECONDS = 60.0

_DIED = {"PROCESS_STATE_EXITED", "PROCESS_STATE_BACKOFF"}


@dataclass
class Deaths:
    """Counts the deaths of each process over the last minute."""

    times: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def count(self, name: str, now: float) -> int:
        """Note a death at `now` (seconds); the number of deaths in the SECONDS before it."""
        times = self.times[name]
        times.append(now)
        while now - times[0] > SECONDS:
            times.popleft()
        return len(times)


def watch(folder: RunFolder) -> None:
    """Answer the supervisor's events until it goes away."""
    deaths = Deaths()
    while True:
        headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
        event = childutils.get_headers(payload)
        name, state = event["processname"], headers["eventname"]
        died = is_death(name, state, exit_code_expected=event.get("expected") == "1")
        reason = judge_event(name, state, deaths.count(name, time.monotonic()) if died else 0)
        if reason:
            give_up(folder, reason)
        childutils.listener.ok(sys.stdout)


def is_death(name: str, state: str, *, exit_code_expected: bool) -> bool:
    """True for an end that nobody asked for.

    An essential process should never end by itself, not even well: after a stop that was asked for,
    the supervisor says STOPPED, not EXITED.
    """
    return state in _DIED and (is_essential(name) or not exit_code_expected)


def judge_event(name: str, state: str, deaths: int) -> str:
    """Say what happened; the reason to end the run, or nothing.

    `deaths` counts the recent deaths of this process, this event included; 0: it is no death.
    """
    if not is_essential(name):
        if deaths:
            _say(f"{name} failed. Roster goes on without it.")
        return ""
    if state == "PROCESS_STATE_FATAL" or deaths >= DEATHS:
        return f"{name} died again and again. Its last lines above say why."
    if deaths:
        _say(f"{name} died and is started again.")
    return ""


def give_up(folder: RunFolder, reason: str) -> None:
    """Leave the reason for `run` and ask the supervisor to stop everything."""
    folder.failure.write_text(reason)
    os.kill(os.getppid(), signal.SIGTERM)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
