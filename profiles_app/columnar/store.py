"""The views of this process, one for each project, brought up to date before each question."""

import atexit
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import duckdb
from django.db import connection
from django.db import transaction as postgres

from profiles_app.columnar.damage import LOST_MESSAGE, SegmentsLost, is_damage, is_end_of_database
from profiles_app.columnar.database import Database, discard_database, get_database
from profiles_app.columnar.follow import Follower
from profiles_app.columnar.manifest import mark_broken
from profiles_app.columnar.pulse import Pulse, read_pulse
from profiles_app.columnar.view import OpenSegment, View, open_view
from profiles_app.errors import Preparing
from profiles_app.models import Dataset

# A project that nobody asks about gives its memory back after so many seconds.
_IDLE_SECONDS: Final = 900.0
# Files may be replaced, and the replaced ones removed, between reading their names and opening them.
_TRIES: Final = 5

_READING: Final = "Roster is reading what has arrived in this project. Try again in a moment."
_MANY: Final = "So much has just arrived in this project that Roster has to arrange it first. Try again in a minute."


@dataclass(frozen=True, kw_only=True)
class Lease:
    """What one question reads: a cursor in a transaction that sees one moment of the tail. `tail_forms`: the
    properties of the tail's people, each with the letters of its forms."""

    cursor: duckdb.DuckDBPyConnection
    segments: tuple[OpenSegment, ...]
    hidden: frozenset[int]
    schema: str
    tail_rows: dict[Dataset, int]
    tail_forms: Mapping[str, str]


@dataclass(kw_only=True, eq=False)
class _Place:
    """The present view of a project; whoever changes it holds the lock. `fetched`: rows that came after it began."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    view: View | None = None
    used_at: float = 0.0
    fetched: int = 0

    def retire(self) -> None:
        view, self.view = self.view, None
        if view is not None:
            view.retire()


@dataclass(kw_only=True)
class _Process:
    """The places of this process, by project."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    places: dict[int, _Place] = field(default_factory=dict)
    follower: Follower = field(default_factory=Follower)
    inherited: list[dict[int, _Place]] = field(default_factory=list)

    def start_over(self) -> None:
        """After a fork, in the child; see `database`."""
        self.lock = threading.Lock()
        self.inherited.append(self.places)
        self.places = {}
        self.follower = Follower()

    def end(self) -> None:
        """At the end of the process, before that of the database."""
        self.follower.end()
        self.places = {}


_process = _Process()
os.register_at_fork(after_in_child=_process.start_over)
atexit.register(_process.end)


@contextmanager
def lease(project_id: int, *, deadline: float) -> Iterator[Lease]:
    """Everything that was committed before this call, and for a transaction that has written, what
    it wrote. Raises `Preparing`, also where the view is not at hand by the deadline."""
    if connection.in_atomic_block and read_pulse(project_id).writing:
        # What is not committed must reach nobody else: a view of our own.
        with _lease_alone(project_id) as leased:
            yield leased
        return
    view, leased = _take(project_id, deadline)
    try:
        yield leased
    except duckdb.Error as error:
        _judge(view, error)
        raise
    finally:
        leased.cursor.close()
        view.leave()


def follow_readers() -> None:
    """From here on this process keeps up with projects that somebody looks at while much is written. For the one
    that serves pages."""
    _process.follower.begin(_keep_up)


def forget_views() -> None:
    """Lets go of everything that is not in use."""
    _process.follower.end()
    with _process.lock:
        places = list(_process.places.values())
        _process.places.clear()
    for place in places:
        with place.lock:
            place.retire()


def _take(project_id: int, deadline: float) -> tuple[View, Lease]:
    while True:
        place = _find_place(project_id)
        with _hold(place, deadline):
            # Dropped by another thread in between, it would never be cleared away.
            if _process.places.get(project_id) is place:
                before = place.fetched
                view = _refresh(place, project_id)
                _process.follower.note(project_id, place.fetched - before)
                leased = _begin(view)
                view.enter()
                return view, leased


def _keep_up(project_id: int) -> None:
    place = _process.places.get(project_id)
    if place is None:
        return
    with place.lock:
        if _process.places.get(project_id) is place:
            _refresh(place, project_id)


