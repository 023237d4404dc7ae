"""Sequences: A, then B, then C, each strictly later.

A step without `within` needs of the step before only the earliest time at which it was reached. One
with `within` needs all of them, and of these the latest before the event: an earlier one would only
be further away. That is what an ASOF join finds, in one sorted pass.
"""

from typing import Final

from sqlglot import exp

from profiles_app.filters.behaviours import compile_where
from profiles_app.filters.data import Data, Moment
from profiles_app.filters.days import MICROSECOND, length
from profiles_app.filters.expressions import call, every, is_in, opposite
from profiles_app.filters.tree import Sequence, Span, Step
from profiles_app.filters.windows import EventRange, resolve_window

_PERSON: Final = "person"
_AT: Final = "at"


def compile_sequence(leaf: Sequence, data: Data, moment: Moment) -> exp.Expr:
    """The condition of a sequence leaf over the rows of people."""
    window = resolve_window(leaf.window, moment)
    matched = (
        exp.false() if window.is_empty else is_in(data.people.id, _select_finishers(leaf.steps, data, moment, window))
    )
    return matched if leaf.did else opposite(matched)


def _select_finishers(steps: tuple[Step, ...], data: Data, moment: Moment, window: EventRange) -> exp.Select:
    """The people who reached the last step. `matches_n` has the events of a step, `reached_n` those
    of them that end a chain of all steps so far."""
    tables: list[tuple[str, exp.Select]] = []
    for number, step in enumerate(steps):
        tables.append((f"matches_{number}", _select_matches(step, data, moment, window)))
    for number, following in enumerate(steps[1:]):
        tables.append((f"reached_{number}", _select_reached(number, steps[number].within, following)))
    last = len(steps) - 1
    query = _join_before(last, steps[last].within).select(_column("m", _PERSON), copy=False)
    for name, table in tables:
        query = query.with_(name, as_=table, copy=False)
    return query


def _select_matches(step: Step, data: Data, moment: Moment, window: EventRange) -> exp.Select:
    events = data.events(step.event, start=window.start, end=window.end)
    query = exp.select(exp.alias_(events.profile_id.copy(), _PERSON), exp.alias_(events.time.copy(), _AT))
    if step.where is not None:
        query = query.where(compile_where(events, step.where, data, moment), copy=False)
    return query.from_(events.relation(), copy=False)


def _select_reached(number: int, within: Span | None, following: Step) -> exp.Select:
    """The times at which a step was reached: all that the following step needs of them."""
    rows = _join_before(number, within) if number else exp.select().from_(_table(f"matches_{number}", "m"))
    person, at = _column("m", _PERSON), _column("m", _AT)
    if following.within is None:
        earliest = exp.alias_(exp.Min(this=at), _AT)
        return rows.select(person, earliest, copy=False).group_by(person.copy(), copy=False)
    # Sorting is what costs; only those who have an event of the following step are worth it.
    ahead = exp.select(_PERSON).from_(f"matches_{number + 1}")
    return rows.select(person, at, copy=False).where(is_in(person, ahead), copy=False)


def _join_before(number: int, within: Span | None) -> exp.Select:
    """The events of a step, each with a time strictly before at which the step before was reached:
    the latest one, no longer ago than `within`."""
    before = _table(f"reached_{number - 1}", "r")
    same = exp.EQ(this=_column("m", _PERSON), expression=_column("r", _PERSON))
    later = exp.GT(this=_column("m", _AT), expression=_column("r", _AT))
    query = exp.select().from_(_table(f"matches_{number}", "m"))
    query = query.join(before, on=every(same, later), join_type="ASOF" if within else "", copy=False)
    return query.where(_is_within(within), copy=False) if within else query


def _is_within(within: Span) -> exp.Expr:
    passed = exp.Sub(this=_micros(_column("m", _AT)), expression=_micros(_column("r", _AT)))
    return exp.LTE(this=passed, expression=exp.Literal.number(length(within) // MICROSECOND))


def _micros(time: exp.Expr) -> exp.Expr:
    return call("EPOCH_US", time)


def _column(table: str, name: str) -> exp.Column:
    return exp.column(name, table=table)


def _table(name: str, alias: str) -> exp.Expr:
    return exp.alias_(exp.to_table(name), alias, table=True)
