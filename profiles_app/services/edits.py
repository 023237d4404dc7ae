"""How long former values are kept (docs/decisions/editing.md)."""

from typing import Final

from django.db import connection

# What a profile held before it was deleted goes 30 days later, and with it all that was before.
_TRIM_DELETED: Final = """
DELETE FROM profiles_app_profileedit AS old USING profiles_app_profileedit AS deletion
WHERE deletion.kind = 'delete' AND deletion.at < now() - interval '30 days'
AND old.profile_id = deletion.profile_id AND old.id <= deletion.id
"""
_TRIM_OLD: Final = "DELETE FROM profiles_app_profileedit WHERE at < now() - interval '1 year'"


def trim_edits() -> int:
    """Deletes the edits that are too old. Returns how many those were."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIM_DELETED)
        deleted: int = cursor.rowcount
        cursor.execute(_TRIM_OLD)
        deleted += cursor.rowcount
    return deleted
