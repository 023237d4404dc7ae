"""Peer (a): PostgreSQL, the same rows with JSONB, a GIN index and the B-trees that the questions want.

The tables lie in the schema `peer` of the same server, which is warm and sized as Roster's own.
Events refer to names by number, as Roster's do, and people by id.
"""

from typing import Any, Final

import psycopg

from benchmarks.queries.dataset import Folder
from benchmarks.queries.environment import CORES, connect
from benchmarks.queries.memory import Memory, measure_postgres
from benchmarks.queries.question import Answer, OutOfTime, Question

TIME_LIMIT_S: Final = 120

_TABLES: Final = (
    "DROP SCHEMA IF EXISTS peer CASCADE",
    "CREATE SCHEMA peer",
    """CREATE TABLE peer.person AS
    SELECT id, distinct_id, created_at, updated_at, properties FROM profiles_app_profile ORDER BY id""",
    """CREATE TABLE peer.event AS
    SELECT time, profile_id, name_id, insert_id, properties FROM profiles_app_event""",
)
_INDEXES: Final = (
    "ALTER TABLE peer.person ADD PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX ON peer.person (distinct_id)",
    "CREATE INDEX ON peer.person (updated_at DESC NULLS LAST, id)",
    # Half the size of the default operators, and serves equality of strings and of list members.
    "CREATE INDEX ON peer.person USING gin (properties jsonb_path_ops)",
    # Counting by person over a time reads the index alone.
    "CREATE INDEX ON peer.event (name_id, time) INCLUDE (profile_id)",
    "CREATE INDEX ON peer.event (name_id, profile_id, time)",
    "VACUUM (FREEZE, ANALYZE) peer.person",
    "VACUUM (FREEZE, ANALYZE) peer.event",
)


def load(folder: Folder) -> None:
    """Copies Roster's rows into the peer's tables."""
    with connect(folder) as connection:
        for setting in ("maintenance_work_mem = '1GB'", f"max_parallel_maintenance_workers = {CORES}"):
            connection.execute(f"SET {setting}")
        for statement in (*_TABLES, *_INDEXES):
            connection.execute(statement)


class Postgres:
    """Asks over one connection. Memory is that of all processes of the server."""

    def __init__(self, folder: Folder) -> None:
        self.connection = connect(folder)
        # More memory for one query than a server with a hundred connections would give.
        for setting in (
            f"statement_timeout = '{TIME_LIMIT_S}s'",
            "work_mem = '256MB'",
            f"max_parallel_workers_per_gather = {max(1, CORES - 1)}",
        ):
            self.connection.execute(f"SET {setting}")

    @property
    def version(self) -> str:
        return f"PostgreSQL {self.connection.info.server_version // 10_000}"

    def ask(self, question: Question) -> Answer:
        """Raises `OutOfTime` after two minutes."""
        try:
            rows = self.connection.execute(question.postgres).fetchall()
        except psycopg.errors.QueryCanceled as error:
            raise OutOfTime(f">{TIME_LIMIT_S} s") from error
        return _read(question, rows)

    def set_tail(self, rows: int) -> None:
        """A peer keeps no tail; the rows that are written again stay the same."""

    def measure_memory(self) -> Memory:
        return measure_postgres(self.connection.info.backend_pid)


def _read(question: Question, rows: list[Any]) -> Answer:
    if question.form == "count":
        return int(rows[0][0])
    if question.form == "page":
        return [int(row[0]) for row in rows]
    return [(row[0], int(row[1])) for row in rows]
