"""How far an import is, and when it will end."""

from dataclasses import dataclass

from django.utils import timezone

from imports_app.models import Change, Import, Work


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Bytes of a file that is read, rows of an import, profiles of an undo. `seconds_left` is None while
    nothing is known."""

    done: int
    total: int
    per_second: int
    seconds_left: int | None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def measure_progress(job: Import) -> Progress | None:
    """None where nothing is under way that takes its time."""
    if job.work == Work.READ:
        return Progress(done=job.bytes_read, total=job.bytes, per_second=0, seconds_left=None)
    if job.work == Work.UNDO:
        total = Change.objects.filter(of=job).count()
        return Progress(done=job.restored + job.removed + job.kept, total=total, per_second=0, seconds_left=None)
    if job.work != Work.IMPORT or job.started_at is None:
        return None
    seconds = (timezone.now() - job.started_at).total_seconds()
    done, total = job.read, job.facts.get("rows", 0)
    per_second = int(done / seconds) if seconds > 0 else 0
    left = round((total - done) / per_second) if per_second else None
    return Progress(done=done, total=total, per_second=per_second, seconds_left=left)


def measure_speed(job: Import) -> int:
    """Rows a second, of an import that has ended."""
    if job.started_at is None or job.ended_at is None:
        return 0
    return int(job.read / max(0.001, (job.ended_at - job.started_at).total_seconds()))
