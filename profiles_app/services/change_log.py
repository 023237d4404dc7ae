"""The log of changed profiles (docs/decisions/change-log.md)."""

from typing import Final

from django.db import connection

_TRIM: Final = """
DELETE FROM profiles_app_profile_change
WHERE written_at < now() - interval '1 day'
AND xid < coalesce((SELECT min(profiles_watermark) FROM profiles_app_manifest), pg_current_xact_id())
"""


def trim_change_log() -> int:
    """Deletes what no reader needs any more. Returns how many entries that were."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIM)
        deleted: int = cursor.rowcount
    return deleted
