"""Did, did not: sets of people by what they did, each one sub-select over the events of a name."""

from dataclasses import replace
from typing import Final

from sqlglot import exp

from profiles_app.filters.comparisons import Comparison, find_comparison
from profiles_app.filters.conditions import compile_condition, compile_property, operator_of
from profiles_app.filters.data import Data, Events, Form, Moment
from profiles_app.filters.expressions import is_in, opposite
from profiles_app.filters.measures import EMPTY_IS_ZERO, compile_measure
from profiles_app.filters.properties import StoredProperties
from profiles_app.filters.tree import Aggregate, Behaviour, Ever, Leaf, Node, Property, Type
from profiles_app.filters.windows import EventRange, resolve_window

_EACH_EVENT_COUNTS: Final = frozenset({Aggregate.COUNT, Aggregate.DAYS})


def compile_behaviour(leaf: Behaviour, data: Data, moment: Moment) -> exp.Expr:
    """The condition of a behaviour leaf over the rows of people.

    People without events are in no sub-select. So where having none satisfies the comparison, the
    sub-select holds those who do *not* satisfy it, and the condition is its complement.
    """
    comparison = find_comparison(leaf.op)
    nothing_matches = matches_without_events(leaf, comparison)
    exceptions = _compile_people(leaf, comparison, data, moment, satisfied=not nothing_matches)
    matched = opposite(exceptions) if nothing_matches else exceptions
    return matched if leaf.did else opposite(matched)


def matches_without_events(leaf: Behaviour, comparison: Comparison) -> bool:
    """Whether the comparison holds for people who have no such event."""
    if leaf.first_time or leaf.measure.aggregate not in EMPTY_IS_ZERO:
        return False
    return comparison.holds(0, leaf.values)


def _compile_people(
    leaf: Behaviour, comparison: Comparison, data: Data, moment: Moment, *, satisfied: bool
) -> exp.Expr:
    """Whether a person has such events in the window and, over them, the comparison is `satisfied`."""
    window = resolve_window(leaf.window, moment)
    answer = comparison.answers_alike(leaf.values) if leaf.measure.aggregate in _EACH_EVENT_COUNTS else None
    if window.is_empty or answer is (not satisfied):
        return exp.false()
    events = data.events(leaf.event, start=None if leaf.first_time else window.start, end=window.end)
    query = select_people(events, leaf.where, data, moment)
    having = _compile_first_time(leaf, events, window, data)
    if answer is None:
        measured = compile_measure(leaf.measure, events, data, window, moment)
        compared = comparison.compile(measured, leaf.values, data.parameters)
        having.append(compared if satisfied else opposite(compared))
    if having:
        query = query.group_by(events.profile_id.copy(), copy=False).having(*having, copy=False)
    return is_in(data.people.id, query.from_(events.relation(), copy=False))


def _compile_first_time(leaf: Behaviour, events: Events, window: EventRange, data: Data) -> list[exp.Expr]:
    """All events up to the window's end are read; those whose first one lies in the window have no
    other, so that the measure needs no filter of its own."""
    if not leaf.first_time or window.start is None:
        return []
    first = exp.Min(this=events.time.copy())
    return [exp.GTE(this=first, expression=data.parameters.add(window.start.replace(tzinfo=None)))]


def select_people(events: Events, where: Node | None, data: Data, moment: Moment) -> exp.Select:
    """`SELECT profile_id WHERE …`; FROM comes last, once all values were asked for."""
    query = exp.select(events.profile_id.copy())
    return query if where is None else query.where(compile_where(events, where, data, moment), copy=False)


def compile_where(events: Events, where: Node, data: Data, moment: Moment) -> exp.Expr:
    """The condition on event properties over the rows of these events."""
    source = StoredProperties(events, data.parameters)

    def compile_leaf(leaf: Leaf, _: str) -> exp.Expr:
        if not isinstance(leaf, Property):
            raise TypeError("Only properties stand inside an event: the tree was not parsed.")
        return compile_property(leaf, source, data, moment)

    return compile_condition(where, compile_leaf, "where")


class _EventTime:
    """The time of a user's first or last event, as the one property of a grouped sub-select."""

    def __init__(self, time: exp.Expr) -> None:
        self._time = time

    def value(self, name: str, form: Form) -> exp.Expr:
        return self._time.copy() if form is Form.INSTANT else exp.null()


def compile_event_time(leaf: Property, aggregate: type[exp.AggFunc], data: Data, moment: Moment) -> exp.Expr:
    """The condition of a property leaf about `$first_event` (`exp.Min`) or `$last_event` (`exp.Max`)."""
    operator = operator_of(leaf)
    if operator.positive is not None:
        return opposite(compile_event_time(replace(leaf, op=operator.positive), aggregate, data, moment))
    if leaf.type not in {Type.DATE, Type.ANY}:
        return exp.false()
    events = data.events(None, start=None, end=resolve_window(Ever(), moment).end)
    condition = compile_property(leaf, _EventTime(aggregate(this=events.time.copy())), data, moment)
    query = exp.select(events.profile_id.copy()).group_by(events.profile_id.copy(), copy=False)
    return is_in(data.people.id, query.having(condition, copy=False).from_(events.relation(), copy=False))
