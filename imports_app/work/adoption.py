"""What an undo compares, in a database that was restored elsewhere (see `profiles_app.columnar.adoption`)."""

from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from profiles_app.columnar.adoption import PAST

# No row has it: it is kept by PostgreSQL for what it wrote when the cluster was made.
_NEVER: Final = 1

# A change that the profile still stands at keeps on being that; of all others it is known that something came after.
_ADOPT: Final = f"""
UPDATE imports_app_change AS change
SET xid = CASE WHEN change.xid = present.xid THEN '{PAST}' ELSE '{_NEVER}' END::xid8
FROM profiles_app_profile AS present
WHERE present.id = change.profile_id AND NOT change.kept
AND (change.xid >= %(own_from)s::text::xid8 OR change.xid NOT IN (present.xid, '{_NEVER}'))
"""


def adopt_changes(cursor: CursorWrapper, own_from: str, **_: Any) -> None:
    """Carries over which changes of imports are the last ones of their profiles."""
    cursor.execute(_ADOPT, {"own_from": own_from})
