"""What people and scripts do with imports. Each is allowed at its moments only, and says so otherwise."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imports_app import folders, limits
from imports_app.errors import WrongMoment
from imports_app.mapping.columns import Column
from imports_app.mapping.guess import list_known_names
from imports_app.models import BEGUN, PENDING, Change, Empty, Import, State, Work
from imports_app.reading.detect import HEAD_BYTES, detect_dialect
from imports_app.reading.dialect import Dialect, change_dialect
from imports_app.reading.lines import read_head
from imports_app.work.job import work_on
from imports_app.work.steps import read_mapping
from profiles_app.errors import BadInput, NotFound
from profiles_app.models import GroupKey, Project

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_ENDED: Final = (State.DONE, State.CANCELLED, State.FAILED)
Queue = Callable[[int], object]


def get_import(project: Project, import_id: int) -> Import:
    """An import of this project. Raises `NotFound`."""
    job = Import.objects.select_related("project", "group_key", "created_by").filter(project=project, pk=import_id)
    found = job.first() if import_id < 2**31 else None
    if found is None:
        raise NotFound("This import does not exist in this project. Choose one from the list of imports.")
    return found


def list_imports(project: Project, *, before: int | None = None, most: int) -> list[Import]:
    """Newest first; those whose id is below `before`."""
    rows = Import.objects.filter(project=project).select_related("project", "group_key", "created_by").order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=min(max(before, 0), 2**31))
    return list(rows.defer("facts", "columns", "samples", "detected")[:most])


def create_import(
    project: Project, group_key: GroupKey | None, *, user_id: int | None, name: str, file: Path, queue: Queue
) -> Import:
    """Takes a file that was uploaded whole. It is moved; where it is no CSV, it stays, and `BadInput` says what to
    do. A small file is read at once."""
    job = Import(
        project=project,
        group_key=group_key,
        created_by_id=user_id,
        name=_UNPRINTABLE.sub(" ", name).strip()[:255] or "upload.csv",
        bytes=file.stat().st_size,
        work=Work.READ,
    )
    dialect = detect_dialect(read_head(file, HEAD_BYTES), known_names=list_known_names(job))
    job.reading = job.detected = dialect.to_json()
    target = folders.get_upload(job)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file, target)
    job.save()
    _begin(job, queue)
    return get_import(project, job.pk)


def change_reading(job: Import, wishes: dict[str, Any], *, queue: Queue) -> None:
    """Reads the file anew, in another way. The mapping stays where the columns do."""
    with _at(job, PENDING, "The file was imported already. Upload it again to read it in another way."):
        dialect = change_dialect(Dialect.from_json(job.reading), wishes)
        if dialect.to_json() == job.reading:
            return
        job.reading = dialect.to_json()
        job.facts = {**job.facts, "columns": []} if job.facts else {}
        job.state, job.work, job.problem, job.tries, job.bytes_read = State.UPLOADED, Work.READ, "", 0, 0
        job.save(update_fields=["reading", "facts", "state", "work", "problem", "tries", "bytes_read"])
    _begin(job, queue)


def change_mapping(job: Import, columns: list[Column], *, empty: str, unguard: bool) -> None:
    """Raises `BadInput` with what is wrong at which column; then nothing is changed."""
    if empty not in Empty.values:
        raise BadInput("An empty cell can “keep” the property or “clear” it.")
    with _at(job, PENDING, "This import was started already. Upload the file again to map it anew."):
        job.columns = [column.to_json() for column in columns]
        job.empty, job.unguard = empty, unguard
        read_mapping(job)
        job.state = State.MAPPED
        if job.work == Work.CHECK:
            job.work = Work.NONE
        job.save(update_fields=["columns", "empty", "unguard", "state", "work"])


def start_check(job: Import, *, queue: Queue) -> None:
    """What would the import do? Nothing is written."""
    with _at(job, PENDING, "This import was started already: its numbers are those of what it did."):
        read_mapping(job)
        job.state, job.work, job.tries = State.CHECKING, Work.CHECK, 0
        job.save(update_fields=["state", "work", "tries"])
    _begin(job, queue)


def start_import(job: Import, *, queue: Queue) -> None:
    """Begins to write."""
    with _at(job, PENDING, "This import was started already. Its page shows how far it is."):
        read_mapping(job)
        job.state, job.work, job.tries = State.RUNNING, Work.IMPORT, 0
        job.read = job.created = job.updated = job.unchanged = job.rejected = 0
        job.save(update_fields=["state", "work", "tries", "read", "created", "updated", "unchanged", "rejected"])
    queue(job.pk)


def cancel_import(job: Import) -> None:
    """A running import ends with its present chunk; one that has not begun ends at once, and its file goes."""
    with _at(job, (*PENDING, State.RUNNING), "There is nothing to cancel: this import has ended."):
        if job.state == State.RUNNING:
            job.cancel_asked = True
            job.save(update_fields=["cancel_asked"])
            return
        job.state, job.work, job.ended_at = State.CANCELLED, Work.NONE, timezone.now()
        job.save(update_fields=["state", "work", "ended_at"])
    folders.remove_files(job)


def start_undo(job: Import, *, queue: Queue) -> None:
    """Takes back what an import did."""
    with _at(job, _ENDED, "This import cannot be undone: it has not ended yet, or was undone already."):
        if not can_undo(job):
            raise WrongMoment(f"There is nothing to undo, or it is more than {limits.UNDO_FOR.days} days ago.")
        job.state, job.work, job.tries, job.problem = State.UNDOING, Work.UNDO, 0, ""
        job.save(update_fields=["state", "work", "tries", "problem"])
    queue(job.pk)


def can_undo(job: Import) -> bool:
    """Whether it changed somebody, and not too long ago."""
    if job.state not in _ENDED or job.started_at is None:
        return False
    is_recent = job.started_at > timezone.now() - limits.UNDO_FOR
    return is_recent and Change.objects.filter(of=job, profile_id__gt=job.undone_to).exists()


def is_read(job: Import) -> bool:
    """Whether the columns of the file are known in full."""
    return bool(job.facts.get("columns"))


def _begin(job: Import, queue: Queue) -> None:
    """Small files are done by who asks, who would wait longer for a worker; larger ones are queued."""
    is_small = job.bytes <= limits.READ_AT_ONCE and len(job.columns) <= limits.COLUMNS_AT_ONCE
    if is_small and not transaction.get_connection().in_atomic_block:
        work_on(job.pk)
    else:
        transaction.on_commit(lambda: queue(job.pk))


@contextmanager
def _at(job: Import, states: tuple[State, ...], otherwise: str) -> Iterator[None]:
    """The import's row, locked, in one of these states. Raises `WrongMoment`."""
    with transaction.atomic():
        held = Import.objects.select_for_update().get(pk=job.pk)
        if held.state not in states:
            raise WrongMoment(otherwise)
        for field in ("state", "work", "reading", "facts", "columns", "empty", "unguard"):
            setattr(job, field, getattr(held, field))
        yield


def remove_old_imports() -> None:
    """Files that nobody imported in a week, and previous values after a month; the history stays. What is left of
    uploads whose process was killed goes too."""
    now = timezone.now()
    for job in Import.objects.filter(state__in=PENDING, created_at__lt=now - limits.FORGOTTEN_AFTER):
        cancel_import(job)
    old = Import.objects.filter(state__in=BEGUN, work="", created_at__lt=now - limits.UNDO_FOR)
    for job in old:
        Change.objects.filter(of=job).delete()
        folders.remove_files(job)
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - limits.LEFT_AFTER.total_seconds():
                path.unlink()
