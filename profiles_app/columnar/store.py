"""The views of this process, one for each project, brought up to date before each question."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import duckdb
from django.db import connection
from django.db import transaction as postgres

from profiles_app.columnar.database import Database, discard_database, get_database
from profiles_app.columnar.manifest import mark_broken
from profiles_app.columnar.pulse import Pulse, read_pulse
from profiles_app.columnar.view import OpenSegment, SegmentsLost, View, open_view
from profiles_app.models import Dataset

# A project that nobody asks about gives its memory back after so many seconds.
_IDLE_SECONDS: Final = 900.0


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


@dataclass(kw_only=True)
class _Place:
    """The present view of a project; whoever changes it holds the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    view: View | None = None
    used_at: float = 0.0


_places: dict[int, _Place] = {}
_places_lock = threading.Lock()


@contextmanager
def lease(project_id: int) -> Iterator[Lease]:
    """Everything that was committed before this call, and for a transaction that has written, what
    it wrote. Raises `Preparing`."""
    database = get_database()
    if connection.in_atomic_block and read_pulse(project_id).writing:
        # What is not committed must reach nobody else: a view of our own.
        with _lease_alone(database, project_id) as leased:
            yield leased
        return
    place = _find_place(project_id)
    with place.lock:
        view = _refresh(place, database, project_id)
        cursor, tail_rows = _begin(view)
        view.users += 1
        leased = _make_lease(cursor, view, tail_rows)
    try:
        yield leased
    except (duckdb.FatalException, duckdb.InternalException, duckdb.IOException):
        _give_up(place, view)
        raise
    finally:
        cursor.close()
        with place.lock:
            view.users -= 1
            _close_if_done(view)


def forget_views() -> None:
    """Lets go of everything that is not in use."""
    with _places_lock:
        places = list(_places.values())
        _places.clear()
    for place in places:
        with place.lock:
            _retire(place)


def _find_place(project_id: int) -> _Place:
    now = time.monotonic()
    with _places_lock:
        place = _places.setdefault(project_id, _Place())
        place.used_at = now
        idle = [key for key, other in _places.items() if now - other.used_at > _IDLE_SECONDS]
        dropped = [_places.pop(key) for key in idle]
    for other in dropped:
        with other.lock:
            _retire(other)
    return place


def _refresh(place: _Place, database: Database, project_id: int) -> View:
    """The view at this very moment."""
    view = place.view
    if view is not None and view.database is not database:
        view = place.view = None
    if view is not None and not view.reported and not view.is_whole():
        mark_broken(project_id, generation=view.generation)
        view.reported = True
        if _is_cut(view):
            _retire(place)
    if place.view is not None and read_pulse(project_id) == place.view.pulse:
        return place.view
    try:
        return _renew(place, database, project_id)
    except SegmentsLost as lost:
        mark_broken(project_id, generation=lost.generation)
        return _renew(place, database, project_id)


def _renew(place: _Place, database: Database, project_id: int) -> View:
    with _one_moment():
        view = place.view
        pulse = read_pulse(project_id)
        if view is not None and (view.generation, view.people_epoch) == (pulse.generation, pulse.people_epoch):
            _catch_up(view, pulse)
            return view
        opened = open_view(database, project_id, older=view)
        try:
            _catch_up(opened, pulse)
        except BaseException:
            opened.close()
            raise
        _retire(place)
        place.view = opened
        return opened


def _is_cut(view: View) -> bool:
    """A file that was removed can still be read by who has it open; one that was cut cannot."""
    return any(opened.path.exists() and opened.path.stat().st_size != opened.segment.bytes for opened in view.segments)


def _catch_up(view: View, pulse: Pulse) -> None:
    with view.database.cursor() as cursor:
        view.catch_up(cursor, pulse)


@contextmanager
def _one_moment() -> Iterator[None]:
    """All statements see PostgreSQL as it is now, people and events alike."""
    if connection.in_atomic_block:
        yield
        return
    with postgres.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _begin(view: View) -> tuple[duckdb.DuckDBPyConnection, dict[Dataset, int]]:
    """A cursor whose transaction has begun: DuckDB begins one with its first look at a table."""
    cursor = view.database.cursor()
    cursor.execute("BEGIN")
    counts = cursor.execute(
        f"""SELECT (SELECT count(*) FROM {view.tail.table(Dataset.PROFILES)}),
        (SELECT count(*) FROM {view.tail.table(Dataset.EVENTS)})"""
    ).fetchall()
    ((profiles, events),) = counts
    return cursor, {Dataset.PROFILES: profiles, Dataset.EVENTS: events}


def _make_lease(cursor: duckdb.DuckDBPyConnection, view: View, tail_rows: dict[Dataset, int]) -> Lease:
    return Lease(
        cursor=cursor,
        segments=tuple(view.segments),
        hidden=frozenset(view.hidden),
        schema=view.tail.schema,
        tail_rows=tail_rows,
        tail_forms=dict(view.tail.forms),
    )


@contextmanager
def _lease_alone(database: Database, project_id: int) -> Iterator[Lease]:
    view = open_view(database, project_id, older=None)
    try:
        _catch_up(view, read_pulse(project_id))
        cursor, tail_rows = _begin(view)
        try:
            yield _make_lease(cursor, view, tail_rows)
        finally:
            cursor.close()
    finally:
        view.close()


def _retire(place: _Place) -> None:
    view, place.view = place.view, None
    if view is not None:
        view.retired = True
        _close_if_done(view)


def _close_if_done(view: View) -> None:
    if view.retired and not view.users:
        view.close()


def _give_up(place: _Place, view: View) -> None:
    """A segment could not be read, or DuckDB is done for: start over with the next question."""
    with place.lock:
        if not view.is_whole():
            mark_broken(view.project_id, generation=view.generation)
        if place.view is view:
            _retire(place)
    discard_database(view.database)
