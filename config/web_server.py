"""Gunicorn's settings. Its documentation names each: the module's variables are they."""

import gc
from typing import Any

from config import environment
from config.runtime.folders import CHECKOUT
from config.runtime.parents import die_with_parent
from config.runtime.start import read_address

_ADDRESS = read_address()

bind = [f"{_ADDRESS.host}:{_ADDRESS.port}"]
chdir = str(CHECKOUT)

# One process: the query engine keeps the newest rows in its memory, and DuckDB, PostgreSQL and
# JSON leave the interpreter free while they work. More processes are more hosts.
workers = 1
worker_class = "config.web_worker.Worker"
threads = environment.read_whole_number("ROSTER_WEB_THREADS", least=1, most=256)

# For a main loop that hangs, not for slow requests: those have limits of their own.
timeout = 60
# Less than the supervisor waits (config/runtime/programs.py).
graceful_timeout = 15
# Longer than the idle time of common proxies and SDKs, so that they close, not we.
keepalive = 75
# Filters travel in the address. The most that Gunicorn allows.
limit_request_line = 8190

# Nothing is written outside the data folder.
worker_tmp_dir = str(environment.read_folder("ROSTER_DATA_DIR", CHECKOUT) / "run")
control_socket_disable = True

loglevel = "warning"
proc_name = "roster"


def on_starting(server: Any) -> None:
    """Gunicorn's hook: before anything else."""
    (environment.read_folder("ROSTER_DATA_DIR", CHECKOUT) / "run").mkdir(parents=True, exist_ok=True)


def post_fork(server: Any, worker: Any) -> None:
    """Gunicorn's hook: in a new worker process."""
    # Else it keeps the port from the next master while it finishes its requests.
    die_with_parent(worker.ppid)


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook: a worker process has loaded the application and takes requests."""
    # A batch of records is thousands of objects without cycles; looking through them again and
    # again costs a quarter of the time that taking them in takes.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # Only here, where Django is set up.
    from profiles_app.columnar.store import follow_readers

    follow_readers()
    if worker.age == 1:
        public = environment.read_text("ROSTER_PUBLIC_URL") or str(_ADDRESS)
        email = environment.read_text("ROSTER_ADMIN_EMAIL")
        print(f"Roster is ready at {public}\nSign in as {email}; the first start printed the password.", flush=True)


def worker_exit(server: Any, worker: Any) -> None:
    """Gunicorn's hook: in a worker process that ends."""
    # What is frozen is never let go, and DuckDB's module reports all that it misses then, line by line.
    gc.unfreeze()
