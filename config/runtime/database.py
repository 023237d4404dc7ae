"""Before a process serves: a database that answers, with the tables of this version."""

import time
from collections.abc import Callable
from functools import partial

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config.runtime.problem import RuntimeProblem
from profiles_app.columnar.adoption import adopt_database

_OLDEST_VERSION = 150000
# Any number will do, as long as every host uses the same.
_LOCK_KEY = 7_267_011_503
_POLL_SECONDS = 0.2
_QUIET_SECONDS = 3.0
_SAY_EVERY_SECONDS = 15.0


def wait_for_database() -> None:
    """Return when the database takes connections. Raises `RuntimeProblem` where it is too old."""
    _wait(_try_to_connect, "Waiting for the database")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone() or (0,)
    if int(version) < _OLDEST_VERSION:
        major = int(version) // 10000
        raise RuntimeProblem(f"Roster needs PostgreSQL 15 or newer; DATABASE_URL leads to version {major}.")


def wait_for_migrations() -> None:
    """Return when the database has the tables of this version: the web process makes them."""
    wait_for_database()
    _wait(_find_missing_migrations, "Waiting for the web process to prepare the database")


def prepare_database() -> None:
    """Make the tables, what a restored dump needs, the admin and the project of a first start; one process at a
    time."""
    wait_for_database()
    # On a connection of its own: the lock lives as long as that, whatever the commands do.
    guard = connection.copy()
    try:
        with guard.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
        if _find_missing_migrations():
            print("Preparing the database.")
            call_command("migrate", verbosity=0, interactive=False)
        adopt_database(say=partial(print, flush=True))
        call_command("setup")
    finally:
        guard.close()


def _try_to_connect() -> str:
    """Why there is no connection; empty where there is one."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return str(error).strip().split("\n", 1)[0]
    return ""


def _find_missing_migrations() -> str:
    """How many migrations are missing, in words; empty where none is."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return f"{missing} migrations missing" if missing else ""


def _wait(obstacle: Callable[[], str], announcement: str) -> None:
    """Wait until there is no obstacle, for ever; say so when it takes long, and say what it is."""
    say_at = time.monotonic() + _QUIET_SECONDS
    while found := obstacle():
        if time.monotonic() >= say_at:
            print(f"{announcement} ({found}).", flush=True)
            say_at += _SAY_EVERY_SECONDS
        time.sleep(_POLL_SECONDS)
