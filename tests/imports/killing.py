"""A process that works on imports in children, each killed at a chosen step: `python -m tests.imports.killing`.

It reads lines of a step and an import's number, and answers each with how the child ended.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.columnar.killing import Killer, die_after, die_instead

MODULE = "tests.imports.killing"
_WORK = "imports_app.work"

STEPS: dict[str, Callable[[], Any]] = {
    "before the file is staged": lambda: die_instead("imports_app.reading.stage._make_table"),
    "before the staged rows have their name": lambda: die_instead("imports_app.reading.stage.shutil.rmtree", call=2),
    "before the plan has its name": lambda: die_instead(f"{_WORK}.plan.shutil.rmtree", call=2),
    "before the first chunk": lambda: die_instead(f"{_WORK}.merge.Merge.write_chunk"),
    "within a chunk": lambda: die_instead(f"{_WORK}.merge.learn_properties", call=2),
    "before a chunk's line": lambda: die_instead("imports_app.models.Chunk.objects.create"),
    "after a chunk": lambda: die_after(f"{_WORK}.merge.Merge.write_chunk"),
    "before the end": lambda: die_instead(f"{_WORK}.steps._count", call=4),
}
UNDOING: dict[str, Callable[[], Any]] = {
    "before a batch": lambda: die_instead(f"{_WORK}.steps.undo_batch"),
    "within a batch": lambda: die_instead(f"{_WORK}.undo._run", call=3),
    "after a batch": lambda: die_after(f"{_WORK}.steps.undo_batch"),
}


class ImportKiller(Killer):
    """The process, from outside."""

    def work_on(self, import_id: int, *, until: str) -> bool:
        """Works on an import until a step. Whether the child was killed there; False: it came to its end."""
        return self.compact(import_id, until=until)


@contextmanager
def import_killer(database: str) -> Iterator[ImportKiller]:
    process = ImportKiller(database, MODULE)
    try:
        yield process
    finally:
        process.stop()


def _serve(database: str) -> None:
    import django

    django.setup()
    from django.db import connection

    from imports_app import limits
    from imports_app.work.job import work_on

    connection.settings_dict["NAME"] = database
    limits.CHUNK = 10  # type: ignore[misc]
    steps = STEPS | UNDOING
    for line in sys.stdin:
        step, _, import_id = line.strip().partition(",")
        child = os.fork()
        if not child:
            with steps[step]():
                work_on(int(import_id))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"ended: {status}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _serve(sys.argv[1])
