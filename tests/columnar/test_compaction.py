"""Rounds of compaction: the same answers before and after, only what changed is written, nothing is left."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles_app.columnar import compaction, due, event_round, manifest, plan, profile_round
from profiles_app.columnar.compaction import Compacted, compact
from profiles_app.columnar.due import list_due
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.store import forget_views
from profiles_app.models import Dataset, GroupKey, Manifest, Project, Segment
from profiles_app.services.change_log import trim_change_log
from profiles_app.services.group_keys import delete_group_key
from tests.columnar.placing import make_project
from tests.columnar.threads import in_thread
from tests.columnar.writing import Writer, check, query
from tests.filters import strategies

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    return make_project()


@contextmanager
def small_files(*, rows: int) -> Iterator[None]:
    """Ranges and months of so many rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile_round, "RANGE_ROWS", rows)
        patch.setattr(plan, "MONTH_ROWS", rows)
        patch.setattr(plan, "SHARED_ROWS", 2 * rows)
        yield


def list_segments(project: Project, dataset: Dataset) -> list[Segment]:
    from_the_first_id = F("least_id").asc(nulls_first=True)
    return list(Segment.objects.filter(project=project, dataset=dataset).order_by(from_the_first_id, "id"))


def list_paths(project: Project) -> set[str]:
    return set(Segment.objects.filter(project=project).values_list("path", flat=True))


PEOPLE = st.integers(0, 7)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), PEOPLE, st.integers(0, 3)),
        st.tuples(st.just("put group"), PEOPLE, st.integers(0, 3)),
        st.tuples(st.just("delete"), PEOPLE),
        st.tuples(st.just("happen"), PEOPLE, st.integers(0, 4), st.integers(0, 3)),
        st.tuples(st.just("compact")),
        st.tuples(st.just("compact")),
        st.tuples(st.just("check")),
        st.tuples(st.just("forget")),
    ),
    max_size=20,
)


def test_any_sequence_of_writes_and_rounds(db: None) -> None:
    @settings(parent=strategies.QUICK, max_examples=10)
    @given(steps=STEPS)
    def follow(steps: list[tuple[Any, ...]]) -> None:
        project = make_project()
        company = GroupKey.objects.create(project=project, key="company", label="Company")
        writer = Writer(project)
        for step in steps:
            take(step, writer, company)
        check(project)
        forget_views()
        check(project)

    with small_files(rows=2):
        follow()


def take(step: tuple[Any, ...], writer: Writer, company: GroupKey) -> None:
    match step:
        case ("put", person, number):
            writer.put(f"p{person}", n=number)
        case ("put group", group, number):
            writer.put(f"p{group}", group_key=company, n=number)
        case ("delete", person):
            writer.delete(f"p{person}")
        case ("happen", person, month, number):
            writer.happen("Seen", writer.put(f"p{person}", n=person), days=31 * month, number=number)
        case ("compact",):
            assert compact(writer.project.pk) is not None
        case ("check",):
            check(writer.project)
        case ("forget",):
            forget_views()


def test_ranges_of_people(project: Project) -> None:
    """Cut when first written, and when the last has grown; a change writes its own range alone."""
    writer = Writer(project)
    with small_files(rows=10):
        for number in range(35):
            writer.put(f"p{number}", n=number)
        compact(project.pk)
        before = list_segments(project, Dataset.PROFILES)
        assert [segment.rows for segment in before] == [9, 10, 10, 6]
        assert [segment.limit_id for segment in before[:-1]] == [segment.least_id for segment in before[1:]]
        writer.put("p12", n=-1)
        compact(project.pk)
        changed = list_segments(project, Dataset.PROFILES)
        assert [new.path == old.path for new, old in zip(changed, before, strict=True)] == [True, False, True, True]
        assert [new.pk == old.pk for new, old in zip(changed, before, strict=True)] == [True, False, True, True]
        for number in range(35, 50):
            writer.put(f"p{number}", n=number)
        compact(project.pk)
        grown = list_segments(project, Dataset.PROFILES)
        assert len(grown) > 4
        assert sum(segment.rows for segment in grown) == 50
        assert [segment.path for segment in grown[:2]] == [segment.path for segment in changed[:2]]
    check(project)


