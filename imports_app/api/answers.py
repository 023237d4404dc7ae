"""An import as the API gives it."""

from typing import Any

from imports_app.actions import can_undo
from imports_app.mapping.columns import Column
from imports_app.mapping.facts import Facts
from imports_app.models import Import, State
from imports_app.progress import measure_progress, measure_speed


def show_import(job: Import, *, whole: bool = True) -> dict[str, Any]:
    """All of it; in a list without columns and samples."""
    progress = measure_progress(job)
    shown: dict[str, Any] = {
        "id": job.pk,
        "name": job.name,
        "bytes": job.bytes,
        "group_key": job.group_key.key if job.group_key else None,
        "created_at": job.created_at,
        "created_by": job.created_by.email if job.created_by else None,
        "state": job.state,
        "error": {"code": "failed", "message": job.problem} if job.state == State.FAILED else None,
        "read": job.read,
        "created": job.created,
        "updated": job.updated,
        "unchanged": job.unchanged,
        "rejected": job.rejected,
        "duplicates": job.duplicates,
        "percent": progress.percent if progress else None,
        "rows_per_second": (progress.per_second if progress else measure_speed(job)) or None,
        "seconds_left": progress.seconds_left if progress else None,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "restored": job.restored,
        "removed": job.removed,
        "kept": job.kept,
    }
    return shown | _show_rest(job) if whole else shown


def _show_rest(job: Import) -> dict[str, Any]:
    facts = Facts.from_json(job.facts) if job.facts.get("columns") else None
    return {
        "detected": job.detected,
        "reading": job.reading,
        "columns": [_show_column(Column.from_json(document), facts) for document in job.columns],
        "empty": job.empty,
        "unguard": job.unguard,
        "rows": facts.rows if facts else None,
        "samples": job.samples,
        "can_undo": can_undo(job),
    }


def _show_column(column: Column, facts: Facts | None) -> dict[str, Any]:
    rows = [*facts.first, *facts.last] if facts else []
    kinds = facts.columns[column.index].counts if facts else {}
    misfits = {
        kind: facts.columns[column.index].count_misfits(kind)
        for kind in ("number", "boolean", "date", "list", "object")
        if facts and kind in kinds
    }
    return column.to_json() | {"samples": [cells[column.index] for _, cells in rows], "misfits": misfits}
