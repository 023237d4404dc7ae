"""A file of people, made while it is sent.

Who is in it and in which order is settled first, as a list of ids. The lines follow in chunks of that
list, each sorted by itself: memory stays flat, and the first lines leave soon, however many there are.
Everything is of one moment.
"""

import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlglot import exp

from profiles_app.columnar.engine import Question
from profiles_app.errors import Unavailable
from profiles_app.export.ahead import Ahead
from profiles_app.export.lines import Numbers, look_at_numbers, write_header, write_line
from profiles_app.export.wide import list_sources, write_lines
from profiles_app.filters.properties import DISTINCT_ID
from profiles_app.selectors.ordering import order_by
from profiles_app.selectors.people import Matches, PeopleQuery, match_people

MOST_AT_ONCE: Final = 4
# Text of a chunk, by the sample: DuckDB needs some times that to sort it.
_CHUNK_BYTES: Final = 24 * 2**20
# More columns are written by Python.
_MOST_IN_SQL: Final = 40
_FEWEST_ROWS, _MOST_ROWS = 1, 1_000_000
# Rows fetched at a time, fewer of wide ones, and bytes handed on at a time: a client has a minute for each.
_LOT: Final = 8192
_LOT_BYTES: Final = 2**20
_PIECE: Final = 2**17
# What may wait for the client while more is made.
_AHEAD: Final = 8 * 2**20
_SAMPLE: Final = 200
_ORDER: Final = "export_order"
_BUSY: Final = "{most} exports are under way already. Try again when one of them has ended."

