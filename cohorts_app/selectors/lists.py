"""Lists of people that somebody brought."""

from collections.abc import Iterator
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from cohorts_app.models import Cohort, MemberList, Outcome
from profiles_app.errors import NotFound
from profiles_app.filters.leaves import LARGEST_ID

MOST_SHOWN: Final = 20
_AT_ONCE: Final = 5_000
_LINES: Final = """
SELECT l.line, l.text, o.outcome FROM cohorts_app_listline AS l
LEFT JOIN cohorts_app_listoutcome AS o ON o.list_id = l.list_id AND o.line = l.line
WHERE l.list_id = %s AND l.line > %s ORDER BY l.line LIMIT %s
"""


def list_lists(cohort: Cohort) -> QuerySet[MemberList]:
    """The last ones, newest first."""
    return MemberList.objects.filter(cohort=cohort).select_related("made_by").order_by("-pk")[:MOST_SHOWN]


def get_list(cohort: Cohort, list_id: int) -> MemberList:
    """Raises `NotFound`, also for a list of another cohort."""
    found = MemberList.objects.filter(cohort=cohort, pk=list_id).first() if 0 < list_id <= LARGEST_ID else None
    if found is None:
        raise NotFound("This list does not exist.")
    return found


def read_lines(found: MemberList) -> Iterator[tuple[int, str, str]]:
    """Number, text and outcome in words of each line of a list that is done."""
    usual = Outcome.REMOVED if found.removes else Outcome.ADDED
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LINES, [found.pk, last, _AT_ONCE])
            rows = cursor.fetchall()
        if not rows:
            return
        for line, text, outcome in rows:
            yield line, text, Outcome(outcome or usual).label
        last = rows[-1][0]
