"""Reading rows out of PostgreSQL as Arrow batches, all from one moment.

The driver decodes PostgreSQL's binary COPY straight into Arrow, several times faster than rows that
become Python objects on their way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import pyarrow as pa
from django.db import connection
from psycopg.conninfo import make_conninfo

# Timestamps leave as UTC without a zone, texts of JSON as text: what the segments hold.
PROFILE_COLUMNS = """p.id, p.distinct_id, p.created_at AT TIME ZONE 'UTC' AS created_at,
    p.updated_at AT TIME ZONE 'UTC' AS updated_at,
    p.properties <> '{}' AS has_properties, p.properties::text AS properties"""
EVENT_COLUMNS = """e.id, e.name_id, e.profile_id, e.time AT TIME ZONE 'UTC' AS time,
    e.properties::text AS properties"""


class Source:
    """One REPEATABLE READ transaction. `watermark`: every transaction below it had finished."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.watermark = int(self.value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))

    def value(self, sql: str, *parameters: object) -> Any:
        """The single value of a query."""
        return self.rows(sql, *parameters)[0][0]

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows of a small result. Parameters are written $1, $2."""
        self._cursor.execute(sql, parameters or None)
        found: list[tuple[Any, ...]] = self._cursor.fetchall()
        return found

    def batches(self, sql: str, *parameters: object) -> pa.RecordBatchReader:
        """All rows of a large result."""
        self._cursor.execute(sql, parameters or None)
        return self._cursor.fetch_record_batch()

    def load(self, db: duckdb.DuckDBPyConnection, table: str, sql: str, *parameters: object) -> int:
        """The result as a temporary table of DuckDB. Returns its number of rows."""
        db.register("incoming_batches", self.batches(sql, *parameters))
        try:
            db.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM incoming_batches")
        finally:
            db.unregister("incoming_batches")
        ((rows,),) = db.execute(f"SELECT count(*) FROM {table}").fetchall()
        return int(rows)


@contextmanager
def open_source() -> Iterator[Source]:
    """A connection of its own to the database of the settings, at this moment."""
    with adbc.connect(_describe_connection()) as source, source.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield Source(cursor)
        source.rollback()


# What Django hands to psycopg and libpq does not know.
_NOT_LIBPQ: Final = frozenset({"context", "cursor_factory", "prepare_threshold", "client_encoding"})


def _describe_connection() -> str:
    parameters = connection.get_connection_params()
    return make_conninfo(**{name: value for name, value in parameters.items() if name not in _NOT_LIBPQ})