_places: Final = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class ExportQuery:
    """Which people, which properties of them after the distinct id, and whether texts that a spreadsheet
    would run stay as they are."""

    people: PeopleQuery
    columns: tuple[str, ...]
    raw: bool = False

    @property
    def names(self) -> list[str]:
        """The header."""
        return list(dict.fromkeys((DISTINCT_ID, *self.columns)))

    @property
    def is_wide(self) -> bool:
        """Whether Python writes the lines."""
        return len(self.columns) > _MOST_IN_SQL


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a file will be: rows exactly, bytes about."""

    rows: int
    bytes: int


class Export:
    """The bytes of a file. The first of them are at hand, so that what can fail has failed; who does not
    read to the end closes it, which ends the question. `rows`: how many lines follow the header."""

    def __init__(self, pieces: Iterator[Any]) -> None:
        self._pieces = pieces
        self.rows: int = next(pieces)
        self._first: bytes = next(pieces)

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._pieces

    def close(self) -> None:
        self._pieces.close()  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_export(query: ExportQuery) -> Export:
    """A file that begins. To be closed. Raises `BadFilter`, `TooSlow`, and `Unavailable` while too many others
    are read."""
    return Export(_read(query))


def measure_export(query: ExportQuery) -> Size:
    """How large the file will be, by a sample of its lines."""
    with match_people(query.people) as matches:
        rows = matches.count()
        width = _measure_line(matches, query, _look_at_numbers(matches, query))
    return Size(rows=rows, bytes=round(rows * width) + len(write_header(query.names, raw=query.raw)))


@contextmanager
def _take_place() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Unavailable(_BUSY.format(most=MOST_AT_ONCE))
    try:
        yield
    finally:
        _places.release()


def _read(query: ExportQuery) -> Iterator[Any]:
    """The number of rows, then the file."""
    with _take_place(), match_people(query.people) as matches:
        question = matches.question
        rows = _keep_order(matches, query.people)
        numbers = _look_at_numbers(matches, query)
        width = _measure_line(matches, query, numbers)
        yield rows
        lots = _read_lots(question, query, numbers, rows=rows, width=width)
        header = write_header(query.names, raw=query.raw)
        with closing(Ahead(lots, most=_AHEAD, interrupt=question.interrupt)) as ahead:
            pieces = _cut(ahead)
            yield header + next(pieces, b"")
            yield from pieces


def _look_at_numbers(matches: Matches, query: ExportQuery) -> Numbers:
    return Numbers() if query.is_wide else look_at_numbers(matches.question, query.names)


def _keep_order(matches: Matches, query: PeopleQuery) -> int:
    """Makes the table of the ids and their places, from 0, the same as on the pages. Returns how many."""
    question = matches.question
    ordering = order_by(question, query.sort)
    people, condition = question.people, matches.where()
    # A person has a value of one kind at the most, so the kinds' groups follow from NULLs being last.
    groups = list(reversed(ordering.groups)) if query.descending else list(ordering.groups)
    keys = [ordering.value(question, form).as_(f"key{place}") for place, form in enumerate(groups)]
    found = exp.select(people.id.copy(), *keys).from_(people.relation()).where(condition)
    order = [exp.Ordered(this=exp.column(key.alias), desc=query.descending, nulls_first=False) for key in keys]
    order.append(exp.Ordered(this=exp.column("id"), desc=False))
    # Counting what comes out of a sort holds less in memory than a window with an order of its own.
    number = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=exp.Literal.number(1))
    place = exp.cast(number, "INTEGER").as_("place")
    ordered = exp.select("id").from_(found.subquery("found")).order_by(*order)
    question.keep(_ORDER, exp.select("id", place).from_(ordered.subquery("ordered")))
    question.begin()
    ((rows,),) = question.fetch(exp.select(exp.Count(this=exp.Star())).from_(_ORDER))
    return int(rows)


def _measure_line(matches: Matches, query: ExportQuery, numbers: Numbers) -> float:
    """Bytes of a line on average, by those who are found first; of a wide one, of what it is made of."""
    question = matches.question
    if query.is_wide:
        return _measure_properties(matches)
    line = write_line(question, query.names, numbers=numbers, raw=query.raw)
    condition = matches.where()
    some = exp.select(*line.values, copy=False).from_(question.people.relation(), copy=False)
    some = some.where(condition, copy=False).limit(_SAMPLE, copy=False)
    length = exp.func("avg", exp.Anonymous(this="strlen", expressions=[exp.column("line")]))
    ((width,),) = question.fetch(exp.select(length).from_(line.read(some).subquery("lines", copy=False), copy=False))
    question.begin()
    return float(width or 0)


def _measure_properties(matches: Matches) -> float:
    question, condition = matches.question, matches.where()
    some = exp.select(question.people.properties().as_("properties")).from_(question.people.relation())
    length = exp.func("avg", exp.Anonymous(this="strlen", expressions=[exp.column("properties")]))
    some = some.where(condition).limit(_SAMPLE)
    ((width,),) = question.fetch(exp.select(length).from_(some.subquery("some")))
    question.begin()
    return float(width or 0)


def _read_lots(
    question: Question, query: ExportQuery, numbers: Numbers, *, rows: int, width: float
) -> Generator[bytes]:
    step = max(_FEWEST_ROWS, min(_MOST_ROWS, round(_CHUNK_BYTES / max(width, 1))))
    size = max(1, min(_LOT, round(_LOT_BYTES / max(width, 1))))
    for start in range(0, rows, step):
        chunk = _select_chunk(question, query, numbers, start=start, end=start + step)
        yield from _read_chunk(question, query, chunk, size=size)
        question.begin()


def _cut(lots: Iterable[bytes]) -> Iterator[bytes]:
    for text in lots:
        for place in range(0, len(text), _PIECE):
            yield text[place : place + _PIECE]


def _read_chunk(question: Question, query: ExportQuery, chunk: exp.Expr, *, size: int) -> Iterator[bytes]:
    """The lines of a chunk, so many at a time."""
    if not query.is_wide:
        return question.stream_text(chunk, rows=size)
    return (write_lines(lot, query.names, raw=query.raw).encode() for lot in question.stream(chunk, size=size))


def _select_chunk(question: Question, query: ExportQuery, numbers: Numbers, *, start: int, end: int) -> exp.Expr:
    """The lines of those whose places are from `start` up to `end`, in order; of wide ones, what they are made of."""
    place = exp.column("place")
    chosen = exp.select("id", "place").from_(_ORDER).where(place >= start, place < end).subquery("chosen")
    same = exp.column("id", table="chosen").eq(question.people.id.copy())
    line = None if query.is_wide else write_line(question, query.names, numbers=numbers, raw=query.raw)
    values = line.values if line else list_sources(question)
    rows = exp.select(*values, place.copy(), copy=False).from_(question.people.relation(), copy=False)
    rows = rows.join(chosen, on=same, copy=False)
    if line is None:
        return rows.order_by(place.copy(), copy=False)
    lines = line.read(rows, "place").subquery("lines", copy=False)
    return exp.select("line").from_(lines, copy=False).order_by(place.copy(), copy=False)
