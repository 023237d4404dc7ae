"""A process that applies lists in children, each killed at a chosen step: `python -m tests.cohorts.killing`.

It reads lines of a step and a list's number, and answers each with how the child ended.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.columnar.killing import Killer, die_after, die_instead

MODULE = "tests.cohorts.killing"
_LISTS = "cohorts_app.services.lists"

STEPS: dict[str, Callable[[], Any]] = {
    "before anything": lambda: die_instead(f"{_LISTS}._apply"),
    "before unknown people are created": lambda: die_instead(f"{_LISTS}._create"),
    "after unknown people are created": lambda: die_after(f"{_LISTS}._create"),
    "before the list has its number": lambda: die_instead(f"{_LISTS}.touch_members"),
    "before the outcomes are counted": lambda: die_instead(f"{_LISTS}._count"),
    "before the end is committed": lambda: die_after(f"{_LISTS}._apply_if_waiting"),
}
# The work is done, its message is not taken off the queue.
DONE: dict[str, Callable[[], Any]] = {"after the end": lambda: die_after(f"{_LISTS}.run_in_transaction")}


class ListKiller(Killer):
    """The process, from outside."""

    def apply(self, list_id: int, *, until: str) -> bool:
        """Applies a list until a step. Whether the child was killed there; False: it came to its end."""
        return self.compact(list_id, until=until)


@contextmanager
def list_killer(database: str) -> Iterator[ListKiller]:
    process = ListKiller(database, MODULE)
    try:
        yield process
    finally:
        process.stop()


def _serve(database: str) -> None:
    import django

    django.setup()
    from django.db import connection

    from cohorts_app.tasks import apply_list

    connection.settings_dict["NAME"] = database
    steps = STEPS | DONE
    for line in sys.stdin:
        step, _, list_id = line.strip().partition(",")
        child = os.fork()
        if not child:
            with steps[step]():
                apply_list(int(list_id))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else f"ended: {status}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    _serve(sys.argv[1])
