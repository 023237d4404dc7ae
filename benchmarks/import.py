"""How fast a CSV file becomes profiles: checked, imported, undone; beside django-import-export and a bare COPY.

    python -m benchmarks.import [--rows 1000000] [--peer-rows 100000] [--no-write]

In a data folder of its own below var/bench, with the embedded PostgreSQL. A project of as many profiles as the file
has rows; half of the ids of the file are known. Ten columns. Each step runs in this process as in a worker; the
columnar side is compacted before, as it is in a project that rests. The peer imports such rows into the same model in
its fastest documented mode (bulk, no diff, instances cached); COPY fills a table without an index.
"""

import argparse
import csv
import os
import resource
import shutil
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.queries.dataset import Folder
from benchmarks.queries.environment import CHECKOUT, connect, prepare_roster, serve_postgres, set_up_django
from benchmarks.queries.report import describe_machine, write_part

_HEADER: Final = (
    "$distinct_id",
    "$name",
    "$email",
    "$city",
    "plan",
    "logins",
    "ltv",
    "signup_date",
    "company",
    "$phone",
)
_PLANS: Final = ("free", "pro", "team", "enterprise")


def write_file(path: Path, *, first: int, rows: int, version: int) -> None:
    """A file with the ids from `first` on."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(_make_row(number, version) for number in range(first, first + rows))


def _make_row(number: int, version: int) -> tuple[object, ...]:
    return (
        f"user-{number:09}",
        f"Person Number {number}",
        f"person{number}@example.com",
        f"City {number % 3000}",
        _PLANS[(number + version) % len(_PLANS)],
        number % 500 + version,
        f"{number * 1.37:.2f}",
        f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
        f"Company {number % 5000}",
        f"+47{number:08}",
    )


class Steps:
    """Seconds of each step, in order."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        answer = work()
        self.taken[name] = time.perf_counter() - start
        print(f"  {name}: {self.taken[name]:.2f} s", flush=True)
        return answer


def import_file(steps: Steps, file: Path, *, label: str) -> Any:
    """Through the actions of the pages, with the worker's part done here."""
    from imports_app import actions
    from imports_app.models import Import
    from imports_app.work.job import work_on
    from profiles_app.columnar.compaction import compact
    from profiles_app.models import Project
    from profiles_app.selectors.people import PeopleQuery, count_people

    project = Project.objects.get()
    compact(project.pk)
    count_people(PeopleQuery(project=project))
    job = actions.create_import(project, None, user_id=None, name=file.name, file=file, queue=lambda number: None)
    steps.time(f"{label}: read", lambda: work_on(job.pk))
    job = Import.objects.get(pk=job.pk)
    actions.start_check(job, queue=lambda number: None)
    steps.time(f"{label}: check", lambda: work_on(job.pk))
    job = Import.objects.get(pk=job.pk)
    said = (job.created, job.updated, job.unchanged, job.rejected)
    actions.start_import(job, queue=lambda number: None)
    steps.time(f"{label}: import", lambda: work_on(job.pk))
    job.refresh_from_db()
    assert (job.created, job.updated, job.unchanged, job.rejected) == said, job.problem
    steps.time(f"{label}: the new count of the page", lambda: count_people(PeopleQuery(project=project)))
    return job


def undo(steps: Steps, job: Any) -> None:
    from imports_app import actions
    from imports_app.work.job import work_on

    actions.start_undo(job, queue=lambda number: None)
    steps.time("undo", lambda: work_on(job.pk))


