"""The rows of profiles: locking, merging, rewriting and burying them, a batch at a time."""

from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from django.db import connection

from profiles_app.ingest.binary import NULL, copy_rows, encode_bytes, encode_instant, encode_jsonb
from profiles_app.ingest.catalog import Place
from profiles_app.ingest.operations import Draft


@dataclass(slots=True, kw_only=True)
class Target:
    """One profile while a batch is applied to it.

    `row_id` is known once the row is locked. `is_gone`: the row stands for nobody at present.
    `updated_at` is a Unix time in ms, None where "Updated at" does not move.
    """

    distinct_id: str
    row_id: int = 0
    is_gone: bool = False
    draft: Draft = field(default_factory=Draft)
    updated_at: int | None = None

    @property
    def is_changed(self) -> bool:
        draft = self.draft
        return bool(draft.changes) or (not self.is_gone and (draft.wiped or bool(draft.gone)))


_INSERT_BURIED: Final = """
INSERT INTO profiles_app_profile (project_id, group_key_id, distinct_id, properties, created_at, deleted_at)
SELECT %s, %s, distinct_id, '{}', now(), now() FROM unnest(%s::text[]) AS incoming (distinct_id)
ON CONFLICT (project_id, group_key_id, distinct_id) DO NOTHING
"""


def insert_buried(place: Place, distinct_ids: list[str]) -> None:
    """Rows that stand for nobody yet, for those of the ids that have none."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_BURIED, [place.project_id, place.group_key_id, distinct_ids])


# "IS NOT DISTINCT FROM" would keep the index from being used, so it is said which of the two.
_LOCK: Final = """
SELECT id, distinct_id, deleted_at IS NOT NULL,
       CASE WHEN distinct_id = ANY(%s) THEN properties::text END
FROM profiles_app_profile
WHERE project_id = %s AND group_key_id {group_key} AND distinct_id = ANY(%s)
ORDER BY distinct_id COLLATE "C" FOR NO KEY UPDATE
"""
_LOCK_USERS: Final = _LOCK.format(group_key="IS NULL")
_LOCK_GROUPS: Final = _LOCK.format(group_key="= %s")


def lock(place: Place, everyone: set[str], readers: set[str]) -> dict[str, Target]:
    """The rows that exist, by distinct id, locked; with the properties of `readers`."""
    values: list[Any] = [list(readers), place.project_id, list(everyone)]
    if place.group_key_id is not None:
        values.insert(2, place.group_key_id)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_USERS if place.group_key_id is None else _LOCK_GROUPS, values)
        return {row[1]: _make_target(*row) for row in cursor.fetchall()}


def _make_target(row_id: int, distinct_id: str, is_gone: bool, properties: str | None) -> Target:
    draft = Draft(present=orjson.loads(properties)) if properties else Draft()
    return Target(row_id=row_id, distinct_id=distinct_id, is_gone=is_gone, draft=draft)


_MAKE_MERGE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_merge
    (distinct_id text, updated_at timestamptz, changes jsonb) ON COMMIT DELETE ROWS;
DELETE FROM incoming_merge;
"""
_COPY_MERGE: Final = "COPY pg_temp.incoming_merge (distinct_id, updated_at, changes) FROM STDIN (FORMAT BINARY)"
# The time of the statement tells the rows it made: no other statement has the same.
_MERGE: Final = """
WITH written AS (
    INSERT INTO profiles_app_profile AS present
        (project_id, group_key_id, distinct_id, properties, created_at, updated_at)
    SELECT %s, %s, distinct_id, changes, statement_timestamp(), updated_at FROM pg_temp.incoming_merge
    ORDER BY distinct_id COLLATE "C"
    ON CONFLICT (project_id, group_key_id, distinct_id) DO UPDATE SET
        properties = present.properties || EXCLUDED.properties,
        updated_at = greatest(present.updated_at, EXCLUDED.updated_at),
        created_at = CASE WHEN present.deleted_at IS NULL THEN present.created_at ELSE statement_timestamp() END,
        deleted_at = NULL,
        xid = pg_current_xact_id()
    RETURNING created_at = statement_timestamp() AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM written
"""


