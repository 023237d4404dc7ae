"""The rows that were not imported, as a CSV file: reasons first, then the cells as they were, so that the file can be
mended and uploaded again."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

from imports_app.mapping.columns import REJECT_HEADINGS
from imports_app.models import Import
from imports_app.reading.dialect import Dialect
from imports_app.reading.stage import ROWS
from imports_app.work.plan import Plan
from imports_app.work.steps import get_plan_folder, get_staged_folder, read_mapping
from profiles_app.errors import BadInput, NotFound

_NONE: Final = "There is no file of rejected rows for this import: check it first, or its files were removed by now."


def write_rejects(job: Import) -> Iterator[bytes]:
    """The file, piece by piece. Raises `NotFound` before the first."""
    return _write(job, _find_plan(job))


def _write(job: Import, plan: Plan) -> Iterator[bytes]:
    header: list[str] = (job.facts.get("header") or []) if job.facts else []
    late = {line: reason for chunk in job.chunks.filter(rejected__gt=0) for line, reason in chunk.problems}
    yield _spell([[*REJECT_HEADINGS, *header]])
    for rejects in _read_batches(plan.rejects_path):
        yield _spell([line, _name_column(number, header), reason, *cells] for line, number, reason, cells in rejects)
    if late:
        for rows in _read_batches(get_staged_folder(job, Dialect.from_json(job.reading)) / ROWS):
            yield _spell([line, "", late[line], *cells] for _, line, *cells in rows if line in late)


def _spell(rows: Iterable[list[Any]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _read_batches(path: Path) -> Iterator[Iterable[tuple[Any, ...]]]:
    # 6 MiB, which a process that is never asked does without.
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=5_000):
            yield zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _name_column(number: int, header: list[str]) -> str:
    if not number:
        return ""
    return header[number - 1] if number <= len(header) else f"Column {number}"


def _find_plan(job: Import) -> Plan:
    try:
        mapping = read_mapping(job)
    except BadInput:
        raise NotFound(_NONE) from None
    dialect = Dialect.from_json(job.reading)
    plan = Plan.read_from(get_plan_folder(job, dialect, mapping))
    if plan is None:
        raise NotFound(_NONE)
    return plan
