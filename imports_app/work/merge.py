"""One chunk of a plan into PostgreSQL: one transaction, with its line in the ledger.

Rows are taken in the order of their distinct ids, in one pass that makes those who are new and locks those who are
there; what follows touches locked rows only. So imports and the ingestion wait for each other in one direction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import duckdb
import orjson
import pyarrow as pa
from django.db import connection

from imports_app.mapping.columns import Mapping
from imports_app.models import Chunk, Empty, Import
from imports_app.work.plan import Plan
from profiles_app.columnar.naming import quote_text
from profiles_app.ingest import limits as ingest_limits
from profiles_app.ingest.catalog import Place, count_names, learn_properties
from profiles_app.ingest.transactions import hold_people, run_in_transaction
from profiles_app.ingest.typed import ValueKind
from profiles_app.ingest.values import Signature
from profiles_app.models import Scope

# A project that fills up has no statistics yet: what goes through a whole table is made to look dear.
_MAKE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_rows
    (distinct_id text, line bigint, changes jsonb) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS import_found
    (id bigint, line bigint, is_gone boolean, old jsonb, new jsonb, updated_at timestamptz)
    ON COMMIT DELETE ROWS;
DELETE FROM import_rows;
DELETE FROM import_found;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_seqscan = off;
"""
# Without these the planner goes through the whole project and looks for each of its profiles in the chunk.
_KNOW_ROWS: Final = "ANALYZE pg_temp.import_rows (distinct_id)"
_KNOW_FOUND: Final = "ANALYZE pg_temp.import_found (id)"
_COPY: Final = "COPY pg_temp.import_rows (distinct_id, line, changes) FROM STDIN"
# The condition that never holds: rows that are there are locked, and left as they are.
_INSERT: Final = """
WITH made AS (
    INSERT INTO profiles_app_profile AS present
        (project_id, group_key_id, distinct_id, properties, created_at, updated_at)
    SELECT %(project)s, %(group_key)s, distinct_id, changes, now(), %(moment)s FROM pg_temp.import_rows
    WHERE changes <> '{}'
    ORDER BY distinct_id COLLATE "C"
    ON CONFLICT (project_id, group_key_id, distinct_id) DO UPDATE SET xid = present.xid WHERE FALSE
    RETURNING id
)
INSERT INTO imports_app_change (of_id, profile_id, xid) SELECT %(import)s, id, pg_current_xact_id() FROM made
"""
# LATERAL and OFFSET 0: each row looks up its profile, in the order of locks. Left alone, the planner goes through the
# whole project and looks for each of its profiles in the chunk, wherever statistics are older than an import.
_FIND: Final = """
INSERT INTO pg_temp.import_found
SELECT present.id, incoming.line, present.is_gone, present.properties,
    (present.properties{without}) || incoming.changes, present.updated_at
FROM (SELECT * FROM pg_temp.import_rows ORDER BY distinct_id COLLATE "C" OFFSET 0) AS incoming
CROSS JOIN LATERAL (
    SELECT id, deleted_at IS NOT NULL AS is_gone, properties, updated_at FROM profiles_app_profile
    WHERE project_id = %(project)s AND group_key_id {group_key} AND distinct_id = incoming.distinct_id
    AND xid <> pg_current_xact_id()
    OFFSET 0 FOR NO KEY UPDATE
) AS present
"""
_DROP_WIDE: Final = """
DELETE FROM pg_temp.import_found AS found
WHERE (SELECT count(*) FROM jsonb_object_keys(found.new)) > %(most)s RETURNING found.line
"""
_KEEP_CHANGED: Final = "DELETE FROM pg_temp.import_found WHERE new = old AND NOT is_gone OR is_gone AND new = '{}'"
_REMEMBER: Final = """
INSERT INTO imports_app_change (of_id, profile_id, xid, properties, updated_at)
SELECT %(import)s, id, pg_current_xact_id(), CASE WHEN NOT is_gone THEN old END, updated_at FROM pg_temp.import_found
"""
_UPDATE: Final = """
WITH written AS (
    UPDATE profiles_app_profile AS present SET
        properties = found.new,
        updated_at = CASE WHEN found.is_gone THEN %(moment)s ELSE greatest(present.updated_at, %(moment)s) END,
        created_at = CASE WHEN found.is_gone THEN now() ELSE present.created_at END,
        deleted_at = NULL,
        xid = pg_current_xact_id()
    FROM pg_temp.import_found AS found WHERE present.id = found.id
    RETURNING found.is_gone AS is_gone
)
SELECT count(*) FILTER (WHERE is_gone), count(*) FILTER (WHERE NOT is_gone) FROM written
"""
# Who is left with no property and has no event is nobody.
_BURY: Final = """
UPDATE profiles_app_profile AS present SET deleted_at = now(), updated_at = NULL, xid = pg_current_xact_id()
FROM pg_temp.import_found AS found
WHERE present.id = found.id AND found.new = '{}' AND present.properties = '{}' AND present.deleted_at IS NULL
AND NOT EXISTS (SELECT FROM profiles_app_event AS event WHERE event.profile_id = present.id)
"""
_TYPES: Final[dict[str, type]] = {
    ValueKind.NUMBER: float,
    ValueKind.BOOLEAN: bool,
    ValueKind.LIST: list,
    ValueKind.OBJECT: dict,
}
_TOO_WIDE: Final = f"The profile would have more than {ingest_limits.PROPERTIES:,} properties."


