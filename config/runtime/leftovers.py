"""Processes and files that a killed PostgreSQL leaves in the way of the next start.

A backend that is busy can outlive its postmaster by a long query, and holds the shared memory that
the next server needs. And the number in postmaster.pid may by now belong to any program. Both are
told apart by one fact: every process of a server has its cluster as its working directory.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_POLL_SECONDS = 0.05


def stop_leftovers(cluster: Path, *, patience: float = 20.0) -> None:
    """End every process that still works in `cluster`, and remove a stale postmaster.pid.

    Call it only where no live server is wanted there. First the polite way (a fast shutdown by the
    postmaster, if it lives), then, after `patience` seconds or where there is no postmaster, the
    hard way, which crash recovery repairs.
    """
    postmaster = _read_postmaster(cluster)
    if postmaster in list_processes(cluster):
        _signal([postmaster], signal.SIGINT)
        wait_until(lambda: not list_processes(cluster), patience)
    _signal(list_processes(cluster), signal.SIGQUIT)
    if not wait_until(lambda: not list_processes(cluster), 2.0):
        _signal(list_processes(cluster), signal.SIGKILL)
        wait_until(lambda: not list_processes(cluster), 5.0)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def list_processes(cluster: Path) -> list[int]:
    """The processes whose working directory is `cluster`, apart from this one."""
    return [pid for pid in _list_all() if pid != os.getpid() and _works_in(pid, cluster)]


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for `condition`, at most `seconds`; the condition's last answer."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return met


def _list_all() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _works_in(pid: int, folder: Path) -> bool:
    try:
        program = os.readlink(f"/proc/{pid}/exe")
        # A person's shell may stand in the folder.
        return "postgres" in Path(program).name and Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def _read_postmaster(cluster: Path) -> int:
    """The process id in postmaster.pid, or 0."""
    try:
        first_line = (cluster / "postmaster.pid").read_text().split("\n", 1)[0]
    except OSError:
        return 0
    return int(first_line) if first_line.strip().isdigit() else 0


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
