"""Imports for tests: a file on disk, and the worker's part done here."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from imports_app import actions
from imports_app.mapping.columns import Column
from imports_app.models import Empty, Import
from imports_app.work.job import work_on
from profiles_app.models import GroupKey, Profile, Project


def write_csv(rows: Sequence[Sequence[str]], **options: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, **options).writerows(rows)
    return text.getvalue().encode()


def upload(
    project: Project,
    content: bytes | Sequence[Sequence[str]],
    *,
    name: str = "people.csv",
    group_key: GroupKey | None = None,
) -> Import:
    """An import whose file was read."""
    data = content if isinstance(content, bytes) else write_csv(content)
    folder = Path(settings.IMPORTS["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "uploading"
    file.write_bytes(data)
    job = actions.create_import(project, group_key, user_id=None, name=name, file=file, queue=work_on)
    work_on(job.pk)
    job.refresh_from_db()
    return job


def remap(job: Import, *, empty: str = Empty.KEEP, unguard: bool | None = None, **kinds: str) -> None:
    """The proposed mapping, with other kinds by name."""
    columns = [
        Column.from_json({**document, "kind": kinds.get(document["property"].lstrip("$"), document["kind"])})
        for document in job.columns
    ]
    actions.change_mapping(job, columns, empty=empty, unguard=job.unguard if unguard is None else unguard)


def check(job: Import) -> Import:
    actions.start_check(job, queue=work_on)
    work_on(job.pk)
    job.refresh_from_db()
    return job


def run(job: Import) -> Import:
    actions.start_import(job, queue=work_on)
    job.refresh_from_db()
    return job


def undo(job: Import) -> Import:
    actions.start_undo(job, queue=work_on)
    job.refresh_from_db()
    return job


def import_rows(project: Project, content: bytes | Sequence[Sequence[str]], **options: Any) -> Import:
    """Uploaded and imported as proposed."""
    return run(upload(project, content, **options))


def read_people(project: Project, group_key: GroupKey | None = None) -> dict[str, dict[str, Any]]:
    """The properties of everybody, by distinct id."""
    rows = Profile.objects.filter(project=project, group_key=group_key, deleted_at=None)
    return dict(rows.values_list("distinct_id", "properties"))


def count(job: Import) -> dict[str, int]:
    """The numbers, which must add up."""
    assert job.read == job.created + job.updated + job.unchanged + job.rejected
    return {name: getattr(job, name) for name in ("created", "updated", "unchanged", "rejected")}
