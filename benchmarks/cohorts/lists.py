"""Static cohorts of as many lines as there are people: uploaded, and applied by a worker.

Web process and worker are those of `make run`: the file comes over HTTP, its task over the queue of files.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from benchmarks.cohorts.asked import PREFIX
from benchmarks.ingest import CHECKOUT
from benchmarks.page import BENCH_EMAIL, Browser, serve_web
from benchmarks.queries.dataset import Folder

_LONGEST: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Seconds until the upload was answered, and from there until the list was done; what became of its lines."""

    upload: float
    job: float
    counts: dict[str, int]

    @property
    def said(self) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in self.counts.items() if number)


@contextmanager
def serve_worker(folder: Folder) -> Iterator[None]:
    """The worker of the task queue."""
    command = [sys.executable, "-m", "config.processes", "worker"]
    with (folder.path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, env=os.environ, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            yield
        finally:
            worker.terminate()
            worker.wait()


def measure_lists(folder: Folder, project_id: int) -> str:
    """The table of the page."""
    from cohorts_app.models import Cohort, Kind
    from profiles_app.models import User

    maker = User.objects.get(email=BENCH_EMAIL)
    of_project = Cohort.objects.filter(project=project_id, name__startswith=PREFIX)
    of_project.delete()
    first, second = (
        Cohort.objects.create(project_id=project_id, name=f"{PREFIX}{name}", kind=Kind.STATIC, created_by=maker)
        for name in ("list of ids", "list of e-mails")
    )
    ids, emails = _read_people(project_id)
    half = [text if place % 2 else f"nobody-{place}" for place, text in enumerate(ids)]
    steps: dict[str, tuple[int, Sequence[str], str]] = {
        "distinct ids, all known, into an empty cohort": (first.pk, ids, "add"),
        "the same again": (first.pk, ids, "add"),
        "distinct ids, half of them nobody’s, removed": (first.pk, half, "remove"),
        "e-mails, in capitals, into an empty cohort": (second.pk, [text.upper() for text in emails], "add"),
    }
    rows = ["| a list of | upload, s | job, s | lines |", "|---|--:|--:|---|"]
    with serve_web(folder) as (port, _), serve_worker(folder):
        browser = Browser(port)
        _wait_for_worker(browser, project_id, first.pk)
        for title, (cohort_id, lines, action) in steps.items():
            taken = _bring(browser, f"/projects/{project_id}/cohorts/{cohort_id}", lines, action)
            rows.append(f"| {len(lines):,} {title} | {taken.upload:.1f} | {taken.job:.1f} | {taken.said} |")
            print(rows[-1], flush=True)
    of_project.delete()
    return "\n".join(rows)


def _read_people(project_id: int) -> tuple[list[str], list[str]]:
    """The distinct ids in no order, and the e-mails."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT distinct_id, coalesce(properties ->> '$email', distinct_id) FROM profiles_app_profile "
            "WHERE project_id = %s AND deleted_at IS NULL AND group_key_id IS NULL ORDER BY md5(distinct_id)",
            [project_id],
        )
        rows = cursor.fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]


def _wait_for_worker(browser: Browser, project_id: int, cohort_id: int) -> None:
    """A list that is just too long to be done at once."""
    from cohorts_app.services.lists import AT_ONCE

    _bring(browser, f"/projects/{project_id}/cohorts/{cohort_id}", ["nobody"] * (AT_ONCE + 1), "add")


def _bring(browser: Browser, path: str, lines: Sequence[str], action: str) -> Taken:
    from cohorts_app.models import ListState, MemberList

    begun = time.perf_counter()
    browser.upload(f"{path}/lists", "distinct_id\n" + "\n".join(lines), action=action, identify="either")
    upload = time.perf_counter() - begun
    found = MemberList.objects.latest("pk")
    begun = time.perf_counter()
    while found.state == ListState.WAITING and time.perf_counter() - begun < _LONGEST:
        time.sleep(0.05)
        found.refresh_from_db()
    assert found.state == ListState.DONE, found.error or "the list was not applied; see worker.log in the data folder"
    return Taken(upload=upload, job=time.perf_counter() - begun, counts=found.counts)
