"""A process that compacts projects in children, each killed at a chosen step: `python -m tests.columnar.killing`.

It reads lines of a step and a project's number, and answers each with how the child ended.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from config.runtime.folders import CHECKOUT

MODULE = "tests.columnar.killing"


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


def _die_while_duckdb_writes() -> Any:
    """As soon as the unfinished file is there."""
    from profiles_app.columnar import files

    original = files._write

    def write(*args: Any, path: Any, **options: Any) -> Any:
        def watch() -> None:
            while not path.exists():
                pass
            die()

        thread = threading.Thread(target=watch)
        thread.start()
        original(*args, path=path, **options)
        thread.join()

    return patch("profiles_app.columnar.files._write", write)


_COLUMNAR = "profiles_app.columnar"
STEPS: dict[str, Callable[[], Any]] = {
    "before a file is written": lambda: die_instead(f"{_COLUMNAR}.build.write_file"),
    "while a file is written": _die_while_duckdb_writes,
    "before a file has its name": lambda: die_instead(f"{_COLUMNAR}.files._sync"),
    "after a file has its name": lambda: die_instead(f"{_COLUMNAR}.files._sync", call=2),
    "before the first swap": lambda: die_instead(f"{_COLUMNAR}.compaction.swap"),
    "within the first swap": lambda: die_instead("profiles_app.models.Manifest.save"),
    "after the first swap": lambda: die_after(f"{_COLUMNAR}.compaction.swap"),
    "within the second swap": lambda: die_instead("profiles_app.models.Manifest.save", call=2),
    "after the second swap": lambda: die_after(f"{_COLUMNAR}.compaction.swap", call=2),
    "before leftovers are removed": lambda: die_instead(f"{_COLUMNAR}.compaction._remove_leftovers"),
    "among the leftovers": lambda: die_after(f"{_COLUMNAR}.compaction.os.unlink"),
}


class Killer:
    """The process, from outside."""

    def __init__(self, database: str, module: str = MODULE) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, database],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def compact(self, project_id: int, *, until: str) -> bool:
        """Compacts until a step. Whether the child was killed there; False: it came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{until},{project_id}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline() == "killed\n"

    def stop(self) -> None:
        self._process.communicate(timeout=20)


@contextmanager
def killer(database: str) -> Iterator[Killer]:
    process = Killer(database)
    try:
        yield process
    finally:
        process.stop()


def _serve(database: str) -> None:
    import django

    django.setup()
    from django.db import connection

    from profiles_app.columnar.compaction import compact

    connection.settings_dict["NAME"] = database
    for line in sys.stdin:
        step, _, project_id = line.strip().partition(",")
        child = os.fork()
        if not child:
            with STEPS[step]():
                compact(int(project_id))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"ended: {status}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _serve(sys.argv[1])
