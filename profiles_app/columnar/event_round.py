"""A round over the events of a project. Which files it writes is decided in `plan`."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from profiles_app.columnar.build import Build
from profiles_app.columnar.files import EVENT_FIELDS
from profiles_app.columnar.plan import Merge, Piece, pack_months, plan_merges
from profiles_app.columnar.source import EVENT_COLUMNS
from profiles_app.models import Dataset, Segment

_MONTH: Final = "to_char(e.time AT TIME ZONE 'UTC', 'YYYY-MM')"
_COUNT: Final = f"SELECT {_MONTH}, count(*) FROM profiles_app_event AS e WHERE e.project_id = $1 GROUP BY 1"
_READ: Final = f"SELECT {EVENT_COLUMNS} FROM profiles_app_event AS e WHERE e.project_id = $1"
_READ_CHANGED: Final = f"""
SELECT {EVENT_COLUMNS} FROM profiles_app_event AS e
WHERE e.project_id = $1 AND e.xid >= ($2::text)::xid8
"""
_FIELDS: Final = ", ".join(EVENT_FIELDS)


def run(build: Build) -> None:
    """Writes what changed since the watermark; without one, everything."""
    if build.generation.events_watermark is None:
        _write_all(build)
        return
    rows = build.source.load(
        build.db, "changed", _READ_CHANGED, build.project.pk, str(build.generation.events_watermark)
    )
    if rows:
        _write_changed(build)


def _write_all(build: Build) -> None:
    rows = dict(build.source.rows(_COUNT, build.project.pk))
    for months, shared in pack_months(rows):
        build.source.load(build.db, "present", f"{_READ} AND ({_in_months(months)})", build.project.pk)
        _write(build, "present", month="" if shared else months[0])


def _in_months(months: Iterable[str]) -> str:
    """A condition that leaves the partitions of other months alone."""
    return " OR ".join(
        f"(e.time >= '{month}-01 00:00+00' AND e.time < '{_next(month)}-01 00:00+00')" for month in months
    )


def _next(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return f"{first.year + first.month // 12:04}-{first.month % 12 + 1:02}"


def _write_changed(build: Build) -> None:
    """New rows, with the files that they are merged with."""
    new_rows = dict(build.db.execute("SELECT strftime(time, '%Y-%m'), count(*) FROM changed GROUP BY 1").fetchall())
    segments = {segment.pk: segment for segment in build.generation.list_segments(Dataset.EVENTS)}
    for segment in segments.values():
        build.open(segment)
    pieces = [
        Piece(id=segment.pk, month=segment.month, rows=segment.rows, dirty=_is_dirty(build, segment))
        for segment in segments.values()
    ]
    for merge in plan_merges(pieces, new_rows):
        _merge(build, merge, [segments[piece.id] for piece in merge.pieces])


def _is_dirty(build: Build, segment: Segment) -> bool:
    """Whether a row of this file has been written again: the same event, sent once more."""
    found = build.row(
        f"""SELECT EXISTS (SELECT 1 FROM segment_{segment.pk}.segment SEMI JOIN changed USING (id)
        WHERE id BETWEEN (SELECT min(id) FROM changed) AND (SELECT max(id) FROM changed))"""
    )
    return bool(found[0])


def _merge(build: Build, merge: Merge, replaced: list[Segment]) -> None:
    """New rows of some months with all rows of some files."""
    months = ", ".join(f"'{month}'" for month in merge.months) or "NULL"
    old = "".join(
        f" UNION ALL SELECT {_FIELDS} FROM segment_{segment.pk}.segment ANTI JOIN changed USING (id)"
        for segment in replaced
    )
    build.db.execute(
        f"""CREATE OR REPLACE TEMP TABLE merged AS
        SELECT {_FIELDS} FROM changed WHERE strftime(time, '%Y-%m') IN ({months}){old}"""
    )
    build.replaced.extend(replaced)
    if merge.shared:
        _write_packed(build)
    else:
        _write(build, "merged", month=merge.months[0])


def _write_packed(build: Build) -> None:
    rows = dict(build.db.execute("SELECT strftime(time, '%Y-%m'), count(*) FROM merged GROUP BY 1").fetchall())
    for months, shared in pack_months(rows):
        listed = ", ".join(f"'{month}'" for month in months)
        _write(build, f"(FROM merged WHERE strftime(time, '%Y-%m') IN ({listed}))", month="" if shared else months[0])


def _write(build: Build, relation: str, *, month: str) -> None:
    build.write(relation, dataset=Dataset.EVENTS, name=f"events-{month or 'months'}", month=month)
