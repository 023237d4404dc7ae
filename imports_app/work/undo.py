"""Taking an import back: every profile it changed becomes what it was, every one it made goes, unless it changed
since. A batch is one transaction, which moves the mark of how far the undo has come."""

from typing import Any, Final

from django.db import connection
from django.db.models import F

from imports_app import limits
from imports_app.models import Import
from profiles_app.ingest.transactions import hold_people, run_in_transaction

# The order of locks is that of the distinct ids, as everywhere.
_TAKE: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS import_undo
    (id bigint PRIMARY KEY, is_same boolean, properties jsonb, updated_at timestamptz) ON COMMIT DELETE ROWS;
DELETE FROM import_undo;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_seqscan = off;
"""
_LOCK: Final = """
WITH batch AS (
    SELECT profile_id, xid, properties, updated_at FROM imports_app_change
    WHERE of_id = %(import)s AND profile_id > %(after)s ORDER BY profile_id LIMIT %(most)s
)
INSERT INTO pg_temp.import_undo
SELECT present.id, present.xid = batch.xid, batch.properties, batch.updated_at
FROM batch JOIN profiles_app_profile AS present ON present.id = batch.profile_id
ORDER BY present.distinct_id COLLATE "C" FOR NO KEY UPDATE OF present
"""
_LAST: Final = """
SELECT max(profile_id), count(*) FROM (
    SELECT profile_id FROM imports_app_change
    WHERE of_id = %(import)s AND profile_id > %(after)s ORDER BY profile_id LIMIT %(most)s
) AS batch
"""
_KNOW: Final = "ANALYZE pg_temp.import_undo (id)"
# Who was made by the import is gone again; with events, a user without a profile.
_RESTORE: Final = """
UPDATE profiles_app_profile AS present SET
    properties = coalesce(undo.properties, '{}'), updated_at = undo.updated_at, xid = pg_current_xact_id(),
    deleted_at = CASE WHEN undo.properties IS NULL AND NOT EXISTS (
        SELECT FROM profiles_app_event AS event WHERE event.profile_id = present.id
    ) THEN now() END
FROM pg_temp.import_undo AS undo WHERE present.id = undo.id AND undo.is_same
"""
_KEEP: Final = """
UPDATE imports_app_change AS change SET kept = TRUE FROM pg_temp.import_undo AS undo
WHERE change.of_id = %(import)s AND change.profile_id = undo.id AND NOT undo.is_same
AND change.profile_id > %(after)s AND change.profile_id <= %(last)s
"""
_COUNT: Final = """
SELECT count(*) FILTER (WHERE is_same AND properties IS NOT NULL),
    count(*) FILTER (WHERE is_same AND properties IS NULL), count(*) FILTER (WHERE NOT is_same)
FROM pg_temp.import_undo
"""


def undo_batch(job: Import) -> bool:
    """Takes back the next changes. False when none is left."""
    return run_in_transaction(lambda: _undo(job))


def _undo(job: Import) -> bool:
    this = {"import": job.pk, "after": job.undone_to, "most": limits.CHUNK}
    # First of all, as wherever properties are removed.
    hold_people(job.project_id)
    with connection.cursor() as cursor:
        cursor.execute(_LAST, this)
        last, number = cursor.fetchone()
        if not number:
            return False
        for statement in (_TAKE, _LOCK, _KNOW, _RESTORE, _KEEP, _COUNT):
            _run(cursor, statement, {**this, "last": last})
        restored, removed, kept = cursor.fetchone()
    Import.objects.filter(pk=job.pk).update(
        restored=F("restored") + restored,
        removed=F("removed") + removed,
        kept=F("kept") + kept,
        undone_to=last,
        tries=0,
    )
    job.refresh_from_db()
    return True


def _run(cursor: Any, statement: str, values: dict[str, Any]) -> None:
    cursor.execute(statement, values if "%(" in statement else None)
