"""Behaviours of many filters at once: the events of a name are read once, whatever is asked about them.

Leaves about the same events (one name, one `where`) become columns of one table, a row for each person who
has such events; each filter then looks its leaves up there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sqlglot import exp

from profiles_app.filters.behaviours import matches_without_events, select_people
from profiles_app.filters.comparisons import find_comparison
from profiles_app.filters.data import Data, Events, Moment
from profiles_app.filters.expressions import call, every, is_true, opposite
from profiles_app.filters.measures import EMPTY_IS_ZERO, compile_measure
from profiles_app.filters.tree import Behaviour, Leaf, Node
from profiles_app.filters.windows import EventRange, resolve_window

_ZERO: Final = exp.Literal.number(0)


class Keeper(Data, Protocol):
    """Data that keeps the rows of a statement as a table, for the statements that follow."""

    def keep(self, table: str, query: exp.Query) -> None: ...

    def begin(self) -> None: ...


@dataclass(kw_only=True)
class Ahead:
    """`tables`: one for each kind of events, keyed by person. `answers`: the condition of each leaf over the
    people joined with them."""

    tables: list[str] = field(default_factory=list)
    answers: dict[Leaf, exp.Expr] = field(default_factory=dict)

    def join(self, query: exp.Select, person: exp.Expr) -> exp.Select:
        """The query over people with each of the tables at their side."""
        for table in self.tables:
            own = exp.EQ(this=exp.column("profile_id", table=table), expression=person.copy())
            query = query.join(exp.to_table(table), on=own, join_type="left", copy=False)
        return query


def answer_ahead(leaves: Iterable[Leaf], data: Keeper, moment: Moment) -> Ahead:
    """The answers to all behaviours among the leaves; the others are left to be compiled one by one."""
    ahead = Ahead()
    groups: dict[tuple[str, Node | None], dict[Behaviour, EventRange]] = {}
    for leaf in leaves:
        if isinstance(leaf, Behaviour):
            window = resolve_window(leaf.window, moment)
            if not window.is_empty:
                groups.setdefault((leaf.event, leaf.where), {})[leaf] = window
    for (event, where), asked in groups.items():
        table = f"ahead{len(ahead.tables)}"
        data.keep(table, _select_answers(event, where, asked, data, moment))
        data.begin()
        ahead.tables.append(table)
        ahead.answers |= {leaf: _look_up(leaf, f"a{place}", table) for place, leaf in enumerate(asked)}
    return ahead


def _select_answers(
    event: str, where: Node | None, asked: dict[Behaviour, EventRange], data: Data, moment: Moment
) -> exp.Select:
    starts = [None if leaf.first_time else window.start for leaf, window in asked.items()]
    known = [start for start in starts if start is not None]
    events = data.events(
        event,
        start=min(known) if len(known) == len(starts) else None,
        end=max(window.end for window in asked.values()),
    )
    query = select_people(events, where, data, moment)
    columns = [
        _answer(leaf, window, events, data, moment).as_(f"a{place}", copy=False)
        for place, (leaf, window) in enumerate(asked.items())
    ]
    query = query.select(*columns, copy=False).group_by(events.profile_id.copy(), copy=False)
    return query.from_(events.relation(), copy=False)


def _answer(leaf: Behaviour, window: EventRange, events: Events, data: Data, moment: Moment) -> exp.Expr:
    """TRUE for those with such events who are otherwise than people without any."""
    comparison = find_comparison(leaf.op)
    measured = _within(compile_measure(leaf.measure, events, data, window, moment), window, events, data)
    if leaf.measure.aggregate in EMPTY_IS_ZERO:
        measured = call("COALESCE", measured, _ZERO.copy())
    satisfied = is_true(comparison.compile(measured, leaf.values, data.parameters))
    if leaf.first_time:
        satisfied = every(_first_time(window, events, data), _has_any(window, events, data), satisfied)
    return opposite(satisfied) if matches_without_events(leaf, comparison) else satisfied


def _look_up(leaf: Behaviour, column: str, table: str) -> exp.Expr:
    answer = is_true(exp.column(column, table=table))
    nothing_matches = matches_without_events(leaf, find_comparison(leaf.op))
    return answer if leaf.did != nothing_matches else opposite(answer)


def _within(measured: exp.Expr, window: EventRange, events: Events, data: Data) -> exp.Expr:
    """The same aggregates, each over the events of the window alone."""
    aggregates = [part for part in measured.find_all(exp.AggFunc, exp.Anonymous) if _is_aggregate(part)]
    for aggregate in aggregates:
        condition = _is_inside(window, events, data)
        narrowed = exp.Filter(this=aggregate.copy(), expression=exp.Where(this=condition))
        if aggregate is measured:
            return narrowed
        aggregate.replace(narrowed)
    return measured


def _is_aggregate(part: exp.Expr) -> bool:
    """sqlglot knows most aggregates of DuckDB by a class."""
    return isinstance(part, exp.AggFunc) or part.name.upper() == "BIT_OR"


def _is_inside(window: EventRange, events: Events, data: Data) -> exp.Expr:
    ends: list[exp.Expr] = [exp.LT(this=events.time.copy(), expression=_instant(window.end, data))]
    if window.start is not None:
        ends.append(exp.GTE(this=events.time.copy(), expression=_instant(window.start, data)))
    return every(*ends)


def _has_any(window: EventRange, events: Events, data: Data) -> exp.Expr:
    inside = exp.Where(this=_is_inside(window, events, data))
    return exp.GT(this=exp.Filter(this=exp.Count(this=exp.Star()), expression=inside), expression=_ZERO.copy())


def _first_time(window: EventRange, events: Events, data: Data) -> exp.Expr:
    """No event before the window."""
    if window.start is None:
        return exp.true()
    first = exp.Min(this=events.time.copy())
    return exp.GTE(this=first, expression=_instant(window.start, data))


def _instant(moment: datetime, data: Data) -> exp.Expr:
    return exp.cast(data.parameters.add(moment.replace(tzinfo=None)), "TIMESTAMP", copy=False)
