"""The processes of Roster: `python -m config.processes NAME`.

`run` starts all the others under a supervisor, on one machine. Docker Compose, or whatever else
runs Roster on many machines, starts `web`, `worker` and `beat` by the same names.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from config.environment import EnvironmentProblem, read_choice, read_flag
from config.postgres import SocketFolderProblem
from config.runtime.folders import RunFolder
from config.runtime.locks import take_lock
from config.runtime.problem import RuntimeProblem
from config.runtime.server import exec_server
from config.runtime.start import read_address, read_data_dir, run, wait_for_port

WORKER_NICENESS: Final = 10
"""Added to that of the worker and its tasks: where cores are few, whoever waits for a page comes first."""


def start_postgres() -> None:
    """Become the embedded PostgreSQL."""
    exec_server(read_data_dir())


def start_web() -> None:
    """Prepare the database and become the web server."""
    address = read_address()
    _set_up_django()
    from config.runtime.database import prepare_database

    prepare_database()
    _decide_demo()
    wait_for_port(address)
    _become_python("gunicorn", "--config", "python:config.web_server", "config.wsgi")


def start_worker() -> None:
    """Wait for the database and become the worker of the task queue."""
    _wait_for_migrations()
    os.nice(WORKER_NICENESS)
    # Processes, not threads: an import keeps one core busy, and only a process can be stopped
    # at a time limit. One main process survives a task that takes its own process down.
    _become_celery("worker", "--pool", "prefork", "--concurrency", str(_count_tasks()), "--without-gossip")


def start_beat() -> None:
    """Wait for the database and become the clock of the task queue."""
    _wait_for_migrations()
    schedule = read_data_dir() / "beat" / "schedule"
    schedule.parent.mkdir(parents=True, exist_ok=True)
    # An empty pid file name: none is written, and none is left to stop the next start.
    _become_celery("beat", "--schedule", str(schedule), "--pidfile", "")


def start_demo() -> None:
    """Load the demo data once, where there is nobody yet."""
    _wait_for_migrations()
    from config.runtime.demo import load_demo

    load_demo(read_data_dir())


def start_watch() -> None:
    """Answer the supervisor's events (see `run`)."""
    from config.runtime.watch import watch

    watch(RunFolder(read_data_dir()))


PROCESSES: dict[str, Callable[[], int | None]] = {
    "run": run,
    "postgres": start_postgres,
    "web": start_web,
    "worker": start_worker,
    "beat": start_beat,
    "demo": start_demo,
    "watch": start_watch,
}


def main(arguments: Sequence[str]) -> int:
    """Start the process that `arguments` name; the exit code, where it comes back."""
    if len(arguments) != 1 or arguments[0] not in PROCESSES:
        print(f"Usage: python -m config.processes {'|'.join(PROCESSES)}", file=sys.stderr)
        return 2
    try:
        _show_that_it_lives()
        return PROCESSES[arguments[0]]() or 0
    except (RuntimeProblem, EnvironmentProblem, SocketFolderProblem) as problem:
        print(problem, file=sys.stderr)
        return 1


def _show_that_it_lives() -> None:
    """Under the supervisor: hold the lock by which `run` knows that its processes are gone.

    The descriptor stays open in whatever this process becomes and in its children.
    """
    if "SUPERVISOR_ENABLED" not in os.environ:
        return
    lock = take_lock(RunFolder(read_data_dir()).alive, shared=True)
    if lock is None:
        raise RuntimeProblem("Another run of Roster is about to end this one.")
    os.set_inheritable(lock, True)


def _set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def _decide_demo() -> None:
    from config.runtime.demo import decide_demo

    if read_flag("ROSTER_DEMO"):
        decide_demo(read_data_dir())


def _wait_for_migrations() -> None:
    _set_up_django()
    from config.runtime.database import wait_for_migrations

    wait_for_migrations()


def _count_tasks() -> int:
    """Tasks at the same time: one per core, within reason."""
    return max(1, min(4, len(os.sched_getaffinity(0))))


def _become_celery(command: str, *options: str) -> None:
    level = read_choice("ROSTER_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"))
    _become_python("celery", "--app", "config", "--quiet", command, "--loglevel", level, *options)


def _become_python(module: str, *arguments: str) -> None:
    sys.stdout.flush()
    # Celery warns of root, as whom nothing is served to anyone here: messages are JSON.
    quiet = ["-W", "ignore:You're running the worker with superuser"]
    # Not a child: the supervisor and the signals deal with the server itself.
    os.execv(sys.executable, [sys.executable, *quiet, "-m", module, *arguments])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
