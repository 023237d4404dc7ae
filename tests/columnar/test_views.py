"""What a process keeps open: its own alone, and no more than it needs."""

import subprocess
import sys
import threading
import time

import duckdb
import pytest
from django.db import OperationalError, connection

from config.runtime.folders import CHECKOUT
from profiles_app.columnar import store
from profiles_app.columnar.compaction import compact
from profiles_app.columnar.database import discard_database, get_database
from profiles_app.columnar.engine import ask
from profiles_app.columnar.store import forget_views
from profiles_app.columnar.view import View
from profiles_app.columnar.view import open_view as open_view_now
from profiles_app.errors import NotFound, Preparing
from profiles_app.models import Project, Segment
from tests.columnar.placing import make_project
from tests.columnar.threads import in_thread, in_threads
from tests.columnar.writing import Writer, check, count, query, read_people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    project = make_project()
    writer = Writer(project)
    writer.happen("Seen", writer.put("p0", n=1))
    compact(project.pk)
    return project


def list_open() -> tuple[int, int]:
    """How many segments and how many tails are open."""
    with get_database().cursor() as cursor:
        files = cursor.execute(
            "SELECT count(*) FROM duckdb_databases() WHERE database_name LIKE 'segment_%'"
        ).fetchall()
        tails = cursor.execute("SELECT count(*) FROM duckdb_schemas() WHERE schema_name LIKE 'tail_%'").fetchall()
    return files[0][0], tails[0][0]


def test_what_was_replaced_is_closed(project: Project) -> None:
    writer = Writer(project)
    for number in range(4):
        writer.happen("Seen", writer.put("p0", n=number), number=number)
        check(project)
        compact(project.pk)
        check(project)
        assert list_open() == (Segment.objects.filter(project=project).count(), 1)
    forget_views()
    assert list_open() == (0, 0)


def test_a_question_keeps_what_it_reads(project: Project) -> None:
    with ask(project, group_key=None) as question:
        before = read_people(question)
        for number in range(3):
            Writer(project).put("p0", n=100 + number)
            compact(project.pk)
            check(project)
        assert read_people(question) == before
        assert list_open()[1] == 2
    assert list_open() == (Segment.objects.filter(project=project).count(), 1)


def test_a_question_that_fails_gives_back_what_it_held(project: Project) -> None:
    with pytest.raises(RuntimeError), ask(project, group_key=None):
        raise RuntimeError
    with pytest.raises(duckdb.Error), ask(project, group_key=None) as question:
        question.run("SELECT nonsense")
    check(project)
    forget_views()
    assert list_open() == (0, 0)


def test_many_projects_one_after_the_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [make_project() for _ in range(3)]
    for other in others:
        Writer(other).put("p0", n=1)
        compact(other.pk)
        check(other)
    assert list_open()[1] == 3
    monkeypatch.setattr(store, "_IDLE_SECONDS", 0.0)
    check(project)
    assert list_open()[1] == 1
    for other in others:
        check(other)
    assert list_open()[1] == 1


def test_a_view_that_nobody_used_for_long_begins_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change log is kept for a day only where no watermark needs it."""
    count(project)
    view = store._process.places[project.pk].view
    monkeypatch.setattr(store, "_IDLE_SECONDS", 0.0)
    check(project)
    assert store._process.places[project.pk].view is not view


def test_a_fork_begins_with_nothing(project: Project) -> None:
    Writer(project).put("p1", n=2)
    name = str(connection.settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-m", "tests.columnar.forking", name, str(project.pk)],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "parent 2\nchild 2\nparent 2\n"), done.stderr


def test_a_database_that_is_discarded_while_others_use_it(project: Project) -> None:
    with ask(project, group_key=None) as question:
        before = read_people(question)
        old = get_database()
        discard_database(old)
        Writer(project).put("p1", n=2)
        check(project)
        assert get_database() is not old
        assert read_people(question) == before
    check(project)
    assert list_open() == (Segment.objects.filter(project=project).count(), 1)


def test_a_failure_while_catching_up_leaves_nothing_half_done(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL goes away between the people and the events."""
    writer = Writer(project)
    check(project)
    writer.happen("Seen", writer.put("p1", n=2))
    original = View.hide_rewritten

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("the server is gone")

    with monkeypatch.context() as patch:
        patch.setattr(View, "hide_rewritten", fail)
        with pytest.raises(OperationalError):
            count(project)
    assert View.hide_rewritten is original
    check(project)
    assert list_open()[1] == 1


def test_connections_that_are_cut(project: Project) -> None:
    """As when PostgreSQL restarts: the request fails, the next one is right."""

    def ask_twice() -> int:
        count(project)
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        in_thread(lambda: query("SELECT pg_terminate_backend(%s, 5000)", pid))
        with pytest.raises(OperationalError):
            count(project)
        connection.close()
        return count(project)

    in_thread(lambda: Writer(project).put("p1", n=2))
    assert in_thread(ask_twice) == 2
    check(project)


def test_a_project_that_was_deleted(project: Project) -> None:
    count(project)
    Project.objects.filter(pk=project.pk).delete()
    for _ in range(2):
        with pytest.raises(NotFound):
            count(project)


def test_a_slow_first_look_holds_up_its_own_project_alone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """And there nobody longer than a question may take."""
    other = make_project()
    Writer(other).put("p0", n=1)
    original, begun, go_on = open_view_now, threading.Event(), threading.Event()

    def open_view(database: object, project_id: int, **options: object) -> object:
        if project_id == project.pk and not begun.is_set():
            begun.set()
            assert go_on.wait(20)
        return original(database, project_id, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "open_view", open_view)

    def look_meanwhile() -> None:
        try:
            assert begun.wait(20)
            assert in_thread(lambda: count(other)) == 1
            with (
                pytest.raises(Preparing, match="reading what has arrived"),
                store.lease(project.pk, deadline=time.monotonic() + 0.1),
            ):
                pass
        finally:
            go_on.set()

    assert in_threads([lambda: count(project)], meanwhile=look_meanwhile) == [1]
