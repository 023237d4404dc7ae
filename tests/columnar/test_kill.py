"""A compaction that is killed, at whichever step, changes no answer, and the next one clears up after it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.database import get_database
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.store import forget_views
from profiles_app.models import Project, Segment
from tests.columnar.killing import MODULE, STEPS
from tests.columnar.placing import make_project
from tests.columnar.writing import Writer, check
from tests.killing import Killer, killer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def compactor(transactional_db: None) -> Iterator[Killer]:
    with killer(MODULE, str(connection.settings_dict["NAME"])) as process:
        yield process


def list_files(project: Project) -> set[str]:
    folder = project_folder(project.pk)
    return set(os.listdir(folder)) if folder.exists() else set()


def test_killed_at_every_step(compactor: Killer) -> None:
    project = make_project()
    writer = Writer(project)
    for number, step in enumerate(STEPS):
        person = writer.put(f"p{number}", n=number)
        writer.put("p0", n=100 * number)
        writer.happen("Seen", person, number=number)
        writer.happen("Seen", writer.put("p0", n=-number), number=number)
        if number == 5:
            # The rest are killed while they merge with files that there are.
            assert compact(project.pk) is not None
            writer.put("p1", n=5)
            writer.happen("Seen", person, number=6)
        if step == "among the leftovers":
            (project_folder(project.pk) / "left.duckdb").touch()
        assert compactor.work(project.pk, until=step), step
        check(project)
        forget_views()
        check(project)
    assert compact(project.pk) is not None
    check(project)
    # What the last round replaced is removed by the next.
    assert compact(project.pk) is not None
    assert list_files(project) == set(Segment.objects.filter(project=project).values_list("path", flat=True))
    check(project)


def test_folders_of_killed_processes_are_removed(compactor: Killer) -> None:
    project = make_project()
    Writer(project).put("p0", n=1)
    check(project)
    ((own,),) = get_database().root.execute("SELECT current_setting('temp_directory')").fetchall()
    before = _list_folders()
    assert compactor.work(project.pk, until="before a file is written")
    left_behind = _list_folders() - before
    assert left_behind
    assert compact(project.pk) is not None
    assert not left_behind & _list_folders()
    # That of this process, which is alive, stays, if no other test removed it.
    assert (Path(own) in _list_folders()) == (Path(own) in before)


def _list_folders() -> set[Path]:
    return set(Path(settings.SEGMENTS_DIR).glob("spill-*"))
