"""One question about a project: everything it reads is of one moment, within one time limit.

with ask(project, group_key=None) as question:
    where = compile_filter(tree, question, question.moment, cohorts)
    question.fetch(exp.select(...).from_(question.people.relation()).where(where))
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import duckdb
from django.conf import settings
from sqlglot import exp

from profiles_app.columnar.damage import LOST_MESSAGE, is_damage, is_end_of_database
from profiles_app.columnar.relations import EventRelation, PeopleRelation, SqlParameters
from profiles_app.columnar.store import Lease, lease
from profiles_app.errors import Preparing, TooSlow
from profiles_app.filters.cohorts import Members
from profiles_app.filters.data import Moment
from profiles_app.models import EventName, GroupKey, Project, PropertyDefinition, Scope

_DIALECT: Final = "duckdb"
# Of a statement that streams: what DuckDB makes before somebody asks for it.
_READY: Final = "1MB"
_PARAMETER: Final = re.compile(r"\$(p[0-9]+)")
_TOO_SLOW: Final = (
    "This question took longer than the {seconds:g} seconds that Roster allows. A shorter time window, "
    "or one condition less, makes it faster."
)
_TOO_LARGE: Final = (
    "This question needs more memory than Roster allows. A shorter time window, or one condition less, "
    "makes it smaller."
)

_BUSY: Final = "Other questions use all the memory that Roster has for them at this moment. Try again in a while."


class Question:
    """One moment of a project; `filters.data.Data` for the compiler. Not for several threads."""

    def __init__(
        self, held: Lease, project: Project, *, group_key: GroupKey | None, moment: Moment, deadline: float
    ) -> None:
        self._lease = held
        self._project = project
        self._group_key = group_key
        self._deadline = deadline
        self._known: dict[Scope, Callable[[str], bool]] = {
            scope: _make_known(project, scope, group_key) for scope in (Scope.PROFILE, Scope.EVENT)
        }
        self._event_names: dict[str, int | None] = {}
        self._relations = 0
        self._lists: dict[str, str] = {}
        self._only: int | None = None
        self.moment = moment
        self.begin()

    def look_at(self, profile_id: int) -> None:
        """From the next statement on, nobody else is there, and nobody else's events."""
        self._only = profile_id
        self.begin()

    def begin(self) -> None:
        """A new statement over the same moment: its own relations and parameters."""
        self.parameters = SqlParameters()
        self.people = PeopleRelation(
            self._lease,
            self.parameters,
            group_key_id=self._group_key.pk if self._group_key else None,
            is_known=self._known[Scope.PROFILE],
            only=self._only,
        )

    def events(self, name: str | None, *, start: datetime | None, end: datetime) -> EventRelation:
        """The events of a name that somebody of this project may have."""
        name_id = None if name is None else self._find_event_name(name)
        self._relations += 1
        return EventRelation(
            self._lease,
            self.parameters,
            name_id=name_id,
            known=name is None or name_id is not None,
            start=start,
            end=end,
            is_known=self._known[Scope.EVENT],
            alias=f"events{self._relations}",
            only=self._only,
        )

    def members(self, members: Members) -> str:
        """The list as a table of this question, read once."""
        if members.key not in self._lists:
            table = f"members{len(self._lists)}"
            self._lease.cursor.register(table, members.read())
            self._lists[members.key] = table
        return self._lists[members.key]

    def _find_event_name(self, name: str) -> int | None:
        # Text that PostgreSQL cannot hold is the name of no event.
        if "\0" in name:
            return None
        if name not in self._event_names:
            found = EventName.objects.filter(project=self._project, name=name).values_list("pk", flat=True)
            self._event_names[name] = found.first()
        return self._event_names[name]

    def fetch(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raises `TooSlow`."""
        return self.run(query.sql(dialect=_DIALECT))

    def keep(self, table: str, query: exp.Query) -> None:
        """The rows of a statement as a temporary table that lives as long as the question."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {table} AS {query.sql(dialect=_DIALECT)}")

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement with the parameters of this question. Raises `TooSlow`."""
        cursor = self._lease.cursor
        with _limit(cursor, self._deadline):
            # Rows may be made while they are fetched: that is within the limits too.
            return cursor.execute(sql, self._choose_parameters(sql)).fetchall()

    def stream(self, query: exp.Expr, *, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a statement, so many at a time, made as they are asked for. Whoever reads them may
        take any time between them; each time, the limit begins anew. Raises `TooSlow`."""
        sql = query.sql(dialect=_DIALECT)
        cursor = self._lease.cursor
        with _limit(cursor, self._deadline):
            cursor.execute(sql, self._choose_parameters(sql))
            rows = cursor.fetchmany(size)
        while rows:
            yield rows
            self._deadline = time.monotonic() + settings.QUERY["seconds"]
            with _limit(cursor, self._deadline):
                rows = cursor.fetchmany(size)

    def stream_text(self, query: exp.Expr, *, rows: int) -> Iterator[bytes]:
        """The texts of a statement's only column, in UTF-8, put together: those of so many rows at a time.
        Otherwise as `stream`."""
        sql = query.sql(dialect=_DIALECT)
        cursor = self._lease.cursor
        with _limit(cursor, self._deadline):
            cursor.execute(f"SET SESSION max_streaming_buffer_size = '{_READY}'")
            batches = cursor.sql(sql, params=self._choose_parameters(sql)).to_arrow_reader(rows)
            batch = next(batches, None)
        while batch is not None:
            yield _join_texts(batch.column(0))
            self._deadline = time.monotonic() + settings.QUERY["seconds"]
            with _limit(cursor, self._deadline):
                batch = next(batches, None)

    def interrupt(self) -> None:
        """Ends the statement that another thread runs, if it does: there it raises `TooSlow`."""
        _interrupt(self._lease.cursor)

    def _choose_parameters(self, sql: str) -> dict[str, Any] | None:
        # A statement may use some of the parameters only, and DuckDB takes no others.
        return {name: self.parameters.values[name] for name in set(_PARAMETER.findall(sql))} or None


