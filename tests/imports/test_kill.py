"""An import whose worker is killed, at whichever step, goes on where it was: no row twice, none lost."""

import shutil
from collections.abc import Iterator

import pytest
from django.db import connection

from imports_app import actions, limits
from imports_app.folders import get_folder
from imports_app.models import Change, Import, State
from imports_app.work.job import MOST_TRIES, list_orphans, work_on
from profiles_app.models import Profile, Project
from tests.imports.killing import MODULE, STEPS, UNDOING
from tests.imports.making import count, import_rows, read_people, upload, write_csv
from tests.killing import Killer, killer
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [["$distinct_id", "n"], *([f"p{number:02}", str(number)] for number in range(30))]


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Killer]:
    with killer(MODULE, str(connection.settings_dict["NAME"])) as process:
        yield process


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHUNK", 10)
    # A small file would be read while it is uploaded.
    monkeypatch.setattr(limits, "READ_AT_ONCE", 0)


def _queue(import_id: int) -> None:
    """A message that the broker loses."""


def start(project: Project, rows: list[list[str]]) -> Import:
    job = upload(project, write_csv(rows))
    actions.start_import(job, queue=_queue)
    return job


def test_killed_at_every_step(project: Project, worker: Killer) -> None:
    import_rows(project, [["$distinct_id", "n", "old"], ["p03", "3", "yes"], ["p17", "0", "yes"]])
    for number, step in enumerate(STEPS):
        rows = [*ROWS, [f"extra{number}", str(number)]]
        job = start(project, rows)
        if "staged" in step:
            _forget_staged(job)
        assert worker.work(job.pk, until=step), step
        wait_until_orphan(job)
        work_on(job.pk)
        job.refresh_from_db()
        assert job.state == State.DONE, step
        assert sum(count(job).values()) == len(rows) - 1
        assert count(job)["created"] == (29 if number == 0 else 1), step
        assert job.chunks.count() == 4
        people = read_people(project)
        assert len(people) == 31 + number
        assert people["p17"] == {"n": "17", "old": "yes"}
        assert list_orphans() == []


def wait_until_orphan(job: Import) -> None:
    """Until PostgreSQL has seen that the worker is gone."""
    wait_for(lambda: list_orphans() == [job.pk], what="the import is found")


def _forget_staged(job: Import) -> None:
    """As where the file was not read before it was started."""
    for path in get_folder(job).glob("staged-*"):
        shutil.rmtree(path)


def test_undo_killed_at_every_step(project: Project, worker: Killer) -> None:
    import_rows(project, [["$distinct_id", "n"], ["p03", "x"], ["p17", "y"]])
    before = list(Profile.objects.order_by("id").values("distinct_id", "properties", "updated_at"))
    for step in UNDOING:
        job = start(project, ROWS)
        work_on(job.pk)
        job.refresh_from_db()
        assert Change.objects.filter(of=job).count() == 30
        actions.start_undo(job, queue=_queue)
        assert worker.work(job.pk, until=step), step
        wait_until_orphan(job)
        work_on(job.pk)
        job.refresh_from_db()
        assert (job.state, job.restored, job.removed, job.kept) == (State.UNDONE, 2, 28, 0), step
        alive = Profile.objects.filter(deleted_at=None).order_by("id")
        assert list(alive.values("distinct_id", "properties", "updated_at")) == before


def test_who_dies_each_time_ends_as_failed(project: Project, worker: Killer) -> None:
    job = start(project, ROWS)
    for _ in range(MOST_TRIES):
        assert worker.work(job.pk, until="before the first chunk")
        wait_until_orphan(job)
    work_on(job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "log" in job.problem
    assert list_orphans() == []
    assert read_people(project) == {}
