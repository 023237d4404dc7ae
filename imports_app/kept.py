"""The profiles that an undo left as they are, because they changed since."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from django.db import connection

from imports_app.mapping.columns import DISTINCT_ID, GROUP_ID
from imports_app.models import Import

_AT_ONCE: Final = 5_000
_KEPT: Final = """
SELECT change.profile_id, present.distinct_id FROM imports_app_change AS change
JOIN profiles_app_profile AS present ON present.id = change.profile_id
WHERE change.of_id = %s AND change.profile_id > %s AND change.kept ORDER BY change.profile_id LIMIT %s
"""


def list_kept(job: Import, *, most: int) -> list[str]:
    """The first of their ids. None are known any more a month after the import."""
    return [distinct_id for _, distinct_id in _read(job, after=0, most=most)]


def write_kept(job: Import) -> Iterator[bytes]:
    """All of them as a CSV file of one column, piece by piece."""
    yield _spell([GROUP_ID if job.group_key_id else DISTINCT_ID])
    after = 0
    while rows := _read(job, after=after, most=_AT_ONCE):
        after = rows[-1][0]
        yield _spell([distinct_id for _, distinct_id in rows])


def _read(job: Import, *, after: int, most: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [job.pk, after, most])
        return list(cursor.fetchall())


def _spell(cells: list[str]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows([cell] for cell in cells)
    return text.getvalue().encode()
