"""A Roster of the benchmark's own: its folder as data folder, its embedded PostgreSQL."""

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from benchmarks.queries.dataset import TOKEN, Folder, Scale
from config.postgres import connection_settings
from config.runtime.server import THROWAWAY_SETTINGS, EmbeddedPostgres

BULK_SETTINGS: Final = {**THROWAWAY_SETTINGS, "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off"}
"""For loading: what is written into a table made in the same transaction skips the log."""

CHECKOUT: Final = Path(__file__).resolve().parent.parent.parent

CORES: Final = len(os.sched_getaffinity(0))


def choose_folder(scale: Scale) -> Folder:
    """Below ROSTER_DATA_DIR, which is relative to the checkout."""
    return Folder(CHECKOUT / (os.environ.get("ROSTER_DATA_DIR", "") or "var") / "bench" / str(scale))


@contextmanager
def serve_postgres(folder: Folder, settings: Mapping[str, str]) -> Iterator[None]:
    """The embedded server, and an environment in which Roster, here or in a child, finds it."""
    ours = {"ROSTER_DATA_DIR": str(folder.path), "ROSTER_PROJECT_TOKEN": TOKEN, "ROSTER_DEMO": "0"}
    before = dict(os.environ)
    os.environ.update(ours)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    try:
        with EmbeddedPostgres(folder.path, settings):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def set_up_django() -> None:
    """In a child, with the environment of `serve_postgres`."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()


def prepare_roster() -> None:
    """Tables and the only project. The admin's password, which is printed, is of no use here."""
    from config.runtime.database import prepare_database

    with contextlib.redirect_stdout(io.StringIO()):
        prepare_database()


def connect(folder: Folder, **options: Any) -> psycopg.Connection:
    """A connection of its own to the embedded server; every statement is a transaction."""
    settings = connection_settings(folder.path)
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
        autocommit=True,
        **options,
    )
