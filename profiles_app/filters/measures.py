"""What is measured over the events of one person, as aggregates."""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlglot import exp

from profiles_app.filters.data import Data, Events, Form, Moment
from profiles_app.filters.days import list_changes
from profiles_app.filters.expressions import call, is_absent
from profiles_app.filters.properties import StoredProperties
from profiles_app.filters.tree import Aggregate, Measure
from profiles_app.filters.windows import EventRange

# Of people without events these are 0; the others have no value at all.
EMPTY_IS_ZERO: Final = frozenset({Aggregate.COUNT, Aggregate.DAYS, Aggregate.SUM, Aggregate.DISTINCT})

_OVER_NUMBERS: Final[dict[Aggregate, type[exp.AggFunc]]] = {
    Aggregate.SUM: exp.Sum,
    Aggregate.AVERAGE: exp.Avg,
    Aggregate.MIN: exp.Min,
    Aggregate.MAX: exp.Max,
}
# Each value has exactly one of these forms, so that the distinct values of each add up.
_KINDS: Final = (Form.STRING, Form.NUMBER, Form.BOOLEAN, Form.LIST, Form.OBJECT)

_DAY: Final = 86_400_000_000
# With the margins below, its days have room in 62 bits.
_SHORT: Final = timedelta(days=56)
# Added so that no instant of the calendar is negative: division cuts towards zero.
_BASE: Final = 1_000_000 * _DAY


def compile_measure(measure: Measure, events: Events, data: Data, window: EventRange, moment: Moment) -> exp.Expr:
    """The measure over a group of events in this window; NULL where it has no value."""
    match measure:
        case Measure(Aggregate.COUNT):
            return exp.Count(this=exp.Star())
        case Measure(Aggregate.DAYS):
            return _count_days(_compile_day(events.time, data, window, ZoneInfo(moment.timezone)), window)
        case Measure(aggregate, str(name)):
            source = StoredProperties(events, data.parameters)
            if aggregate is Aggregate.DISTINCT:
                return _count_values(name, source)
            total = _OVER_NUMBERS[aggregate](this=source.value(name, Form.NUMBER))
            return _or_zero(total) if aggregate is Aggregate.SUM else total
        case _:
            raise ValueError("A measure without its property: the tree was not parsed.")


def _count_values(name: str, source: StoredProperties) -> exp.Expr:
    columns = [source.value(name, form) for form in _KINDS]
    counts = [_count_distinct(column) for column in columns if not is_absent(column)]
    total: exp.Expr = exp.Literal.number(0)
    for count in counts:
        total = exp.Add(this=total, expression=count)
    return total


def _count_distinct(column: exp.Expr) -> exp.Expr:
    return exp.Count(this=exp.Distinct(expressions=[column]))


def _or_zero(total: exp.Expr) -> exp.Expr:
    return call("COALESCE", total, exp.Literal.number(0))


def _count_days(day: exp.Expr, window: EventRange) -> exp.Expr:
    """Over a short window, a bit for each day: quicker than a set of days for each person."""
    if window.start is None or window.end - window.start > _SHORT:
        return _count_distinct(day)
    # No zone is more than a day away from UTC.
    before = (round(window.start.timestamp()) * 1_000_000 + _BASE) // _DAY - 2
    place = exp.Sub(this=exp.paren(day, copy=False), expression=exp.Literal.number(before))
    # People with events before the window may be among the groups; whatever they get is not looked at.
    within = call("GREATEST", exp.Literal.number(0), call("LEAST", exp.Literal.number(62), place))
    bit = exp.BitwiseLeftShift(
        this=exp.cast(exp.Literal.number(1), "BIGINT"), expression=exp.cast(within, "INTEGER", copy=False)
    )
    return call("BIT_COUNT", exp.Anonymous(this="BIT_OR", expressions=[bit]))


def _compile_day(time: exp.Expr, data: Data, window: EventRange, zone: ZoneInfo) -> exp.Expr:
    """A number for each calendar day of the zone.

    Written with the offsets of the zone that Python knows: DuckDB's own time zones take twice as
    long, and are of another edition than the ones that windows are made with.
    """
    micros = call("EPOCH_US", time.copy())
    local = exp.Add(this=micros, expression=_compile_offset(time, data, window, zone))
    return exp.IntDiv(this=exp.paren(local, copy=False), expression=exp.Literal.number(_DAY))


def _compile_offset(time: exp.Expr, data: Data, window: EventRange, zone: ZoneInfo) -> exp.Expr:
    """Microseconds to add, latest change of the clock first: most events are recent."""
    changes = list_changes(zone, start=window.start, end=window.end)
    *later, (_, earliest) = [(instant, round(offset.total_seconds()) * 1_000_000) for instant, offset in changes]
    found: exp.Expr = _number(earliest)
    if not later:
        return found
    branches = [
        exp.If(
            this=exp.GTE(this=time.copy(), expression=data.parameters.add(instant.replace(tzinfo=None))),
            true=_number(offset),
        )
        for instant, offset in later
    ]
    return exp.Case(ifs=branches, default=found)


def _number(offset: int) -> exp.Expr:
    return exp.Literal.number(_BASE + offset)
