"""One generation of a project's segments, open, with its tail."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
from django.db import connection

from profiles_app.columnar.damage import SegmentsLost, is_damage
from profiles_app.columnar.database import Database
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.manifest import Generation, read_generation
from profiles_app.columnar.pulse import Pulse
from profiles_app.columnar.tail import Tail
from profiles_app.errors import Preparing
from profiles_app.models import Dataset, Segment

# A project without segments is read from PostgreSQL as a whole up to so many rows; a compaction of
# more has to come first.
LARGEST_WITHOUT_SEGMENTS: Final = 500_000

_COUNT: Final = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM profiles_app_profile WHERE project_id = %(id)s LIMIT %(most)s) AS p)
    + (SELECT count(*) FROM (SELECT 1 FROM profiles_app_event WHERE project_id = %(id)s LIMIT %(most)s) AS e)
"""


@dataclass(frozen=True, kw_only=True)
class OpenSegment:
    """A segment and the name under which DuckDB has it."""

    segment: Segment
    alias: str

    @property
    def path(self) -> Path:
        return project_folder(self.segment.project_id) / self.segment.path


@dataclass(kw_only=True, eq=False)
class View:
    """What a question reads. `users` counts the questions that are running on it, and once it is
    `retired` the last of them closes it. `hidden` names the segments of events in which a row was
    written again; `reported` says that a lost file was, `damaged` that a
    file could not be read."""

    database: Database
    project_id: int
    generation: int
    people_epoch: int
    segments: list[OpenSegment]
    tail: Tail
    pulse: Pulse | None = None
    users: int = 0
    retired: bool = False
    reported: bool = False
    damaged: bool = False
    hidden: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self) -> None:
        """Before a question; not for a retired view."""
        with self._lock:
            self.users += 1

    def leave(self) -> None:
        """After a question."""
        with self._lock:
            self.users -= 1
            is_over = self.retired and not self.users
        if is_over:
            self.close()

    def retire(self) -> None:
        """No more questions come. To be called once."""
        with self._lock:
            self.retired = True
            is_over = not self.users
        if is_over:
            self.close()

    def catch_up(self, cursor: duckdb.DuckDBPyConnection, pulse: Pulse) -> int:
        """Brings the tail to the moment of the pulse, the running transaction's own, by so many rows. Raises
        `SegmentsLost`."""
        with self.reading():
            fetched = self.tail.catch_up(cursor, pulse, on_events=self.hide_rewritten)
        self.pulse = pulse
        return fetched

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Where the files are read beside a question. Raises `SegmentsLost`."""
        try:
            yield
        except duckdb.Error as error:
            if is_damage(error, self.project_id):
                raise SegmentsLost(self.generation) from error
            raise

    def hide_rewritten(self, cursor: duckdb.DuckDBPyConnection, table: str = "fresh") -> None:
        """Finds the events of a table that stand in a segment too."""
        # A result is read to its end: DuckDB does not let go of what it reads from before.
        ((least, most),) = cursor.execute(f"SELECT min(id), max(id) FROM {table}").fetchall()
        if least is None:
            return
        for opened in self.segments:
            segment = opened.segment
            if segment.dataset != Dataset.EVENTS or segment.limit_id <= least or segment.least_id > most:
                continue
            # Sorted by name and person, a segment is read only where the new rows can be.
            found = cursor.execute(
                f"""INSERT INTO {self.tail.schema}.hidden SELECT id, {segment.pk} FROM {opened.alias}.segment
                SEMI JOIN (SELECT name_id, profile_id, id FROM {table}
                    WHERE id >= {segment.least_id} AND id < {segment.limit_id}
                ) AS again USING (name_id, profile_id, id)
                WHERE name_id IN (SELECT name_id FROM {table})
                AND id NOT IN (SELECT id FROM {self.tail.schema}.hidden) RETURNING 1"""
            ).fetchall()
            if found:
                self.hidden.add(segment.pk)

    def is_whole(self) -> bool:
        """Whether each file still stands where it was opened, with its full length."""
        for opened in self.segments:
            try:
                if opened.path.stat().st_size != opened.segment.bytes:
                    return False
            except OSError:
                return False
        return True

    def is_cut(self) -> bool:
        """Whether a file has another length. One that was removed can still be read by who has it open,
        one that was cut cannot."""
        for opened in self.segments:
            with suppress(OSError):
                if opened.path.stat().st_size != opened.segment.bytes:
                    return True
        return False

    def close(self) -> None:
        """Lets go of the files and the tail. Nobody may be using it."""
        with suppress(duckdb.Error), self.database.root.cursor() as cursor:
            self.tail.drop(cursor)
        close_all(self.database, self.segments)


def open_view(database: Database, project_id: int, *, older: View | None) -> View:
    """The present generation, its tail not yet caught up; rows of the tail before are taken over.
    Without segments everything is read from PostgreSQL; where that is too much: `Preparing`. Raises
    `SegmentsLost`."""
    generation = read_generation(project_id)
    segments = _open_all(database, generation)
    if generation.profiles_watermark is None or generation.events_watermark is None:
        try:
            _check_size(project_id, generation)
        except Preparing:
            close_all(database, segments)
            raise
    view = View(
        database=database,
        project_id=project_id,
        generation=generation.number,
        people_epoch=generation.people_epoch,
        segments=segments,
        tail=Tail(
            schema=f"tail_{database.next_number()}",
            project_id=project_id,
            since={dataset: generation.watermark(dataset) for dataset in Dataset},
        ),
    )
    try:
        _begin_tail(view, older)
    except BaseException:
        view.close()
        raise
    return view


def _begin_tail(view: View, older: View | None) -> None:
    with view.database.cursor() as cursor:
        view.tail.create(cursor)
        if older is not None and older.people_epoch == view.people_epoch and older.database is view.database:
            view.tail.take_over(cursor, older.tail)
            with view.reading():
                view.hide_rewritten(cursor, view.tail.table(Dataset.EVENTS))


def _open_all(database: Database, generation: Generation) -> list[OpenSegment]:
    opened: list[OpenSegment] = []
    for segment in generation.segments:
        path = project_folder(segment.project_id) / segment.path
        alias = database.open(path, size=segment.bytes)
        if alias is None:
            close_all(database, opened)
            raise SegmentsLost(generation.number)
        opened.append(OpenSegment(segment=segment, alias=alias))
    return opened


def close_all(database: Database, segments: Iterable[OpenSegment]) -> None:
    for opened in segments:
        database.close(opened.path, size=opened.segment.bytes)


def _check_size(project_id: int, generation: Generation) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"id": project_id, "most": LARGEST_WITHOUT_SEGMENTS + 1})
        (rows,) = cursor.fetchone() or (0,)
    if rows > LARGEST_WITHOUT_SEGMENTS:
        raise Preparing(
            "Roster is arranging this project's data for fast reading. That takes about a minute for "
            "each million people or ten million events, and begins within seconds; then try again."
        )
