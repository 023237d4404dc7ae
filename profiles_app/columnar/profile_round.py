"""A round over the people and groups of a project.

The rows of one population are cut by id into ranges of about `RANGE_ROWS`, a file each. Only the
ranges in which a row changed are written anew.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from profiles_app.columnar.build import Bounds, Build
from profiles_app.columnar.files import PROFILE_FIELDS
from profiles_app.columnar.source import PROFILE_COLUMNS
from profiles_app.models import Dataset, GroupKey

RANGE_ROWS: Final = 500_000

# The last range has room to grow.
_CUTS: Final = """
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS rows FROM profiles_app_profile
    WHERE project_id = $1 AND deleted_at IS NULL AND coalesce(group_key_id, 0) = $2
) AS numbered WHERE place % $3 = 0 AND place <= rows - $3 / 2 ORDER BY id
"""
_READ: Final = f"""
SELECT {PROFILE_COLUMNS} FROM profiles_app_profile AS p
WHERE p.project_id = $1 AND p.deleted_at IS NULL AND coalesce(p.group_key_id, 0) = $2
AND p.id >= $3 AND p.id < $4
"""
_READ_CHANGED: Final = f"""
SELECT {PROFILE_COLUMNS}, coalesce(p.group_key_id, 0)::bigint AS population, p.deleted_at IS NULL AS alive
FROM profiles_app_profile AS p
WHERE p.project_id = $1
AND p.id IN (SELECT profile_id FROM profiles_app_profile_change WHERE xid >= ($2::text)::xid8)
"""
_LEAST: Final = -(2**62)
_MOST: Final = 2**62
_FIELDS: Final = ", ".join(PROFILE_FIELDS)


def run(build: Build) -> None:
    """Writes what changed since the watermark; without one, everything."""
    keys = [None, *GroupKey.objects.filter(project=build.project).order_by("pk")]
    if build.generation.profiles_watermark is None:
        for key in keys:
            _write_all(build, key)
        return
    rows = build.source.load(
        build.db, "changed", _READ_CHANGED, build.project.pk, str(build.generation.profiles_watermark)
    )
    for key in keys if rows else ():
        _write_changed(build, key)


def _write_all(build: Build, key: GroupKey | None) -> None:
    population = key.pk if key else 0
    cuts = [cut for (cut,) in build.source.rows(_CUTS, build.project.pk, population, RANGE_ROWS)]
    for least, limit in pairwise([None, *cuts, None]):
        build.source.load(
            build.db,
            "present",
            _READ,
            build.project.pk,
            population,
            _LEAST if least is None else least,
            _MOST if limit is None else limit,
        )
        _write_range(build, "present", key, (least, limit))


def _write_changed(build: Build, key: GroupKey | None) -> None:
    ranges = [
        segment
        for segment in build.generation.list_segments(Dataset.PROFILES)
        if segment.group_key_id == (key.pk if key else None)
    ]
    if not ranges:
        _write_range(build, f"({_select_changed(key, (None, None))})", key, (None, None))
    for segment in ranges:
        bounds = (segment.least_id, segment.limit_id)
        changed = _select_changed(key, bounds)
        if build.row(f"SELECT EXISTS (SELECT 1 FROM changed WHERE {_within(bounds)})")[0]:
            present = build.open(segment)
            relation = f"""(SELECT {_FIELDS} FROM {present} WHERE id NOT IN (SELECT id FROM changed)
                UNION ALL {changed})"""
            build.replaced.append(segment)
            _write_range(build, relation, key, bounds)
            build.close(segment)


def _select_changed(key: GroupKey | None, bounds: Bounds) -> str:
    population = key.pk if key else 0
    return f"SELECT {_FIELDS} FROM changed WHERE alive AND population = {population} AND {_within(bounds)}"


def _within(bounds: Bounds) -> str:
    least, limit = bounds
    conditions = [] if least is None else [f"id >= {least}"]
    return " AND ".join([*conditions, *([] if limit is None else [f"id < {limit}"])]) or "TRUE"


def _write_range(build: Build, relation: str, key: GroupKey | None, bounds: Bounds) -> None:
    """The rows as one file, or as several where they have become many."""
    for least, limit in _cut(build, relation, bounds):
        piece = f"(SELECT {_FIELDS} FROM {relation} WHERE {_within((least, limit))})"
        name = f"group-{key.pk}" if key else "users"
        build.write(piece, dataset=Dataset.PROFILES, name=name, group_key=key, bounds=(least, limit))


def _cut(build: Build, relation: str, bounds: Bounds) -> Iterator[Bounds]:
    rows = build.count(relation)
    # The last range grows, to twice the rows at most.
    if rows < 2 * RANGE_ROWS:
        return iter([bounds])
    cuts: Sequence[tuple[int]] = build.db.execute(
        f"""SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM {relation})
        WHERE place % {RANGE_ROWS} = 0 AND place <= {rows - RANGE_ROWS} ORDER BY id"""
    ).fetchall()
    return pairwise([bounds[0], *(cut for (cut,) in cuts), bounds[1]])