@contextmanager
def _hold(place: _Place, deadline: float) -> Iterator[None]:
    """The first question of a project may take long, and those that wait for it have their own limit."""
    if not place.lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise Preparing(_READING)
    try:
        yield
    finally:
        place.lock.release()


def _find_place(project_id: int) -> _Place:
    now = time.monotonic()
    with _process.lock:
        places = _process.places
        idle = [places.pop(key) for key, place in list(places.items()) if now - place.used_at > _IDLE_SECONDS]
        place = places.setdefault(project_id, _Place())
        place.used_at = now
    for other in idle:
        with other.lock:
            other.retire()
    return place


def _refresh(place: _Place, project_id: int) -> View:
    """The view at this very moment."""
    database = get_database()
    if place.view is not None and (place.view.damaged or place.view.database is not database):
        place.retire()
    _look_at_files(place)
    if place.view is not None and read_pulse(project_id) == place.view.pulse:
        return place.view
    for _ in range(_TRIES):
        try:
            return _renew(place, database, project_id)
        except SegmentsLost as lost:
            _report(project_id, lost.generation)
            place.retire()
        except duckdb.OutOfMemoryException as error:
            place.retire()
            raise Preparing(_MANY) from error
        except duckdb.Error as error:
            place.retire()
            if is_end_of_database(error):
                discard_database(database)
            raise
    raise Preparing(LOST_MESSAGE)


def _look_at_files(place: _Place) -> None:
    view = place.view
    if view is None or view.reported or view.is_whole():
        return
    _report(view.project_id, view.generation)
    view.reported = True
    if view.is_cut():
        place.retire()


def _report(project_id: int, generation: int) -> None:
    # Not within somebody's transaction, which may hold the row for long, or be taken back.
    if not connection.in_atomic_block:
        mark_broken(project_id, generation=generation)


def _judge(view: View, error: duckdb.Error) -> None:
    """Where an error says that a file or the database is done for, the next question starts over."""
    if is_damage(error, view.project_id):
        _report(view.project_id, view.generation)
        view.damaged = True
    elif is_end_of_database(error):
        discard_database(view.database)


def _renew(place: _Place, database: Database, project_id: int) -> View:
    with _one_moment():
        view = place.view
        pulse = read_pulse(project_id)
        if view is not None and (view.generation, view.people_epoch) == (pulse.generation, pulse.people_epoch):
            place.fetched += _catch_up(view, pulse)
            return view
        opened = open_view(database, project_id, older=view)
        try:
            place.fetched += _catch_up(opened, pulse)
        except BaseException:
            opened.close()
            raise
        place.retire()
        place.view = opened
        return opened


def _catch_up(view: View, pulse: Pulse) -> int:
    with view.database.cursor() as cursor:
        return view.catch_up(cursor, pulse)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All statements see PostgreSQL as it is now, people and events alike, and what is new by its index: beside a long
    import all statistics are old."""
    if connection.in_atomic_block:
        yield
        return
    with postgres.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = off")
        yield


def _begin(view: View) -> Lease:
    """A cursor whose transaction has begun: DuckDB begins one with its first look at a table."""
    cursor = view.database.cursor()
    try:
        cursor.execute("BEGIN")
        counts = cursor.execute(
            f"""SELECT (SELECT count(*) FROM {view.tail.table(Dataset.PROFILES)}),
            (SELECT count(*) FROM {view.tail.table(Dataset.EVENTS)})"""
        ).fetchall()
    except BaseException:
        cursor.close()
        raise
    ((profiles, events),) = counts
    return Lease(
        cursor=cursor,
        segments=tuple(view.segments),
        hidden=frozenset(view.hidden),
        schema=view.tail.schema,
        tail_rows={Dataset.PROFILES: profiles, Dataset.EVENTS: events},
        tail_forms=dict(view.tail.forms),
    )


@contextmanager
def _lease_alone(project_id: int) -> Iterator[Lease]:
    try:
        view = open_view(get_database(), project_id, older=None)
    except SegmentsLost as lost:
        raise Preparing(LOST_MESSAGE) from lost
    try:
        _catch_up(view, read_pulse(project_id))
        leased = _begin(view)
        try:
            yield leased
        finally:
            leased.cursor.close()
    finally:
        view.close()
