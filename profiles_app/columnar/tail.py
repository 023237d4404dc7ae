"""What PostgreSQL has beyond the segments: tables in memory, brought up to date before a question.

The newest rows are fetched by transaction id, from the oldest transaction that was still running
at the time of the last fetch, without those that had ended by then. A row that was written again
replaces itself, so fetching one twice does no harm.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import psycopg
import pyarrow as pa
from django.db import connection

from profiles_app.columnar.database import transaction
from profiles_app.columnar.naming import point_at, quote_texts
from profiles_app.columnar.pulse import Pulse
from profiles_app.filters.data import Form
from profiles_app.models import Dataset

# Rows on their way from PostgreSQL at once.
_BATCH: Final = 20_000
# Names whose kinds are looked up in one pass over the documents.
_NAMES_AT_ONCE: Final = 200

_MICROSECONDS: Final = "(extract(epoch FROM {}) * 1000000)::bigint"
_TIME: Final = pa.timestamp("us")

_PROFILE_SCHEMA: Final = pa.schema(
    {
        "id": pa.int64(),
        "xid": pa.int64(),
        "population": pa.int64(),
        "alive": pa.bool_(),
        "distinct_id": pa.string(),
        "created_at": _TIME,
        "updated_at": _TIME,
        "has_properties": pa.bool_(),
        "properties": pa.string(),
    }
)
_EVENT_SCHEMA: Final = pa.schema(
    {
        "id": pa.int64(),
        "xid": pa.int64(),
        "name_id": pa.int64(),
        "profile_id": pa.int64(),
        "time": _TIME,
        "properties": pa.string(),
    }
)
_SCHEMAS: Final = {Dataset.PROFILES: _PROFILE_SCHEMA, Dataset.EVENTS: _EVENT_SCHEMA}
_TYPES: Final = {pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN", pa.string(): "VARCHAR", _TIME: "TIMESTAMP"}

_PROFILE_COLUMNS: Final = f"""
SELECT p.id, p.xid::text::bigint, coalesce(p.group_key_id, 0)::bigint, p.deleted_at IS NULL, p.distinct_id,
    {_MICROSECONDS.format("p.created_at")}, {_MICROSECONDS.format("p.updated_at")},
    p.properties <> '{{}}', p.properties::text