@dataclass(frozen=True, kw_only=True)
class Merge:
    """The import of a plan, chunk by chunk. `moment` becomes "Updated at" of who changes."""

    job: Import
    plan: Plan
    mapping: Mapping
    moment: datetime

    @property
    def place(self) -> Place:
        return Place(project_id=self.job.project_id, scope=Scope.PROFILE, group_key_id=self.job.group_key_id)

    def write_chunk(self, lines: pa.Table, number: int) -> Chunk:
        """Writes a chunk and its line of the ledger. One that is in the ledger already raises `IntegrityError`."""
        return run_in_transaction(lambda: self._write(lines, number))

    def read_chunk(self, db: duckdb.DuckDBPyConnection, number: int) -> pa.Table:
        """The rows as lines of COPY's text format."""
        # Not by ||: a chain of hundreds is deeper than DuckDB takes.
        pairs = ", ".join(
            f"CASE WHEN v{place} IS NULL THEN '' ELSE {quote_text(f',{_spell(column.name)}:')} || v{place} END"
            for place, column in enumerate(self.mapping.columns)
        )
        return db.sql(
            f"""SELECT {_escape("distinct_id")} || chr(9) || line || chr(9)
                || replace('{{' || concat({pairs})[2:] || '}}', '\\', '\\\\') || chr(10) AS line
            FROM read_parquet({quote_text(self.plan.rows_path)})
            WHERE {self.plan.select_chunk(number)} ORDER BY distinct_id"""
        ).to_arrow_table()

    def _write(self, lines: pa.Table, number: int) -> Chunk:
        near_limit = count_names(self.place) + len(self.mapping.columns) > ingest_limits.PROPERTIES
        if self.mapping.empty == Empty.CLEAR:
            hold_people(self.job.project_id)
        with connection.cursor() as cursor:
            cursor.execute(_MAKE)
            _copy(cursor, lines)
            cursor.execute(_KNOW_ROWS)
            created = self._insert(cursor)
            problems = self._find(cursor, near_limit=near_limit)
            self._run(cursor, _REMEMBER)
            self._run(cursor, _UPDATE)
            revived, updated = cursor.fetchone()
            if self.mapping.empty == Empty.CLEAR:
                cursor.execute(_BURY)
        learn_properties(self.place, self._sign(), set(self.plan.dates))
        created += revived
        return Chunk.objects.create(
            of=self.job,
            number=number,
            rows=lines.num_rows,
            created=created,
            updated=updated,
            unchanged=lines.num_rows - created - updated - len(problems),
            rejected=len(problems),
            problems=problems,
        )

    def _insert(self, cursor: Any) -> int:
        self._run(cursor, _INSERT)
        return int(cursor.rowcount)

    def _find(self, cursor: Any, *, near_limit: bool) -> list[list[Any]]:
        """Fills the table of those who change. Returns the lines of those who would have too many properties."""
        without = " - %(names)s::text[]" if self.mapping.empty == Empty.CLEAR else ""
        self._run(cursor, _FIND, without=without)
        problems = []
        if near_limit:
            cursor.execute(_DROP_WIDE, {"most": ingest_limits.PROPERTIES})
            problems = [[line, _TOO_WIDE] for (line,) in sorted(cursor.fetchall())]
        cursor.execute(_KEEP_CHANGED)
        cursor.execute(_KNOW_FOUND)
        return problems

    def _run(self, cursor: Any, sql: str, without: str = "") -> None:
        group_key = "IS NULL" if self.job.group_key_id is None else "= %(group_key)s"
        sql = sql.replace("{group_key}", group_key).replace("{without}", without)
        cursor.execute(
            sql,
            {
                "project": self.job.project_id,
                "group_key": self.job.group_key_id,
                "import": self.job.pk,
                "moment": self.moment,
                "names": self.mapping.names,
            },
        )

    def _sign(self) -> Signature:
        kinds = zip(self.mapping.columns, self.plan.filled, strict=True)
        return {(column.name, _TYPES.get(column.kind, str)) for column, filled in kinds if filled}


def _spell(name: str) -> str:
    return orjson.dumps(name).decode()


def _escape(text: str) -> str:
    """A text in COPY's text format."""
    for letter, spelt in (("'\\'", "'\\\\'"), ("chr(9)", "'\\t'"), ("chr(10)", "'\\n'"), ("chr(13)", "'\\r'")):
        text = f"replace({text}, {letter}, {spelt})"
    return text


def _copy(cursor: Any, lines: pa.Table) -> None:
    """The bytes of the texts stand one after the other in the column's buffers already."""
    with connection.wrap_database_errors, cursor.copy(_COPY) as stream:
        for part in lines.column("line").chunks:
            if len(part):
                offsets = memoryview(part.buffers()[1]).cast("i")
                begin, end = offsets[part.offset], offsets[part.offset + len(part)]
                stream.write(memoryview(part.buffers()[2])[begin:end])
