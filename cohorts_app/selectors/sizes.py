"""The recorded sizes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, TypeAlias

from django.db import connection
from django.utils import timezone

from cohorts_app.models import Cohort, Size
from cohorts_app.selectors.bitmaps import Bitmap, unpack
from cohorts_app.selectors.measuring import scope_of
from profiles_app.filters.cohorts import cohorts_of
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.expand import Trail, walk_all
from profiles_app.filters.tree import Behaviour, CohortLeaf, Sequence

SPARKLINE: Final = timedelta(days=30)
# The last good one of each day is enough for a small line. As arrays, since a page has thousands.
_RECENT: Final = """
SELECT cohort_id, array_agg(extract(epoch FROM at)::float8 ORDER BY at), array_agg(size ORDER BY at) FROM (
    SELECT DISTINCT ON (cohort_id, date_trunc('day', at)) cohort_id, at, size FROM cohorts_app_size
    WHERE cohort_id = ANY(%s) AND at >= %s AND size IS NOT NULL
    ORDER BY cohort_id, date_trunc('day', at), at DESC
) AS daily GROUP BY cohort_id
"""

Point: TypeAlias = tuple[float, int]
"""Seconds since 1970, and a size."""


def list_recent(cohorts: Iterable[Cohort]) -> dict[int, list[Point]]:
    """Sizes of the last 30 days, one a day, oldest first, by the numbers of the cohorts."""
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [[cohort.pk for cohort in cohorts], timezone.now() - SPARKLINE])
        return {cohort_id: list(zip(moments, sizes, strict=True)) for cohort_id, moments, sizes in cursor.fetchall()}


def list_sizes(cohort: Cohort, *, limit: int) -> list[Size]:
    """The last recordings, oldest first; failed ones among them. Who was in it is not read."""
    return list(Size.objects.filter(cohort=cohort).defer("members").order_by("-at")[:limit])[::-1]


def list_comparable(cohort: Cohort) -> list[Size]:
    """The recordings that know who was in it, newest first."""
    return list(Size.objects.filter(cohort=cohort, members__isnull=False).defer("members").order_by("-at"))


def read_members(cohort: Cohort, size_id: int) -> Bitmap | None:
    """Who was in it at a recording of this cohort; None where that is not known."""
    found = Size.objects.filter(cohort=cohort, pk=size_id, members__isnull=False).first()
    if found is None or found.members is None or found.first_id is None:
        return None
    return unpack(bytes(found.members), first=found.first_id)


def has_past(cohort: Cohort) -> bool:
    """Whether the past can be computed: all that decides are events."""
    if cohort.is_static:
        return False
    try:
        leaves = list(walk_all(CohortLeaf(cohort.pk), Trail(cohorts_of(scope_of(cohort)))))
    except BadFilter:
        return False
    return bool(leaves) and all(isinstance(leaf, Behaviour | Sequence) for leaf in leaves)
