"""This process's DuckDB: one in-memory database, a cursor for each question."""

import atexit
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
from django.conf import settings

from profiles_app.columnar.files import open_file
from profiles_app.columnar.spill import Spill
from profiles_app.columnar.typing import CREATE_MACROS

# Grouping by person fills an array and no hash table where the ids of a file span at most so many
# bits; twice as fast, for 2**21 × about 20 bytes a thread.
_ARRAY_BITS: Final = 21


@dataclass(kw_only=True)
class _Open:
    alias: str
    users: int = 0


@dataclass(kw_only=True, eq=False)
class Database:
    """The connection that all cursors come from, and the segments that are open in it."""

    root: duckdb.DuckDBPyConnection
    lock: threading.Lock = field(default_factory=threading.Lock)
    _open: dict[tuple[Path, int], _Open] = field(default_factory=dict)
    _number: int = 0

    def cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self.root.cursor()
        # Settings of a session are not handed on to its cursors.
        cursor.execute("SET TimeZone = 'UTC'")
        return cursor

    def next_number(self) -> int:
        """For names that nothing else in this database has."""
        with self.lock:
            self._number += 1
            return self._number

    def open(self, path: Path, *, size: int) -> str | None:
        """The alias of a segment; it stays open until as many `close` have come. None where the file
        is not whole."""
        number = self.next_number()
        with self.lock:
            known = self._open.get((path, size))
            if known is None:
                alias = f"segment_{number}"
                with self.root.cursor() as cursor:
                    if not open_file(cursor, path, alias=alias, size=size):
                        return None
                known = self._open[path, size] = _Open(alias=alias)
            known.users += 1
            return known.alias

    def close(self, path: Path, *, size: int) -> None:
        with self.lock:
            known = self._open[path, size]
            known.users -= 1
            if not known.users:
                del self._open[path, size]
                with suppress(duckdb.Error), self.root.cursor() as cursor:
                    cursor.execute(f"DETACH {known.alias}")


@dataclass(kw_only=True)
class _Process:
    """What this process has."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    database: Database | None = None
    inherited: list[Database] = field(default_factory=list)

    def start_over(self) -> None:
        """After a fork, in the child. The threads of the parent's database stayed there: it can neither be
        used nor ended here, only kept. So did the thread that may have held the lock."""
        self.lock = threading.Lock()
        if self.database is not None:
            self.inherited.append(self.database)
            self.database = None

    def end(self) -> None:
        """At the end of the process, while DuckDB can still be ended in order."""
        self.database = None


_process = _Process()
os.register_at_fork(after_in_child=_process.start_over)
atexit.register(_process.end)


def get_database() -> Database:
    """The database of this process, made when it is first asked for."""
    with _process.lock:
        if _process.database is None:
            _process.database = _make()
        return _process.database


def discard_database(database: Database) -> None:
    """After an error that says the database is done for; the next question starts with a new one."""
    with _process.lock:
        if _process.database is database:
            _process.database = None


def _make() -> Database:
    spill = Spill.open()
    root = duckdb.connect(
        config={
            "threads": settings.QUERY["threads"],
            "memory_limit": settings.QUERY["memory"],
            "temp_directory": str(spill.path),
            "max_temp_directory_size": "4GB",
            "preserve_insertion_order": False,
            "perfect_ht_threshold": _ARRAY_BITS,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    for macro in CREATE_MACROS:
        root.execute(macro)
    database = Database(root=root)
    weakref.finalize(database, spill.close)
    return database


@contextmanager
def transaction(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    cursor.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")
