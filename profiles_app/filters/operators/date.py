"""Operators on dates: each is a union of ranges of time (docs/decisions/dates.md)."""

import datetime
from collections.abc import Callable
from typing import Final, TypeAlias

from sqlglot import exp

from profiles_app.filters.data import Form, Parameters
from profiles_app.filters.expressions import either, every, is_absent, is_present
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators.operator import Compile, Operand, Operator, negate
from profiles_app.filters.tree import Span, Type, Value
from profiles_app.filters.windows import Calendar, DateRange
from profiles_app.filters.words import join_or, say_day, say_last, say_span

Resolve: TypeAlias = Callable[[Calendar, Value], list[DateRange]]


def _days(value: Value) -> list[datetime.date]:
    if isinstance(value, datetime.date):
        return [value]
    assert isinstance(value, tuple)
    return [day for day in value if isinstance(day, datetime.date)]


def _span(value: Value) -> Span:
    assert isinstance(value, Span)
    return value


def _in_ranges(resolve: Resolve) -> Compile:
    def compile_ranges(operand: Operand, value: Value) -> exp.Expr:
        ranges = resolve(Calendar(operand.moment), value)
        instants = [_within(operand, Form.INSTANT, _naive(one.start), _naive(one.end)) for one in ranges]
        days = [_within(operand, Form.DAY, one.first, one.stop) for one in ranges]
        return either(*(condition for condition in instants + days if condition is not None))

    return compile_ranges


def _within(operand: Operand, form: Form, low: datetime.date | None, high: datetime.date | None) -> exp.Expr | None:
    """`low <= column < high`; None where no row has this form."""
    column = operand.read(form)
    if is_absent(column):
        return None
    return every(*_bound(column, low, high, operand.parameters))


def _bound(
    column: exp.Expr, low: datetime.date | None, high: datetime.date | None, parameters: Parameters
) -> list[exp.Expr]:
    bounds: list[exp.Expr] = []
    if low is not None:
        bounds.append(exp.GTE(this=column.copy(), expression=parameters.add(low)))
    if high is not None:
        bounds.append(exp.LT(this=column.copy(), expression=parameters.add(high)))
    return bounds or [is_present(column)]


def _naive(instant: datetime.datetime | None) -> datetime.datetime | None:
    """TIMESTAMP columns hold UTC without saying so."""
    return None if instant is None else instant.replace(tzinfo=None)


def _says_days(words: str, *, join: Callable[[list[str]], str] = join_or) -> Callable[[Value], str]:
    return lambda value: f"{words} {join([say_day(day) for day in _days(value)])}"


def _operator(
    key: str, label: str, kind: Input, resolve: Resolve, describe: Callable[[Value], str], *, moves: bool = False
) -> Operator:
    return Operator(
        key=key,
        label=label,
        type=Type.DATE,
        input=kind,
        compile=_in_ranges(resolve),
        describe=describe,
        moves_with_time=moves,
    )


def _resolve_between(calendar: Calendar, value: Value) -> list[DateRange]:
    first, last = _days(value)
    return [calendar.range_of_days(first, last)]


_ON: Final = _operator(
    "on",
    "on",
    Input.DAYS,
    lambda calendar, value: [calendar.range_of_days(day, day) for day in _days(value)],
    _says_days("is on"),
)
_BETWEEN: Final = _operator(
    "between",
    "between",
    Input.DAY_RANGE,
    _resolve_between,
    _says_days("is between", join=" and ".join),
)
_IN_LAST: Final = _operator(
    "in_last",
    "in the last",
    Input.SPAN,
    lambda calendar, value: [calendar.range_of_last(_span(value))],
    lambda value: f"is in {say_last(_span(value))}",
    moves=True,
)

DATE_OPERATORS: Final = (
    _ON,
    negate(_ON, key="not_on", label="not on", describe=_says_days("is not on")),
    _operator(
        "before",
        "before",
        Input.DAY,
        lambda calendar, value: [calendar.range_before(day) for day in _days(value)],
        _says_days("is before"),
    ),
    _operator(
        "since",
        "since",
        Input.DAY,
        lambda calendar, value: [calendar.range_of_days(day, None) for day in _days(value)],
        _says_days("is since"),
    ),
    _BETWEEN,
    negate(
        _BETWEEN,
        key="not_between",
        label="not between",
        describe=_says_days("is not between", join=" and ".join),
    ),
    _IN_LAST,
    negate(
        _IN_LAST,
        key="not_in_last",
        label="not in the last",
        describe=lambda value: f"is not in {say_last(_span(value))}",
    ),
    _operator(
        "more_than_ago",
        "more than … ago",
        Input.SPAN,
        lambda calendar, value: [calendar.range_more_than_ago(_span(value))],
        lambda value: f"is more than {say_span(_span(value))} ago",
        moves=True,
    ),
    _operator(
        "in_next",
        "in the next",
        Input.SPAN,
        lambda calendar, value: [calendar.range_of_next(_span(value))],
        lambda value: f"is in the next {say_span(_span(value))}",
        moves=True,
    ),
)