def test_months_of_events(project: Project) -> None:
    writer = Writer(project)
    person = writer.put("p", n=1)
    with small_files(rows=10):
        for number in range(12):
            writer.happen("Seen", person, insert_id=str(number))
        writer.happen("Seen", person, days=31)
        writer.happen("Seen", person, days=62)
        compact(project.pk)
        assert _list_months(project) == [("", 2), ("2026-05", 12)]
        before = list_paths(project)
        writer.happen("Seen", person, days=31, insert_id="another")
        compact(project.pk)
        assert _list_months(project) == [("", 3), ("2026-05", 12)]
        assert len(list_paths(project) & before) == 2  # May, and the people, who are as they were.
        writer.happen("Seen", person, insert_id="3", number=99)
        compact(project.pk)
        assert _list_months(project) == [("", 3), ("2026-05", 12)]
    check(project)


def _list_months(project: Project) -> list[tuple[str, int]]:
    return sorted((segment.month, segment.rows) for segment in list_segments(project, Dataset.EVENTS))


def test_nothing_new_writes_nothing_and_moves_the_watermark(project: Project) -> None:
    writer = Writer(project)
    writer.happen("Seen", writer.put("p", n=1))
    assert compact(project.pk) == Compacted(profiles=1, events=1)
    paths, before = list_paths(project), Manifest.objects.get(project=project)
    Writer(make_project()).put("somebody else", n=1)
    assert compact(project.pk) == Compacted(profiles=0, events=0)
    after = Manifest.objects.get(project=project)
    assert list_paths(project) == paths
    assert after.profiles_watermark is not None
    assert before.profiles_watermark is not None
    assert after.profiles_watermark > before.profiles_watermark
    check(project)


def test_leftovers_are_removed(project: Project) -> None:
    writer = Writer(project)
    writer.put("p", n=1)
    compact(project.pk)
    folder = project_folder(project.pk)
    for name in ("users-old.duckdb", "users-x.part", "users-x.part.wal"):
        (folder / name).touch()
    for number in range(3):
        writer.put("p", n=number)
        compact(project.pk)
    compact(project.pk)
    assert set(os.listdir(folder)) == list_paths(project)