"""
_SELECT_PROFILES: Final = f"{_PROFILE_COLUMNS} FROM profiles_app_profile AS p WHERE p.project_id = %(project)s"
_SELECT_EVENTS: Final = f"""
SELECT e.id, e.xid::text::bigint, e.name_id::bigint, e.profile_id, {_MICROSECONDS.format("e.time")}, e.properties::text
FROM profiles_app_event AS e WHERE e.project_id = %(project)s
"""
_ALL: Final = {Dataset.PROFILES: f"{_SELECT_PROFILES} AND p.deleted_at IS NULL", Dataset.EVENTS: _SELECT_EVENTS}
_NEW: Final = "xid >= %(since)s::text::xid8 AND NOT pg_visible_in_snapshot(xid, %(seen)s::text::pg_snapshot)"
# Beside a long import all statistics are old: each changed profile is looked up, whatever the planner would think.
_CHANGED: Final = {
    Dataset.PROFILES: f"""{_PROFILE_COLUMNS} FROM (
        SELECT DISTINCT profile_id FROM profiles_app_profile_change WHERE {_NEW} OFFSET 0) AS changed
    CROSS JOIN LATERAL (SELECT * FROM profiles_app_profile WHERE id = changed.profile_id OFFSET 0) AS p
    WHERE p.project_id = %(project)s""",
    Dataset.EVENTS: f"{_SELECT_EVENTS} AND {_NEW.replace('xid >=', 'e.xid >=').replace('(xid,', '(e.xid,')}",
}
# Before anything was seen: a snapshot in which no transaction had ended.
_NOTHING_SEEN: Final = "3:3:"

# What a kind of JSON may be read as; all others that DuckDB names are numbers.
_FORMS: Final = {
    "VARCHAR": Form.STRING + Form.DAY + Form.INSTANT,
    "BOOLEAN": Form.BOOLEAN,
    "ARRAY": Form.LIST,
    "OBJECT": Form.OBJECT,
    "NULL": "",
}

OnRows = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(kw_only=True)
class Tail:
    """The tables `{schema}.profiles`, `{schema}.events` and `{schema}.hidden`, the ids of events in
    the segments that were written again. `since` is the transaction id from which on rows are
    missing from the segments, by data set; None: there are no segments. `forms`: which kinds of
    value each property of the tail's people may have, or had a moment ago."""

    schema: str
    project_id: int
    since: dict[Dataset, int | None]
    seen: dict[Dataset, str | None] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    def create(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute(f"CREATE SCHEMA {self.schema}")
        for dataset, schema in _SCHEMAS.items():
            # Not from an empty table of Arrow's, which imports pandas where that is installed: 45 MiB.
            columns = ", ".join(f"{column.name} {_TYPES[column.type]}" for column in schema)
            cursor.execute(f"CREATE TABLE {self.table(dataset)} ({columns})")
        cursor.execute(f"CREATE TABLE {self.schema}.hidden (id BIGINT, segment BIGINT)")

    def drop(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    def table(self, dataset: Dataset) -> str:
        return f"{self.schema}.{dataset}"

    def take_over(self, cursor: duckdb.DuckDBPyConnection, older: "Tail") -> None:
        """Copies the rows of the tail before, as far as the new segments do not hold them."""
        for dataset, since in self.since.items():
            if since is not None and older.seen.get(dataset) and _reaches(older.since[dataset], since):
                cursor.execute(
                    f"INSERT INTO {self.table(dataset)} FROM {older.table(dataset)} WHERE xid >= $1", [since]
                )
                self.seen[dataset] = older.seen[dataset]
        self._learn_forms(cursor, self.table(Dataset.PROFILES))

    def catch_up(self, cursor: duckdb.DuckDBPyConnection, pulse: Pulse, *, on_events: OnRows) -> int:
        """Fetches what is new as of the pulse, which must be that of the running transaction; so many rows.
        `on_events` may look at the new events in the table `fresh`."""
        fetched = 0
        for dataset in Dataset:
            with transaction(cursor), closing(self._fetch(dataset)) as batches:
                for rows in batches:
                    self._add(cursor, dataset, rows, on_events=on_events)
                    fetched += rows.num_rows
            self.seen[dataset] = pulse.snapshot
        return fetched

    def _learn_forms(self, cursor: duckdb.DuckDBPyConnection, table: str) -> None:
        # By the kind of JSON alone, which is quick: any text may be a date.
        for name, kind in _find_kinds(cursor, table):
            self.forms[name] = "".join({*self.forms.get(name, ""), *_FORMS.get(kind, Form.NUMBER)})

    def _fetch(self, dataset: Dataset) -> Generator[pa.Table]:
        since, seen = self.since[dataset], self.seen.get(dataset)
        # What runs since before the last look is all that can have ended since, or begun.
        oldest = int(seen.partition(":")[0]) if seen else 0
        values = {"project": self.project_id, "since": str(max(since or 0, oldest)), "seen": seen or _NOTHING_SEEN}
        sql = _ALL[dataset] if since is None and seen is None else _CHANGED[dataset]
        return _run(sql, values, _SCHEMAS[dataset], scroll=seen is None)

    def _add(self, cursor: duckdb.DuckDBPyConnection, dataset: Dataset, rows: pa.Table, *, on_events: OnRows) -> None:
        table = self.table(dataset)
        cursor.register("fresh", rows)
        try:
            cursor.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM fresh)")
            cursor.execute(f"INSERT INTO {table} FROM fresh")
            if dataset == Dataset.EVENTS:
                on_events(cursor)
            else:
                self._learn_forms(cursor, "fresh")
        finally:
            cursor.unregister("fresh")


def _reaches(older: int | None, newer: int) -> bool:
    """Whether a tail from `older` on has all rows from `newer` on. One that began with all rows has not:
    it never read who had been deleted by then, whom a segment may still show."""
    return older is not None and older <= newer


def _find_kinds(cursor: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[str, str]]:
    """The names of properties in a table of people, each with the kinds of JSON it has."""
    keys = f"SELECT DISTINCT json_keys(properties) AS names FROM {table}"
    names = [name for (name,) in cursor.execute(f"SELECT DISTINCT unnest(names) FROM ({keys})").fetchall()]
    for start in range(0, len(names), _NAMES_AT_ONCE):
        some = names[start : start + _NAMES_AT_ONCE]
        kinds = f"json_type(properties, {quote_texts(map(point_at, some))})"
        found = cursor.execute(
            f"""SELECT DISTINCT unnest(range({len(some)})) AS place, unnest(kinds) AS kind
            FROM (SELECT DISTINCT {kinds} AS kinds FROM {table})"""
        ).fetchall()
        yield from ((some[place], kind) for place, kind in found if kind is not None)


def _run(sql: str, values: dict[str, Any], schema: pa.Schema, *, scroll: bool) -> Generator[pa.Table]:
    """Batches of rows. `scroll` for what may be long: the server keeps it, page by page."""
    # Django's own cursors read text; psycopg's also the binary form, which is quicker.
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    opened: psycopg.Cursor[Any] | psycopg.ServerCursor[Any]
    opened = psycopg.ServerCursor(raw, "roster_tail") if scroll else psycopg.Cursor(raw)
    with opened as cursor:
        cursor.execute(sql, values, binary=True)
        while rows := cursor.fetchmany(_BATCH):
            columns = zip(zip(*rows, strict=True), schema, strict=True)
            arrays = [pa.array(column, type=field.type) for column, field in columns]
            yield pa.Table.from_arrays(arrays, schema=schema)
