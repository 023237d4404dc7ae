"""Peer (b): ClickHouse in process (chdb), with the schema that PostHog uses.

In PostHog's favour: every table is merged to the end, so there is one version of each person; events
carry the person's id, and the table of people who were merged later, which PostHog joins on every
query, is left out, being empty. Persons' ids are in the order of creation, as PostHog's are.
"""

import uuid
from typing import Any, Final

import orjson
import psycopg

from benchmarks.queries.dataset import EVENT_NAMES, Folder
from benchmarks.queries.environment import CORES, connect
from benchmarks.queries.memory import Memory, measure_process
from benchmarks.queries.question import Answer, Question

# The half of a UUID by which ClickHouse sorts first is the profile's id; the other is arbitrary.
_PERSON_ID: Final = "reinterpret(bitShiftLeft(toUInt128({id}), 64) + cityHash64({id}), 'UUID')"
_ID_MASK: Final = (1 << 64) - 1

_TABLES: Final = (
    """CREATE TABLE person (
        id UUID, created_at DateTime64, team_id Int64, properties String, is_identified Int8, is_deleted Int8,
        version UInt64, last_seen_at Nullable(DateTime64(6, 'UTC'))
    ) ENGINE = ReplacingMergeTree(version) ORDER BY (team_id, id)""",
    """CREATE TABLE person_distinct_id2 (
        team_id Int64, distinct_id String, person_id UUID, is_deleted Int8, version Int64
    ) ENGINE = ReplacingMergeTree(version) ORDER BY (team_id, distinct_id) SETTINGS index_granularity = 512""",
    """CREATE TABLE events (
        uuid UUID, event String, properties String CODEC(ZSTD(3)), timestamp DateTime64(6, 'UTC'), team_id Int64,
        distinct_id String, created_at DateTime64(6, 'UTC'), person_id UUID
    ) ENGINE = MergeTree PARTITION BY toYYYYMM(timestamp)
    ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))""",
)

_COPY_PERSONS: Final = """COPY (
    SELECT id, distinct_id, created_at AT TIME ZONE 'UTC', updated_at AT TIME ZONE 'UTC', properties
    FROM peer.person ORDER BY id
) TO STDOUT"""
_COPY_EVENTS: Final = """COPY (
    SELECT name_id, profile_id, time AT TIME ZONE 'UTC', insert_id, properties FROM {partition}
) TO STDOUT"""
_PARTITIONS: Final = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'profiles_app_event'::regclass ORDER BY 1
"""

_INSERT_PERSONS: Final = f"""
INSERT INTO person
SELECT {_PERSON_ID.format(id="id")}, created, 1, properties, 1, 0, 1, seen
FROM file('{{path}}', TabSeparated,
    'id UInt64, distinct_id String, created DateTime64(6, ''UTC''), seen DateTime64(6, ''UTC''), properties String')
"""
_INSERT_DISTINCT_IDS: Final = f"""
INSERT INTO person_distinct_id2
SELECT 1, distinct_id, {_PERSON_ID.format(id="id")}, 0, 0
FROM file('{{path}}', TabSeparated,
    'id UInt64, distinct_id String, created DateTime64(6, ''UTC''), seen DateTime64(6, ''UTC''), properties String')
"""
# A person's distinct id follows from the number, as in the data itself (build.py).
_INSERT_EVENTS: Final = f"""
INSERT INTO events
SELECT reinterpret(sipHash128(insert_id), 'UUID'), {list(EVENT_NAMES)}[name_id], properties, time, 1,
    'u-' || lower(hex(MD5(toString(profile_id)))), time, {_PERSON_ID.format(id="profile_id")}
FROM file('{{path}}', TabSeparated, 'name_id UInt8, profile_id UInt64, time DateTime64(6, ''UTC''),
    insert_id String, properties String')
"""


def load(folder: Folder) -> None:
    """Reads the rows out of PostgreSQL, a month of events at a time, through a file."""
    import chdb

    clickhouse = chdb.connect(str(folder.clickhouse))  # type: ignore[no-untyped-call]
    for statement in _TABLES:
        clickhouse.query(statement)
    with connect(folder) as postgres:
        _copy(postgres, _COPY_PERSONS, folder)
        for insert in (_INSERT_PERSONS, _INSERT_DISTINCT_IDS):
            clickhouse.query(insert.format(path=folder.exchange))
        for (partition,) in postgres.execute(_PARTITIONS).fetchall():
            _copy(postgres, _COPY_EVENTS.format(partition=partition), folder)
            clickhouse.query(_INSERT_EVENTS.format(path=folder.exchange))
    folder.exchange.unlink()
    for table in ("person", "person_distinct_id2", "events"):
        clickhouse.query(f"OPTIMIZE TABLE {table} FINAL")
    clickhouse.close()


def _copy(postgres: psycopg.Connection, statement: str, folder: Folder) -> None:
    with folder.exchange.open("wb") as file, postgres.cursor().copy(statement) as rows:
        for chunk in rows:
            file.write(chunk)


class ClickHouse:
    """Asks in this process."""

    def __init__(self, folder: Folder) -> None:
        import chdb

        self.connection = chdb.connect(str(folder.clickhouse))  # type: ignore[no-untyped-call]
        self.connection.query(f"SET max_threads = {CORES}")

    @property
    def version(self) -> str:
        return f"ClickHouse {self._fetch('SELECT version()')[0][0]} (chdb)"

    def ask(self, question: Question) -> Answer:
        rows = self._fetch(question.clickhouse)
        if question.form == "count":
            return int(rows[0][0])
        if question.form == "page":
            return [uuid.UUID(row[0]).int & _ID_MASK for row in rows]
        return [(row[0], int(row[1])) for row in rows]

    def set_tail(self, rows: int) -> None:
        """A peer keeps no tail; the rows that are written again stay the same."""

    def measure_memory(self) -> Memory:
        return measure_process()

    def _fetch(self, statement: str) -> list[list[Any]]:
        text = self.connection.query(statement, "JSONCompactEachRow").bytes()
        return [orjson.loads(line) for line in text.splitlines()]