def merge(place: Place, targets: list[Target]) -> tuple[int, int]:
    """Adds the changes of the drafts to the rows, which are made where there are none.

    `targets` are in the order of their distinct ids. Returns how many were made and updated.
    """
    if not targets:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_MERGE)
        copy_rows(cursor, _COPY_MERGE, map(_encode_merge, targets))
        cursor.execute(_MERGE, [place.project_id, place.group_key_id])
        created, updated = cursor.fetchone()
    return created, updated


def _encode_merge(target: Target) -> bytes:
    return b"".join(
        (
            b"\0\3",
            encode_bytes(target.distinct_id.encode()),
            _encode_updated_at(target),
            encode_jsonb(orjson.dumps(target.draft.changes)),
        )
    )


def _encode_updated_at(target: Target) -> bytes:
    if target.updated_at is None:
        return NULL
    return b"\0\0\0\x08" + encode_instant(target.updated_at).to_bytes(8, "big", signed=True)


# A temporary table has no statistics, and the planner would read all profiles to update a few.
_MAKE_UPDATE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_update
    (id bigint, wiped boolean, updated_at timestamptz, gone jsonb, changes jsonb) ON COMMIT DELETE ROWS;
DELETE FROM incoming_update;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
"""
_COPY_UPDATE: Final = "COPY pg_temp.incoming_update (id, wiped, updated_at, gone, changes) FROM STDIN (FORMAT BINARY)"
_UPDATE: Final = """
UPDATE profiles_app_profile AS present SET
    properties = CASE
        WHEN incoming.wiped THEN incoming.changes
        WHEN incoming.gone IS NULL THEN present.properties || incoming.changes
        ELSE (present.properties - ARRAY(SELECT jsonb_array_elements_text(incoming.gone))) || incoming.changes
    END,
    updated_at = CASE
        WHEN incoming.wiped AND incoming.changes = '{}' THEN NULL
        ELSE greatest(present.updated_at, incoming.updated_at)
    END,
    created_at = CASE WHEN present.deleted_at IS NULL THEN present.created_at ELSE now() END,
    deleted_at = CASE WHEN incoming.changes = '{}' THEN present.deleted_at END,
    xid = pg_current_xact_id()
FROM pg_temp.incoming_update AS incoming WHERE present.id = incoming.id
"""


def update(targets: list[Target]) -> None:
    """Writes the drafts of rows that are locked."""
    if not targets:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_UPDATE)
        copy_rows(cursor, _COPY_UPDATE, map(_encode_update, targets))
        cursor.execute(_UPDATE)


def _encode_update(target: Target) -> bytes:
    draft = target.draft
    return b"".join(
        (
            b"\0\5\0\0\0\x08",
            target.row_id.to_bytes(8, "big"),
            b"\0\0\0\1\1" if draft.wiped else b"\0\0\0\1\0",
            _encode_updated_at(target),
            encode_jsonb(orjson.dumps(sorted(draft.gone))) if draft.gone else NULL,
            encode_jsonb(orjson.dumps(draft.changes)),
        )
    )


_FORGET_EDITS: Final = "DELETE FROM profiles_app_profileedit WHERE profile_id = ANY(%s)"


def forget_edits(row_ids: list[int]) -> None:
    """Deletes what is known of former values: who sends `$delete` wants them gone."""
    if row_ids:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_EDITS, [row_ids])


_BURY: Final = """
UPDATE profiles_app_profile AS present SET deleted_at = now(), updated_at = NULL, xid = pg_current_xact_id()
WHERE id = ANY(%s) AND properties = '{}' AND deleted_at IS NULL
AND NOT EXISTS (SELECT FROM profiles_app_event AS event WHERE event.profile_id = present.id)
"""


def bury_empty(row_ids: list[int]) -> None:
    """Marks those of the rows as deleted that have neither a property nor an event."""
    if row_ids:
        with connection.cursor() as cursor:
            cursor.execute(_BURY, [row_ids])
