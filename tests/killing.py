"""Processes that do a piece of work in children, each of which is killed at a chosen step.

A module of steps is such a process when it is run: `python -m MODULE DATABASE` reads lines of a step and a number,
does the work on that number in a child until the step, and answers how the child ended.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from config.runtime.folders import CHECKOUT

Steps = Mapping[str, Callable[[], Any]]


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    # The signal may reach another thread first.
    threading.Event().wait()


def die_instead(target: str, *, call: int = 1) -> Any:
    """The function kills the process when it is called for the nth time."""
    return _replace(target, call=call, before=die)


def die_after(target: str, *, call: int = 1) -> Any:
    """The function kills the process when it has done its work for the nth time."""
    return _replace(target, call=call, after=die)


def _replace(target: str, *, call: int, before: Callable[[], None] | None = None, after: Any = None) -> Any:
    from pkgutil import resolve_name

    original = resolve_name(target)
    calls: list[None] = []

    def replacement(*args: Any, **options: Any) -> Any:
        calls.append(None)
        if before is not None and len(calls) == call:
            before()
        answer = original(*args, **options)
        if after is not None and len(calls) == call:
            after()
        return answer

    return patch(target, replacement)


class Killer:
    """The process, from outside."""

    def __init__(self, module: str, database: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, database],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def work(self, number: int, *, until: str) -> bool:
        """Works until a step. Whether the child was killed there; False: it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{until},{number}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline() == "killed\n"

    def stop(self) -> None:
        self._process.communicate(timeout=20)


@contextmanager
def killer(module: str, database: str) -> Iterator[Killer]:
    process = Killer(module, database)
    try:
        yield process
    finally:
        process.stop()


def serve(steps: Steps, prepare: Callable[[], Callable[[int], object]]) -> None:
    """Is the process. `prepare` imports what needs Django, and returns the work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = sys.argv[1]
    work = prepare()
    for line in sys.stdin:
        step, _, number = line.strip().partition(",")
        child = os.fork()
        if not child:
            with steps[step]():
                work(int(number))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"ended: {status}", flush=True)
