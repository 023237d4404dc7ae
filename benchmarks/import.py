"""How fast a CSV file becomes profiles: checked, imported, undone; beside django-import-export and a bare COPY.

    python -m benchmarks.import [--rows 1000000] [--peer-rows 100000] [--no-write]

In a data folder of its own below var/bench, with the embedded PostgreSQL. A project of as many profiles as the file
has rows; half of the ids of the file are known. Ten columns. One process does the imports as a task of the worker does,
another looks every five seconds for what to compact as the clock does, the web process serves; meanwhile somebody asks
for the Users page again and again, and an import is over when that page counts its last row. The peer imports such
rows into the same model in its fastest documented mode (bulk, no diff, instances cached); COPY fills a table without an
index.
"""

import argparse
import csv
import multiprocessing
import os
import re
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from benchmarks.page import Browser, Refused, make_member, serve_web
from benchmarks.queries.dataset import Folder
from benchmarks.queries.environment import CHECKOUT, connect, serve_postgres, set_up_django
from benchmarks.queries.report import describe_machine, write_part
from config.processes import WORKER_NICENESS

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


class Worker:
    """A process that does the tasks of imports, one at a time."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        self._pipe.recv()

    def end(self) -> float:
        """Ends it; MiB that it held at the most."""
        held = read_most_resident(self.process.pid or 0)
        self.process.terminate()
        self.process.join()
        return held

    def do(self, import_id: int) -> None:
        self._pipe.send(import_id)
        self._pipe.recv()


def _work(pipe: Connection) -> None:
    os.nice(WORKER_NICENESS)
    set_up_django()
    from imports_app.tasks import work_on_import

    pipe.send(None)
    while True:
        work_on_import(pipe.recv())
        pipe.send(None)


def _compact(project_id: int) -> None:
    os.nice(WORKER_NICENESS)
    set_up_django()
    from profiles_app.tasks import compact_segments

    while True:
        compact_segments(project_id)
        time.sleep(5)


@contextmanager
def compact_as_due(project_id: int) -> Iterator[int]:
    """The id of a process that does what the clock asks the worker for."""
    process = multiprocessing.get_context("spawn").Process(target=_compact, args=(project_id,), daemon=True)
    process.start()
    try:
        yield process.pid or 0
    finally:
        process.terminate()
        process.join()


def read_most_resident(process: int) -> float:
    """MiB that a process held at the most."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) / 1024


class Visitor:
    """Asks for the Users page twice a second, on a connection of its own, and notes how long each takes."""

    def __init__(self, port: int, project_id: int) -> None:
        self._path = f"/projects/{project_id}/users"
        self._browser = Browser(port)
        self._watching = Browser(port)
        self.times: list[float] = []
        self.refused = 0

    def wait_for(self, people: int) -> None:
        """Returns once the page counts so many."""
        wanted, found = re.compile(rf"\b{people:,}\b"), None
        while found is None:
            with suppress(Refused):
                found = wanted.search(self._browser.get(self._path))

    @contextmanager
    def watch(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._watch, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.5):
            start = time.perf_counter()
            try:
                self._watching.get(self._path)
            except Refused:
                self.refused += 1
            self.times.append((time.perf_counter() - start) * 1000)

    def describe(self) -> str:
        """And begins anew."""
        times, self.times = sorted(self.times), []
        refused, self.refused = self.refused, 0
        share = sum(taken < 300 for taken in times) / len(times)
        middle, late = statistics.median(times), times[int(len(times) * 0.95)]
        return f"{middle:.0f} | {late:.0f} | {times[-1]:.0f} | {share:.0%} | {refused}"


