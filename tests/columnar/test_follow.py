"""A process that serves keeps up with a project that much is written to, while somebody looks."""

import threading
from collections.abc import Iterator

import pytest

from profiles_app.columnar import follow, store
from profiles_app.columnar.follow import Follower
from profiles_app.columnar.view import View
from profiles_app.errors import Preparing
from profiles_app.models import Project
from tests.columnar.placing import make_project
from tests.columnar.writing import Writer, count, query

pytestmark = pytest.mark.django_db(transaction=True)


class Rounds:
    """What a follower brings up, counted."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self._another = threading.Condition()

    def __call__(self, project_id: int) -> None:
        with self._another:
            self.done.append(project_id)
            self._another.notify_all()

    def wait_for(self, number: int) -> None:
        with self._another:
            assert self._another.wait_for(lambda: len(self.done) >= number, timeout=20)


@pytest.fixture
def follower() -> Iterator[Follower]:
    follower = Follower()
    yield follower
    follower.end()


def count_followers() -> int:
    return sum(thread.name == "follow" for thread in threading.enumerate())


def test_many_rows_are_followed_by_one_thread(follower: Follower) -> None:
    rounds = Rounds()
    follower.begin(rounds)
    follower.note(7, follow.MANY)
    follower.note(8, follow.MANY)
    rounds.wait_for(4)
    assert {*rounds.done} == {7, 8}
    assert count_followers() == 1
    follower.end()
    assert count_followers() == 0


def test_few_rows_are_not(follower: Follower) -> None:
    follower.begin(Rounds())
    follower.note(7, follow.MANY - 1)
    assert count_followers() == 0


def test_nothing_is_followed_before_it_begins(follower: Follower) -> None:
    follower.note(7, follow.MANY)
    assert count_followers() == 0


def test_it_ends_when_nobody_looks_any_more(follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_ATTENTION", 0.2)
    rounds = Rounds()
    follower.begin(rounds)
    follower.note(7, follow.MANY)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "follow")
    thread.join(20)
    assert not thread.is_alive()
    # And begins again.
    follower.note(7, follow.MANY)
    rounds.wait_for(len(rounds.done) + 1)


def test_what_a_question_would_say_ends_it(follower: Follower) -> None:
    def fail(project_id: int) -> None:
        raise Preparing("Later.")

    follower.begin(fail)
    follower.note(7, follow.MANY)
    for thread in threading.enumerate():
        if thread.name == "follow":
            thread.join(20)
    assert count_followers() == 0


@pytest.fixture
def project() -> Iterator[Project]:
    yield make_project()
    # The process of the tests serves nothing.
    store.forget_views()
    store._process.follower = Follower()


def test_rows_come_before_anybody_asks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "MANY", 3)
    writer = Writer(project)
    writer.put("first", n=1)
    assert count(project) == 1
    store.follow_readers()
    for number in range(3):
        writer.put(f"p{number}", n=number)
    assert count(project) == 4
    brought = threading.Event()
    refresh = store._refresh
    last = writer.put("last", n=9)

    def watch(place: store._Place, project_id: int) -> View:
        view = refresh(place, project_id)
        with view.database.cursor() as cursor:
            if cursor.execute(f"FROM {view.tail.schema}.profiles WHERE id = $1", [last]).fetchall():
                brought.set()
        return view

    monkeypatch.setattr(store, "_refresh", watch)
    assert brought.wait(20)
    assert count(project) == 5


def test_a_project_that_goes_is_let_go(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "MANY", 1)
    writer = Writer(project)
    writer.put("first", n=1)
    store.follow_readers()
    assert count(project) == 1
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "follow")
    query("DELETE FROM profiles_app_profile RETURNING 1")
    query("DELETE FROM profiles_app_project RETURNING 1")
    thread.join(20)
    assert not thread.is_alive()