def _join_texts(texts: Any) -> bytes:
    """The texts of an Arrow array, none of which is null: they lie one behind the other already."""
    _, places, content = texts.buffers()
    if content is None:
        return b""
    edges = memoryview(places).cast("i")
    start, end = edges[texts.offset], edges[texts.offset + len(texts)]
    return memoryview(content)[start:end].tobytes()


@contextmanager
def _limit(cursor: duckdb.DuckDBPyConnection, deadline: float) -> Iterator[None]:
    """Ends a statement at the deadline. Raises `TooSlow`, also where it needs too much memory."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise _too_slow()
    alarm = threading.Timer(left, _interrupt, [cursor])
    alarm.daemon = True
    alarm.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise _too_slow() from error
    except duckdb.OutOfMemoryException as error:
        raise TooSlow(_TOO_LARGE) from error
    finally:
        alarm.cancel()


def _interrupt(cursor: duckdb.DuckDBPyConnection) -> None:
    # The question may have ended in this very moment.
    with suppress(duckdb.Error):
        cursor.interrupt()


def read_clock() -> datetime:
    """The "now" of a question that names no other."""
    return datetime.now(UTC)


@contextmanager
def ask(
    project: Project, *, group_key: GroupKey | None, now: datetime | None = None, seconds: float | None = None
) -> Iterator[Question]:
    """A question over everything written so far, whose windows end now, or at another time. `seconds` it may
    take; None: as many as somebody waits for. Raises `Preparing` while the columnar side is being built, and
    `TooSlow`."""
    moment = Moment(now=now or read_clock(), timezone=project.timezone)
    deadline = time.monotonic() + (seconds or settings.QUERY["seconds"])
    try:
        with lease(project.pk, deadline=deadline) as held:
            yield Question(held, project, group_key=group_key, moment=moment, deadline=deadline)
    except duckdb.OutOfMemoryException as error:  # Before the question's own statements, or between them.
        raise TooSlow(_BUSY) from error
    except duckdb.Error as error:
        if is_end_of_database(error) or is_damage(error, project.pk):
            full = isinstance(error, duckdb.IOException) and not is_damage(error, project.pk)
            raise (TooSlow(_TOO_LARGE) if full else Preparing(LOST_MESSAGE)) from error
        raise


def _make_known(project: Project, scope: Scope, group_key: GroupKey | None) -> Callable[[str], bool]:
    """Whether the catalog has a name, asked once for each."""
    answers: dict[str, bool] = {}

    def is_known(name: str) -> bool:
        if name not in answers:
            answers[name] = (
                "\0" not in name
                and PropertyDefinition.objects.filter(
                    project=project, scope=scope, group_key=group_key if scope == Scope.PROFILE else None, name=name
                ).exists()
            )
        return answers[name]

    return is_known


def _too_slow() -> TooSlow:
    return TooSlow(_TOO_SLOW.format(seconds=settings.QUERY["seconds"]))
