"""Which projects need a compaction."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from profiles_app.columnar.manifest import are_whole, read_generation
from profiles_app.errors import NotFound
from profiles_app.models import Dataset, Manifest, Project

# Written since the watermark: more than this, or than this share of what the segments hold, makes
# questions noticeably slower.
_ROWS: Final = 5_000
_PROFILES_SHARE: Final = 0.02
_EVENTS_SHARE: Final = 0.002
_MOST_ROWS: Final = 50_000
# Profiles are written anew by ranges, so while an import runs each round costs by what there is, not by what is
# new: between two rounds there is a second for so many, and no more than a quarter of a minute.
_ROWS_A_SECOND: Final = 70_000.0
_LONGEST_PAUSE: Final = 15.0
# What is less is compacted when it has waited so long.
_PATIENCE: Final = timedelta(minutes=10)
# With nothing new the watermark still moves at times: the change log is kept from the oldest one on.
_REST: Final = timedelta(days=1)

_PENDING_PROFILES: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM profiles_app_profile_change AS c JOIN profiles_app_profile AS p ON p.id = c.profile_id
    WHERE c.xid >= %(since)s::text::xid8 AND p.project_id = %(project)s LIMIT %(most)s
) AS pending
"""
_PENDING_EVENTS: Final = """
SELECT count(*) FROM (
    SELECT 1 FROM profiles_app_event WHERE xid >= %(since)s::text::xid8 AND project_id = %(project)s LIMIT %(most)s
) AS pending
"""
_ANY: Final = """
SELECT EXISTS (SELECT 1 FROM profiles_app_profile WHERE project_id = %(project)s)
"""
_PENDING: Final = {Dataset.PROFILES: _PENDING_PROFILES, Dataset.EVENTS: _PENDING_EVENTS}
_SHARES: Final = {Dataset.PROFILES: _PROFILES_SHARE, Dataset.EVENTS: _EVENTS_SHARE}


def list_due() -> list[int]:
    """The projects whose tail has become long or old, or whose segments are missing or damaged."""
    return [project_id for project_id in Project.objects.values_list("pk", flat=True) if is_due(project_id)]


def is_due(project_id: int) -> bool:
    """Whether the tail of a project has become long or old, or its segments are missing or damaged."""
    try:
        generation = read_generation(project_id)
    except NotFound:  # Deleted a moment ago.
        return False
    if generation.profiles_watermark is None or generation.events_watermark is None:
        return _ask(_ANY, {"project": project_id}) > 0
    if not are_whole(generation.segments):
        return True
    pending = {}
    for dataset in Dataset:
        rows = sum(segment.rows for segment in generation.list_segments(dataset))
        limit = int(min(_ROWS + rows * _SHARES[dataset], _MOST_ROWS))
        values: dict[str, str | int] = {
            "project": project_id,
            "since": str(generation.watermark(dataset)),
            "most": limit,
        }
        pending[dataset] = _ask(_PENDING[dataset], values)
        if pending[dataset] >= limit and (dataset != Dataset.PROFILES or _has_paused(project_id, rows)):
            return True
    waited = timezone.now() - (_PATIENCE if any(pending.values()) else _REST)
    return Manifest.objects.filter(project_id=project_id, updated_at__lt=waited).exists()


def _has_paused(project_id: int, rows: int) -> bool:
    """Whether the last round is long enough ago for one over so many profiles."""
    pause = timedelta(seconds=min(rows / _ROWS_A_SECOND, _LONGEST_PAUSE))
    return Manifest.objects.filter(project_id=project_id, updated_at__lt=timezone.now() - pause).exists()


def _ask(sql: str, values: Mapping[str, str | int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (number,) = cursor.fetchone() or (0,)
    return int(number)