def import_by_peer(file: Path, rows: int) -> float:
    """Seconds of django-import-export."""
    import orjson
    import tablib
    from django.utils import timezone
    from import_export import resources
    from import_export.instance_loaders import CachedInstanceLoader

    from profiles_app.models import Profile, Project

    project = Project.objects.get()

    class People(resources.ModelResource):  # type: ignore[misc]
        class Meta:
            model = Profile
            fields = ("distinct_id", "properties", "project", "created_at")
            import_id_fields = ("distinct_id",)
            instance_loader_class = CachedInstanceLoader
            use_bulk = True
            batch_size = 1000
            skip_diff = True
            skip_html_diff = True

    now = f"{timezone.now():%Y-%m-%d %H:%M:%S}"
    dataset = tablib.Dataset(headers=["distinct_id", "properties", "project", "created_at"])
    with file.open(newline="") as opened:
        start = time.perf_counter()
        for row in islice(csv.DictReader(opened), rows):
            distinct_id = row.pop("$distinct_id")
            dataset.append((distinct_id, orjson.dumps(row).decode(), project.pk, now))
        result = People().import_data(dataset, raise_errors=True)
    assert not result.has_errors()
    return time.perf_counter() - start


def copy_file(folder: Folder, file: Path) -> float:
    """Seconds of a bare COPY."""
    columns = ", ".join(f'"{name}" text' for name in _HEADER)
    with connect(folder) as connection, connection.cursor() as cursor, file.open("rb") as opened:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy:
            while piece := opened.read(2**20):
                copy.write(piece)
        taken = time.perf_counter() - start
        cursor.execute("DROP TABLE bare")
    return taken


def measure(folder: Folder, rows: int, peer_rows: int) -> str:
    """The table of the page."""
    steps = Steps()
    files = {name: folder.path / name for name in ("known.csv", "half.csv", "copy.csv", "peer.csv")}
    write_file(files["known.csv"], first=0, rows=rows, version=0)
    write_file(files["half.csv"], first=rows // 2, rows=rows, version=1)
    megabytes = files["half.csv"].stat().st_size / 1e6
    shutil.copy(files["half.csv"], files["copy.csv"])
    # Half of the peer's are known, too.
    write_file(files["peer.csv"], first=rows // 2 - peer_rows // 2, rows=peer_rows, version=2)
    import_file(steps, files["known.csv"], label="into nothing")
    job = import_file(steps, files["half.csv"], label="half known")
    assert job.updated == job.created == rows // 2
    undo(steps, job)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    copied = copy_file(folder, files["copy.csv"])
    peer = import_by_peer(files["peer.csv"], peer_rows)
    lines = ["| | seconds | rows a second |", "|---|--:|--:|"]
    lines += [f"| {name} | {taken:.2f} | {rows / taken:,.0f} |" for name, taken in steps.taken.items()]
    lines += [f"| bare `COPY` into a table without an index | {copied:.2f} | {rows / copied:,.0f} |"]
    lines += [f"| django-import-export, {peer_rows:,} of the rows | {peer:.2f} | {peer_rows / peer:,.0f} |"]
    ours = steps.taken["half known: import"] + steps.taken["half known: read"]
    factor = (peer / peer_rows) / (ours / rows)
    said = (
        f"{rows:,} rows of {len(_HEADER)} columns ({megabytes:,.0f} MB) into {rows:,} profiles, half of the ids known. "
    )
    said += f"Reading and importing take {ours:.1f} s, {factor:.0f} times less a row than django-import-export. "
    return "\n".join([*lines, "", f"{said}The process held {held:,.0f} MiB at the most."])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.import", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=100_000)
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md alone")
    arguments = parser.parse_args()
    folder = Folder(CHECKOUT / (os.environ.get("ROSTER_DATA_DIR", "") or "var") / "bench" / f"import-{arguments.rows}")
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.path.mkdir(parents=True)
    try:
        with serve_postgres(folder, {}):
            set_up_django()
            prepare_roster()
            table = measure(folder, arguments.rows, arguments.peer_rows)
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)
    command = f"python -m benchmarks.import --rows {arguments.rows} --peer-rows {arguments.peer_rows}"
    text = f"`{command}`, {describe_machine()}; one run.\n\n{table}"
    print(text)
    if arguments.write:
        write_part("import", text)


if __name__ == "__main__":
    main()
