"""The pieces of work on an import. Each may be begun again at any time: what is done is found done."""

import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from pyarrow import Table

from imports_app import folders
from imports_app.database import open_database
from imports_app.mapping.columns import Column, Mapping
from imports_app.mapping.facts import Facts, find_facts
from imports_app.mapping.guess import guess_columns, recall_mapping, remember_mapping, was_guarded
from imports_app.models import Chunk, Import, State, Work
from imports_app.reading.detect import judge_encoding
from imports_app.reading.dialect import Dialect
from imports_app.reading.stage import Staged, stage_file
from imports_app.work.check import check_plan
from imports_app.work.merge import Merge
from imports_app.work.plan import Plan, make_plan
from imports_app.work.undo import undo_batch
from profiles_app.errors import BadInput
from profiles_app.ingest.catalog import find_excess_properties
from profiles_app.ingest.limits import PROPERTY_NAMES

# How often a page that watches the reading learns more.
_TELL_SECONDS: Final = 0.5
_GONE: Final = "The uploaded file is gone from the server. Upload it again."


def read_mapping(job: Import) -> Mapping:
    """The mapping of an import. Raises `BadInput`."""
    columns = [Column.from_json(document) for document in job.columns]
    of_groups = job.group_key_id is not None
    return Mapping.of(columns, of_groups=of_groups, empty=job.empty, unguard=job.unguard)


def get_staged_folder(job: Import, dialect: Dialect) -> Path:
    """Where the rows of the file stand once they were read so."""
    return folders.get_folder(job) / f"staged-{dialect.key}"


def get_plan_folder(job: Import, dialect: Dialect, mapping: Mapping) -> Path:
    """Where the plan of this mapping stands once it was made."""
    return folders.get_folder(job) / f"plan-{dialect.key}-{int(dialect.header)}-{mapping.key}"


def fail(job: Import, problem: str) -> None:
    """It ends here; what was written stays, and can be undone."""
    same = Import.objects.filter(pk=job.pk, work=job.work)
    same.update(state=State.FAILED, work=Work.NONE, problem=problem, tries=0, ended_at=timezone.now())


def read_file(job: Import) -> None:
    """Stages the file, and proposes a mapping where there is none."""
    staged = _stage(job)
    dialect = Dialect.from_json(job.reading)
    facts = find_facts(staged, header=dialect.header)
    changes: dict[str, Any] = {"facts": facts.to_json(), "work": Work.NONE, "tries": 0}
    if len(job.columns) != facts.width or not job.columns or job.facts.get("header") != facts.header:
        changes |= _propose(job, facts)
    _finish(job, **changes)


def _propose(job: Import, facts: Facts) -> dict[str, Any]:
    known = recall_mapping(job, facts)
    if known is not None:
        return {"columns": known.columns, "empty": known.empty, "unguard": was_guarded(facts)}
    return {
        "columns": [column.to_json() for column in guess_columns(job, facts)],
        "unguard": was_guarded(facts),
    }


def check(job: Import) -> None:
    """Holds the plan against the present profiles."""
    mapping, plan = _plan(job)
    outcome = check_plan(plan, mapping, job.project, job.group_key)
    _finish(
        job,
        state=State.CHECKED,
        work=Work.NONE,
        tries=0,
        read=plan.read,
        created=outcome.created,
        updated=outcome.updated,
        unchanged=outcome.unchanged,
        rejected=outcome.rejected,
        duplicates=plan.duplicates,
        samples=outcome.samples,
    )


def run_import(job: Import) -> None:
    """Writes the chunks that the ledger has not, until the last or until somebody cancels."""
    mapping, plan = _plan(job)
    if job.moment is None:
        remember_mapping(job, Facts.from_json(job.facts))
        _save(job, moment=datetime.now(UTC), started_at=timezone.now(), duplicates=plan.duplicates)
    assert job.moment is not None
    merge = Merge(job=job, plan=plan, mapping=mapping, moment=job.moment)
    if find_excess_properties(merge.place, set(mapping.names)):
        raise BadInput(
            f"The project has no room for more names of properties: {PROPERTY_NAMES:,} are the most. "
            "Upload the file again, and choose only columns whose properties there are already."
        )
    done = set(job.chunks.values_list("number", flat=True))
    _count(job, plan)
    left = [number for number in plan.chunks if number not in done]
    with closing(_read_ahead(merge, left)) as chunks:
        for number, lines in chunks:
            if _is_cancelled(job):
                break
            merge.write_chunk(lines, number)
            _count(job, plan)
            _save(job, tries=0)
    finished = job.chunks.count() == len(plan.chunks)
    _save(
        job,
        state=State.DONE if finished else State.CANCELLED,
        work=Work.NONE,
        tries=0,
        cancel_asked=False,
        ended_at=timezone.now(),
    )


