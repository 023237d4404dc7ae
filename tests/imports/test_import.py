"""Check, import and undo, from the file to the profiles."""

from typing import Any

import pytest

from imports_app.models import Change, State
from profiles_app.columnar.adoption import adopt_database
from profiles_app.models import Profile, Project
from tests.columnar.moving import move_database
from tests.imports.making import check, count, import_rows, read_people, remap, run, undo, upload

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [
    ["$distinct_id", "$name", "$email", "plan", "zip"],
    ["a", "Alice", "alice@example.com", "pro", "00123"],
    ["b", "Bob", "", "free", "0"],
    ["c", "Çelik, “C”", "c@example.com", "", "x\ny"],
]


def test_profiles_are_made_as_the_file_says(project: Project) -> None:
    job = check(upload(project, ROWS))
    assert job.state == State.CHECKED, job.problem
    assert count(job) == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0}
    assert not Profile.objects.filter(project=project).exists()
    job = run(job)
    assert job.state == State.DONE
    assert count(job) == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0}
    assert read_people(project) == {
        "a": {"$name": "Alice", "$email": "alice@example.com", "plan": "pro", "zip": "00123"},
        "b": {"$name": "Bob", "plan": "free", "zip": "0"},
        "c": {"$name": "Çelik, “C”", "$email": "c@example.com", "zip": "x\ny"},
    }


def test_the_second_time_nothing_changes(project: Project) -> None:
    import_rows(project, ROWS)
    before = list(Profile.objects.order_by("id").values())
    job = check(upload(project, ROWS))
    assert count(job) == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    job = run(job)
    assert count(job) == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert list(Profile.objects.order_by("id").values()) == before
    assert not Change.objects.filter(of=job).exists()


def test_undo(project: Project) -> None:
    import_rows(project, ROWS)
    before = list(Profile.objects.order_by("id").values("distinct_id", "properties", "updated_at", "created_at"))
    job = import_rows(
        project,
        [["$distinct_id", "plan"], ["a", "free"], ["b", "free"], ["new", "pro"], ["kept", "pro"], ["c", "pro"]],
    )
    assert count(job) == {"created": 2, "updated": 2, "unchanged": 1, "rejected": 0}
    Profile.objects.filter(distinct_id="kept").update(properties={"plan": "mine"})
    job = undo(job)
    assert job.state == State.UNDONE
    assert (job.restored, job.removed, job.kept) == (2, 1, 1)
    alive = Profile.objects.filter(deleted_at=None).exclude(distinct_id="kept").order_by("id")
    assert list(alive.values("distinct_id", "properties", "updated_at", "created_at")) == before
    assert read_people(project)["kept"] == {"plan": "mine"}


def test_undo_in_a_database_that_was_restored_elsewhere(project: Project) -> None:
    import_rows(project, ROWS)
    before = list(Profile.objects.order_by("id").values("distinct_id", "properties", "updated_at", "created_at"))
    job = import_rows(
        project, [["$distinct_id", "plan"], ["a", "free"], ["c", "pro"], ["here", "pro"], ["there", "pro"]]
    )
    Profile.objects.filter(distinct_id="here").update(properties={"plan": "mine"})
    # Twice, and between the two somebody else is changed.
    for changed in ("there", None):
        move_database()
        assert adopt_database(say=lambda line: None)
        Profile.objects.filter(distinct_id=changed).update(properties={"plan": "mine"})
    job = undo(job)
    assert (job.restored, job.removed, job.kept) == (2, 0, 2)
    alive = Profile.objects.filter(deleted_at=None).exclude(distinct_id__in=("here", "there")).order_by("id")
    assert list(alive.values("distinct_id", "properties", "updated_at", "created_at")) == before
    assert read_people(project)["here"] == read_people(project)["there"] == {"plan": "mine"}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "12", 12),
        ("number", " +1.50 ", 1.5),
        ("number", "1e3", 1000.0),
        ("boolean", "Yes", True),
        ("date", "2026-01-31 14:30", "2026-01-31T14:30:00"),
        ("date", "2026-01-31", "2026-01-31"),
        ("list", "a, b", ["a", "b"]),
        ("list", '["a", 1]', ["a", 1]),
        ("text", "00123", "00123"),
    ],
)
def test_kinds(project: Project, kind: str, text: str, value: Any) -> None:
    job = upload(project, [["$distinct_id", "p"], ["a", text]])
    remap(job, p=kind)
    assert count(check(job))["created"] == 1
    run(job)
    assert read_people(project) == {"a": {"p": value}}
    again = upload(project, [["$distinct_id", "p"], ["a", text]])
    remap(again, p=kind)
    assert count(check(again))["unchanged"] == 1
    assert count(run(again))["unchanged"] == 1