@dataclass(kw_only=True)
class Bench:
    """Seconds of each step, in order, and lines about the page beside them."""

    worker: Worker
    visitor: Visitor
    rows: int
    taken: dict[str, float] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)

    def time(self, name: str, job: Any, *, people: int | None = None) -> None:
        """One task of the worker; with `people`, until the page counts so many."""
        start = time.perf_counter()
        with self.visitor.watch():
            self.worker.do(job.pk)
            written = time.perf_counter() - start
            if people is not None:
                self.taken[f"{name}, until the last row is written"] = written
                self.visitor.wait_for(people)
        self.taken[f"{name}, until the Users page counts the last row" if people else name] = taken = (
            time.perf_counter() - start
        )
        print(f"  {name}: {written:.2f} s, {taken:.2f} s", flush=True)
        if len(self.visitor.times) > 3:
            self.pages.append(f"| {name} | {self.visitor.describe()} |")
        self.visitor.times.clear()
        job.refresh_from_db()

    def import_file(self, file: Path, *, label: str, people: int) -> Any:
        """Through the actions of the pages. Afterwards the page counts so many people."""
        from imports_app import actions
        from profiles_app.models import Project

        project = Project.objects.get()
        job = actions.create_import(project, None, user_id=None, name=file.name, file=file, queue=_leave)
        self.time(f"{label}: read the file", job)
        actions.start_check(job, queue=_leave)
        self.time(f"{label}: check", job)
        said = (job.created, job.updated, job.unchanged, job.rejected)
        actions.start_import(job, queue=_leave)
        self.time(f"{label}: import", job, people=people)
        assert (job.created, job.updated, job.unchanged, job.rejected) == said, job.problem
        return job

    def undo(self, job: Any, *, people: int) -> None:
        from imports_app import actions

        actions.start_undo(job, queue=_leave)
        self.time("half known: undo", job, people=people)

    def rest(self, project_id: int) -> None:
        """Until all is compacted."""
        from profiles_app.columnar.compaction import compact

        while compact(project_id) is None:
            time.sleep(0.5)
        # The page as it is before: its process has opened the new files.
        self.visitor.wait_for(self.rows)


def _leave(import_id: int) -> None:
    """The work is done when the benchmark says so."""


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


def measure(folder: Folder, project_id: int, rows: int, peer_rows: int) -> str:
    """The tables of the page."""
    files = {name: folder.path / name for name in ("known.csv", "half.csv", "copy.csv", "peer.csv")}
    write_file(files["known.csv"], first=0, rows=rows, version=0)
    write_file(files["half.csv"], first=rows // 2, rows=rows, version=1)
    megabytes = files["half.csv"].stat().st_size / 1e6
    shutil.copy(files["half.csv"], files["copy.csv"])
    # Half of the peer's are known, too.
    write_file(files["peer.csv"], first=rows // 2 - peer_rows // 2, rows=peer_rows, version=2)
    with serve_web(folder) as (port, _), compact_as_due(project_id) as compactor:
        bench = Bench(worker=Worker(), visitor=Visitor(port, project_id), rows=rows)
        bench.import_file(files["known.csv"], label="into nothing", people=rows)
        bench.rest(project_id)
        job = bench.import_file(files["half.csv"], label="half known", people=rows + rows // 2)
        assert job.updated == job.created == rows // 2
        bench.undo(job, people=rows)
        assert (job.restored, job.removed, job.kept) == (rows // 2, rows // 2, 0)
        held = bench.worker.end()
        held_by_compactor = read_most_resident(compactor)
    copied = copy_file(folder, files["copy.csv"])
    peer = import_by_peer(files["peer.csv"], peer_rows)
    lines = ["| | seconds | rows a second |", "|---|--:|--:|"]
    lines += [f"| {name} | {taken:.2f} | {rows / taken:,.0f} |" for name, taken in bench.taken.items()]
    lines += [f"| bare `COPY` into a table without an index | {copied:.2f} | {rows / copied:,.0f} |"]
    lines += [f"| django-import-export, {peer_rows:,} of the rows | {peer:.2f} | {peer_rows / peer:,.0f} |"]
    ours = bench.taken["half known: import, until the Users page counts the last row"]
    whole = ours + bench.taken["half known: read the file"] + bench.taken["half known: check"]
    factors = [(peer / peer_rows) / (taken / rows) for taken in (ours, whole)]
    said = (
        f"{rows:,} rows of {len(_HEADER)} columns ({megabytes:,.0f} MB) into {rows:,} profiles, half of the ids known. "
        f"A row takes django-import-export {factors[0]:.0f} times as long as the import, {factors[1]:.0f} times as "
        f"long as reading, check and import together. The worker's process held {held:,.0f} MiB at the most, that of "
        f"the compaction {held_by_compactor:,.0f} MiB."
    )
    pages = [
        "| the Users page meanwhile, ms | median | 95% | worst | under 300 ms | told to wait |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, "", *pages, *bench.pages, "", said])


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
            table = measure(folder, make_member(), arguments.rows, arguments.peer_rows)
    finally:
        shutil.rmtree(folder.path, ignore_errors=True)
    command = f"python -m benchmarks.import --rows {arguments.rows} --peer-rows {arguments.peer_rows}"
    text = f"`{command}`, {describe_machine()}; one run.\n\n{table}"
    print(text)
    if arguments.write:
        write_part("import", text)


if __name__ == "__main__":
    main()