def _read_ahead(merge: Merge, numbers: list[int]) -> Generator[tuple[int, Table]]:
    """The chunks, each with its number; the next one is read while PostgreSQL works on this one."""
    with open_database() as db, ThreadPoolExecutor(max_workers=1) as reader:
        coming = [reader.submit(merge.read_chunk, db, number) for number in numbers[:1]]
        for number, following in zip_longest(numbers, numbers[1:]):
            lines = coming.pop().result()
            if following is not None:
                coming.append(reader.submit(merge.read_chunk, db, following))
            yield number, lines


def _is_cancelled(job: Import) -> bool:
    return Import.objects.filter(pk=job.pk, cancel_asked=True).exists()


def _count(job: Import, plan: Plan) -> None:
    """The numbers so far: always read = created + updated + unchanged + rejected."""
    found = Chunk.objects.filter(of=job).aggregate(
        created=Sum("created"), updated=Sum("updated"), unchanged=Sum("unchanged"), rejected=Sum("rejected")
    )
    numbers = {name: number or 0 for name, number in found.items()}
    numbers["unchanged"] += plan.duplicates
    numbers["rejected"] += plan.rejected
    _save(job, **numbers, read=sum(numbers.values()))


def run_undo(job: Import) -> None:
    """Takes the changes back, batch by batch."""
    while undo_batch(job):
        pass
    _save(job, state=State.UNDONE, work=Work.NONE, tries=0)


def _plan(job: Import) -> tuple[Mapping, Plan]:
    mapping = read_mapping(job)
    dialect = Dialect.from_json(job.reading)
    staged = _stage(job)
    if not job.facts:
        _save(job, facts=find_facts(staged, header=dialect.header).to_json())
    folder = get_plan_folder(job, dialect, mapping)
    return mapping, make_plan(staged, folder, mapping, header=dialect.header, nonce=job.nonce)


def _stage(job: Import) -> Staged:
    """The rows of the file. Raises `BadInput`."""
    upload = folders.get_upload(job)
    if not upload.exists():
        raise BadInput(_GONE)
    if not job.facts and job.reading == job.detected and job.reading["encoding"] == "utf-8":
        _judge_encoding(job)
    dialect = Dialect.from_json(job.reading)
    return stage_file(
        upload,
        get_staged_folder(job, dialect),
        dialect,
        most_rows=settings.IMPORTS["rows"],
        most_bytes=settings.IMPORTS["bytes"],
        tell=_make_teller(job),
    )


def _make_teller(job: Import) -> Callable[[int], None]:
    told_at = time.monotonic()

    def tell(position: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _TELL_SECONDS:
            told_at = time.monotonic()
            _save(job, bytes_read=position)

    return tell


def _judge_encoding(job: Import) -> None:
    """What began as plain ASCII may turn out, far behind, to be of an older encoding."""
    encoding = judge_encoding(folders.get_upload(job))
    if encoding != job.reading["encoding"]:
        told = {**job.reading, "encoding": encoding}
        _save(job, reading=told, detected=told)


def _finish(job: Import, **changes: Any) -> None:
    """Unless somebody cancelled or changed the import meanwhile: what was found is of no use then."""
    told = {name: getattr(job, name) for name in ("work", "reading", "columns", "empty", "unguard")}
    Import.objects.filter(pk=job.pk, **told).update(**changes)


def _save(job: Import, **changes: Any) -> None:
    """These fields and no others: somebody may ask for a cancel at the same time."""
    Import.objects.filter(pk=job.pk).update(**changes)
    for name, value in changes.items():
        setattr(job, name, value)
