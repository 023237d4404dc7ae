"""Pytest plugin: the environment of the tests, and their database.

Loaded by `-p tests.plugin` (pyproject.toml), which is early enough to set variables before the
settings are read. A session takes a folder `var/test/N` that no other session uses; its database is
kept for the next one, so that making the cluster is paid for once. With DATABASE_URL set, that
database is used, and with REDIS_URL that broker.
"""

import os
import shutil
from pathlib import Path

import pytest

from config.postgres import postgres_folders
from config.runtime.locks import take_lock
from config.runtime.server import THROWAWAY_SETTINGS, EmbeddedPostgres

_FOLDER = Path(__file__).resolve().parent.parent / "var" / "test"
_VARIABLES = {
    "ROSTER_SECRET_KEY": "only for tests",
    "ROSTER_ADMIN_EMAIL": "admin@example.com",
    "ROSTER_LOG_LEVEL": "WARNING",
}


def _take_slot() -> tuple[Path, int]:
    """A folder for this session alone, and the descriptor that keeps it so."""
    for number in range(64):
        lock = take_lock(_FOLDER / f"{number}.lock", note=f"process {os.getpid()}")
        if lock is not None:
            return _FOLDER / str(number), lock
    raise pytest.UsageError(f"64 test sessions are running in {_FOLDER}.")


def _set_environment(data_dir: Path) -> None:
    """Only what the tests say: nothing of the developer's own installation."""
    for name in [name for name in os.environ if name.startswith("ROSTER_") or name == "PORT"]:
        del os.environ[name]
    os.environ.update(_VARIABLES, ROSTER_DATA_DIR=str(data_dir))
    # The workers of another session, or its crumbs, are no business of this one.
    for path in data_dir.glob("*"):
        if path != postgres_folders(data_dir).root:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


DATA_DIR, _LOCK = _take_slot()
_set_environment(DATA_DIR)
_POSTGRES = EmbeddedPostgres(
    DATA_DIR,
    # The server holds the lock too: a killed session frees its folder when its server is gone.
    held=(_LOCK,),
    overrides={**THROWAWAY_SETTINGS, "shared_buffers": "128MB", "max_wal_size": "512MB"},
)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """gzip writes the time into its head: workers that begin in different seconds would collect different tests."""
    return f"{argname}-gzip-{len(val)}" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of tests that cost more than the others."""
    config.addinivalue_line("markers", "stack: starts a whole Roster with all its processes")
    config.addinivalue_line("markers", "root: does what only root can do")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the database, unless no test will run here or it is someone else's."""
    shares_out = session.config.getoption("numprocesses", None) and not hasattr(session.config, "workerinput")
    if not session.config.option.collectonly and not shares_out and "DATABASE_URL" not in os.environ:
        _POSTGRES.start()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop it."""
    _POSTGRES.stop()
