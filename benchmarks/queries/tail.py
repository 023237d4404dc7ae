"""Brings Roster's columnar side up to date, then writes rows again: `python -m benchmarks.queries.tail FOLDER ROWS`.

So many profiles, spread over all, and the newest so many events are written again as they are: they
become new to Roster, and every answer stays the same.
"""

import sys
from pathlib import Path
from typing import Final

from benchmarks.queries.dataset import DAYS, NOW, TOKEN, Folder
from benchmarks.queries.environment import connect, set_up_django

_TOUCH_PROFILES: Final = """
UPDATE profiles_app_profile SET properties = properties
WHERE id IN (SELECT DISTINCT 1 + (%(profiles)s::bigint * i) / %(rows)s FROM generate_series(0, %(rows)s::bigint - 1) i)
"""
# Events are spread evenly over the time; a tenth more of it holds enough of them for certain.
_TOUCH_EVENTS: Final = """
INSERT INTO profiles_app_event (time, profile_id, received_at, project_id, name_id, insert_id, properties)
SELECT time, profile_id, received_at, project_id, name_id, insert_id, properties FROM profiles_app_event
WHERE time >= %(now)s - %(days)s * interval '1 day' * %(rows)s / %(events)s * 1.1
ORDER BY time DESC LIMIT %(rows)s
ON CONFLICT (profile_id, time, name_id, insert_id) DO UPDATE SET properties = EXCLUDED.properties
"""


def compact() -> None:
    """Writes segments that hold everything committed so far, as the worker's task does."""
    from profiles_app.columnar import compaction
    from profiles_app.models import Project

    compaction.compact(Project.objects.get(token=TOKEN).pk)


def touch(folder: Folder, rows: int) -> None:
    """Writes rows again; all of them where there are fewer."""
    with connect(folder) as connection:
        profiles, events = connection.execute(
            "SELECT max(id), (SELECT count(*) FROM profiles_app_event) FROM profiles_app_profile"
        ).fetchone() or (0, 0)
        values = {"now": NOW, "days": DAYS, "profiles": profiles, "events": events}
        connection.execute(_TOUCH_PROFILES, {**values, "rows": min(rows, profiles)})
        connection.execute(_TOUCH_EVENTS, {**values, "rows": min(rows, events)})


def main() -> None:
    folder, rows = Folder(Path(sys.argv[1])), int(sys.argv[2])
    set_up_django()
    compact()
    if rows:
        touch(folder, rows)


if __name__ == "__main__":
    main()
