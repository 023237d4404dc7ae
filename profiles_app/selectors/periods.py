"""Dates by month, newest first; where all are of one month, by day. Each period is counted by the very condition
that asks for it, so that whoever asks finds as many."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlglot import exp

from profiles_app.filters.conditions import compile_property
from profiles_app.filters.data import Form
from profiles_app.filters.days import shift, shift_days
from profiles_app.filters.expressions import call, count_where, is_absent
from profiles_app.filters.properties import PersonProperties
from profiles_app.filters.tree import Property, Span, Type, Unit
from profiles_app.selectors.people import Matches

_FORMS: Final = (Form.INSTANT, Form.DAY)
_MONTH: Final = Span(1, Unit.MONTH)


@dataclass(frozen=True, kw_only=True)
class Period:
    """People with a date from `first` to `last`, both included: a calendar month, or a day."""

    first: date
    last: date
    people: int

    @property
    def is_day(self) -> bool:
        return self.first == self.last


class _Dates:
    """The dates of the people of `matches`, as a relation with a column for each form that they have: a condition
    reads what was looked up in the properties once, however many periods ask."""

    def __init__(self, matches: Matches, name: str) -> None:
        question = matches.question
        properties = PersonProperties(question.people, question.parameters)
        read = {form: properties.value(name, form) for form in _FORMS}
        self.columns = {form: exp.column(form.value) for form, value in read.items() if not is_absent(value)}
        self._chosen = [read[form].as_(form.value) for form in self.columns]
        self._from = question.people.relation(), matches.where()

    def relation(self) -> exp.Expr:
        people, where = self._from
        return exp.select(*self._chosen).from_(people).where(where).subquery("dates")

    def value(self, name: str, form: Form) -> exp.Expr:
        return self.columns.get(form, exp.null()).copy()


def count_periods(matches: Matches, name: str, *, limit: int) -> list[Period]:
    """The newest `limit` months in which people have a date, or the days of the only month."""
    months = _count(matches, name, map(_month_of, _list_months(matches, name, limit=limit)))
    if len(months) != 1:
        return months[:limit]
    (month,) = months
    days = (shift_days(month.last, -number) for number in range(month.last.day))
    return _count(matches, name, ((day, day) for day in days))


def _list_months(matches: Matches, name: str, *, limit: int) -> list[date]:
    """The first days of all months that may be among the newest `limit`, newest first."""
    dates = _Dates(matches, name)
    if not dates.columns:
        return []
    month = exp.cast(call("DATE_TRUNC", exp.Literal.string("month"), call("COALESCE", *dates.columns.values())), "DATE")
    months = exp.select(month.as_("month")).distinct().from_(dates.relation())
    # The edges of a zone's months are not those of UTC: what is in one may be in the one before, or after.
    chosen = exp.select("month").from_(months.subquery("months")).where("month IS NOT NULL")
    rows = matches.question.fetch(chosen.order_by("month DESC").limit(limit + 2))
    matches.question.begin()
    near = {shift(month, _MONTH, sign=sign).replace(day=1) for (month,) in rows for sign in (-1, 1)}
    return sorted(near | {month for (month,) in rows}, reverse=True)


def _month_of(first: date) -> tuple[date, date]:
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _count(matches: Matches, name: str, periods: Iterable[tuple[date, date]]) -> list[Period]:
    """Those of the periods in which anybody has a date."""
    asked = list(periods)
    if not asked:
        return []
    question, dates = matches.question, _Dates(matches, name)
    counts = [
        count_where(compile_property(ask_period(name, first, last), dates, question, question.moment))
        for first, last in asked
    ]
    (row,) = question.fetch(exp.select(*counts).from_(dates.relation()))
    question.begin()
    found: Iterable[tuple[tuple[date, date], Any]] = zip(asked, row, strict=True)
    return [Period(first=first, last=last, people=people) for (first, last), people in found if people]


def ask_period(name: str, first: date, last: date) -> Property:
    """The condition for the people of a period."""
    return Property(name, Type.DATE, "between", (first, last))