def test_one_at_a_time(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    Writer(project).put("p", n=1)
    meanwhile: list[Compacted | None] = []
    original = manifest.read_generation

    def read_generation(project_id: int) -> Any:
        if not meanwhile:
            meanwhile.append(Compacted())
            meanwhile[:] = [in_thread(lambda: compact(project_id))]
        return original(project_id)

    monkeypatch.setattr(compaction, "read_generation", read_generation)
    assert compact(project.pk) == Compacted(profiles=1)
    assert meanwhile == [None]
    # It has let go.
    assert in_thread(lambda: compact(project.pk)) is not None


def test_no_project() -> None:
    assert compact(10**8) is None


def test_a_project_that_is_deleted_meanwhile(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    Writer(project).put("p", n=1)
    original = manifest.swap

    def swap(*args: Any, **options: Any) -> bool:
        in_thread(lambda: Project.objects.filter(pk=project.pk).delete())
        return original(*args, **options)

    monkeypatch.setattr(compaction, "swap", swap)
    assert compact(project.pk) is None
    assert not Segment.objects.exists()
    assert list_due() == []


def test_a_kind_of_groups_that_is_deleted_meanwhile(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    key = GroupKey.objects.create(project=project, key="company", label="Company")
    writer = Writer(project)
    writer.put("p", n=1)
    writer.put("g", group_key=key, n=1)
    assert compact(project.pk) is not None
    writer.put("g", group_key=key, n=2)
    original = manifest.swap
    deleted: list[int] = []

    def swap(*args: Any, **options: Any) -> bool:
        if not deleted:
            deleted.append(in_thread(lambda: delete_group_key(key)))
        return original(*args, **options)

    monkeypatch.setattr(compaction, "swap", swap)
    assert compact(project.pk) is not None
    assert deleted == [1]
    check(project)
    assert compact(project.pk) is not None
    assert set(os.listdir(project_folder(project.pk))) == list_paths(project)
    assert not Manifest.objects.get(project=project).broken
    check(project)


def test_files_that_vanish_before_the_swap_are_not_swapped_in(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the lock was lost with its connection and another compaction cleared away."""
    Writer(project).put("p", n=1)
    original = manifest.swap

    def swap(*args: Any, written: list[Segment], **options: Any) -> bool:
        for segment in written:
            (project_folder(project.pk) / segment.path).unlink()
        return original(*args, written=written, **options)

    with monkeypatch.context() as patch:
        patch.setattr(compaction, "swap", swap)
        compact(project.pk)
    check(project)
    assert not Segment.objects.exists()
    assert compact(project.pk) == Compacted(profiles=1)
    check(project)


def test_the_change_log_keeps_what_a_tail_needs(project: Project) -> None:
    writer, rest = Writer(project), make_project()
    Writer(rest).put("p", n=1)
    writer.put("p", n=1)
    compact(project.pk)
    compact(rest.pk)
    check(project)
    writer.put("p", n=2)
    writer.put("q", n=2)
    query("UPDATE profiles_app_profile_change SET written_at = now() - interval '2 days' RETURNING 1")
    assert trim_change_log() > 0
    check(project)
    forget_views()
    check(project)
    compact(project.pk)
    compact(rest.pk)
    assert trim_change_log() > 0
    assert query("SELECT count(*) FROM profiles_app_profile_change") == [(0,)]
    check(project)
    forget_views()
    check(project)


def test_who_is_due(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_ROWS", 3)
    writer = Writer(project)
    assert list_due() == []
    person = writer.put("p0", n=1)
    assert list_due() == [project.pk]  # No files yet.
    compact(project.pk)
    assert list_due() == []
    for number in range(2):
        writer.put(f"p{number}", n=1)
    assert list_due() == []
    writer.put("p2", n=1)
    assert list_due() == [project.pk]  # Three profiles.
    compact(project.pk)
    for number in range(3):
        writer.happen("Seen", person, days=number)
    assert list_due() == [project.pk]  # Three events.
    compact(project.pk)
    assert list_due() == []
    _age(project, timedelta(hours=23))
    assert list_due() == []  # Nothing is waiting.
    _age(project, timedelta(days=1, minutes=1))
    assert list_due() == [project.pk]
    compact(project.pk)
    writer.put("p0", n=1)
    assert list_due() == []
    _age(project, timedelta(minutes=11))
    assert list_due() == [project.pk]  # One has waited.
    compact(project.pk)
    Project.objects.filter(pk=project.pk).update(people_epoch=1)
    assert list_due() == [project.pk]


def _age(project: Project, by: timedelta) -> None:
    Manifest.objects.filter(project=project).update(updated_at=timezone.now() - by)


def test_readers_and_writers_never_wait(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a round has read its rows and written its files."""
    writer = Writer(project)
    person = writer.put("p0", n=1)
    original, asked = event_round.run, threading.Event()

    def write_and_ask() -> None:
        writer.put("p0", n=2)
        writer.happen("Seen", person)
        check(project)

    def run(build: Any) -> None:
        original(build)
        in_thread(write_and_ask)
        asked.set()

    monkeypatch.setitem(compaction._ROUNDS, Dataset.EVENTS, run)
    compact(project.pk)
    assert asked.is_set()
    check(project)


def test_rounds_over_many_profiles_pause(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_ROWS", 1)
    monkeypatch.setattr(due, "_ROWS_A_SECOND", 0.01)
    writer = Writer(project)
    writer.put("p0", n=1)
    compact(project.pk)
    writer.put("p1", n=1)
    assert list_due() == []
    _age(project, timedelta(seconds=16))
    assert list_due() == [project.pk]
