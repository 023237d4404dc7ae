"""Files that are lost, damaged or somebody else's: a right answer or “preparing”, never a wrong one."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from django.conf import settings

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.due import list_due
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.manifest import read_generation
from profiles_app.columnar.store import forget_views
from profiles_app.errors import Preparing
from profiles_app.ingest.people import raise_epoch
from profiles_app.models import Dataset, Manifest, Project, Segment
from tests.columnar.placing import make_project
from tests.columnar.threads import in_threads
from tests.columnar.writing import Writer, check, count, query

pytestmark = pytest.mark.django_db(transaction=True)

_ADD_PEOPLE = """
INSERT INTO profiles_app_profile (project_id, distinct_id, properties, created_at)
SELECT %s, 'many' || i, jsonb_build_object('n', i, 'city', md5(i::text), 'text', md5(i::text || 'x')), now()
FROM generate_series(1, 1500) AS i RETURNING id
"""


@pytest.fixture
def project() -> Project:
    """People and events in files; each file has several blocks."""
    project = make_project()
    people = query(_ADD_PEOPLE, project.pk)
    writer = Writer(project)
    for (person,) in people[:5]:
        writer.happen("Seen", person, number=person)
    assert compact(project.pk) is not None
    return project


def list_files(project: Project, dataset: Dataset = Dataset.PROFILES) -> list[Path]:
    paths = Segment.objects.filter(project=project, dataset=dataset).values_list("path", flat=True)
    return [project_folder(project.pk) / path for path in paths]


def remove_everything(_: Project) -> None:
    shutil.rmtree(settings.SEGMENTS_DIR)


def remove_one(project: Project) -> None:
    list_files(project)[0].unlink()


def remove_events(project: Project) -> None:
    list_files(project, Dataset.EVENTS)[0].unlink()


def cut(project: Project) -> None:
    for path in list_files(project):
        os.truncate(path, path.stat().st_size // 2)


def empty(project: Project) -> None:
    for path in list_files(project):
        os.truncate(path, 0)


def flip_bytes(project: Project) -> None:
    """In every block of data; the length stays."""
    for path in list_files(project):
        with path.open("r+b") as file:
            for place in range(3 * 4096 + 2000, path.stat().st_size, 4096):
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ 0xFF]))


def overwrite(project: Project) -> None:
    """With garbage of the same length, in place."""
    for path in list_files(project):
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))


def replace(project: Project) -> None:
    """By another file of the same length."""
    for path in list_files(project):
        garbage = path.with_suffix(".garbage")
        garbage.write_bytes(os.urandom(path.stat().st_size))
        garbage.rename(path)


def make_old(project: Project) -> None:
    """A file of a version before."""
    (path,) = list_files(project)
    old = Path(shutil.copy(path, path.with_suffix(".old")))
    with duckdb.connect() as db:
        db.execute(f"ATTACH '{old}' AS old")
        db.execute("UPDATE old.about SET version = 0")
        db.execute("CHECKPOINT old")
    old.rename(path)
    Segment.objects.filter(project=project, path=path.name).update(bytes=path.stat().st_size)


def make_manifest_old(project: Project) -> None:
    Manifest.objects.filter(project=project).update(version=0)


def change_cluster(project: Project) -> None:
    """A dump was restored elsewhere: transaction ids begin anew."""
    Manifest.objects.filter(project=project).update(system="1", profiles_watermark=2**60, events_watermark=2**60)


def delete_rows(project: Project) -> None:
    """Who deletes rows for good raises the epoch."""
    query(
        "DELETE FROM profiles_app_profile WHERE project_id = %s AND distinct_id LIKE 'many1%%' RETURNING id", project.pk
    )
    raise_epoch(project.pk)


DAMAGES = [
    remove_everything, remove_one, remove_events, cut, empty, flip_bytes, overwrite, replace, make_old,
    make_manifest_old, change_cluster, delete_rows,
]  # fmt: skip


def check_until_right(project: Project) -> None:
    """Right at once, or “preparing” a few times."""
    for _ in range(3):
        try:
            check(project)
        except Preparing:
            continue
        return
    pytest.fail("Preparing for ever")


def check_files(project: Project) -> None:
    """All is in files again."""
    generation = read_generation(project.pk)
    assert sum(segment.rows for segment in generation.list_segments(Dataset.PROFILES)) == count(project)
    assert generation.events_watermark is not None
    check(project)
    forget_views()
    check(project)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage(project: Project, damage: Callable[[Project], None]) -> None:
    """Found by a reader who has the file open, by one who opens it, and by a compaction."""
    writer = Writer(project)
    # Opened, and not read yet: what was read may be in memory.
    count(project)
    damage(project)
    check_until_right(project)
    writer.put("many1", n=-5)
    check_until_right(project)
    assert compact(project.pk) is not None
    check_files(project)

    forget_views()
    damage(project)
    check_until_right(project)
    assert project.pk in list_due()
    assert compact(project.pk) is not None
    check_files(project)
    assert project.pk not in list_due()

    forget_views()
    writer.happen("Seen", writer.put("many1", n=-6), number=1)
    damage(project)
    assert compact(project.pk) is not None
    check_files(project)


def test_large_projects_wait_for_their_files(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profiles_app.columnar.view.LARGEST_WITHOUT_SEGMENTS", 1_500)
    check(project)
    remove_everything(project)
    # Who has them open goes on reading.
    check(project)
    forget_views()
    with pytest.raises(Preparing, match="arranging this project"):
        count(project)
    assert compact(project.pk) is not None
    check_files(project)


def test_removed_again_and_again_under_load(project: Project) -> None:
    over = threading.Event()

    def read() -> int:
        answered = 0
        while not over.is_set():
            try:
                check(project)
                answered += 1
            except Preparing:
                continue
        return answered

    def remove_and_build() -> None:
        try:
            for _ in range(3):
                shutil.rmtree(settings.SEGMENTS_DIR)
                compact(project.pk)
                compact(project.pk)
        finally:
            over.set()

    assert min(in_threads([read] * 4, meanwhile=remove_and_build)) > 0
    assert compact(project.pk) is not None
    check_files(project)
