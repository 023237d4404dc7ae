"""How the people of a query differ in one property: its most frequent values, its dates by
month, and what is left."""

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from profiles_app.columnar.engine import Question
from profiles_app.errors import BadInput
from profiles_app.filters.compile import compile_filter
from profiles_app.filters.data import Form
from profiles_app.filters.expressions import call, count_where, either, is_absent, is_present
from profiles_app.filters.properties import BUILT_IN, PersonProperties
from profiles_app.filters.tree import Property, Type
from profiles_app.selectors.people import Matches, PeopleQuery, find_cohorts, match_people
from profiles_app.selectors.periods import Period, count_periods
from profiles_app.selectors.values import TAGGED, count_each, read_tagged, simplify


@dataclass(frozen=True, kw_only=True)
class ValueCount:
    """People who have a value: `single` as their whole value, `listed` as an item of a list."""

    value: Any
    single: int
    listed: int

    @property
    def people(self) -> int:
        return self.single + self.listed


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Of those who have a number; whole ones as `int`."""

    lowest: float
    median: float
    highest: float


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """All people are `single`, with a text, a number, true or false; or have a list; or an object; or the
    property is unset for them. Who has a list counts once under each different item of it; `bare`
    lists have none that is a text or a number. The counts of all values together are `named`. Texts that are
    `dates` are none of the values; they count in `periods`, newest first.
    """

    people: int
    single: int
    dates: int
    lists: int
    bare: int
    objects: int
    values: list[ValueCount]
    different: int
    named: int
    numbers: Numbers | None
    periods: list[Period]

    @property
    def earlier(self) -> int:
        """Those with a date before the last of the periods."""
        return self.dates - sum(period.people for period in self.periods)

    @property
    def unset(self) -> int:
        return self.people - self.single - self.lists - self.objects

    @property
    def other_values(self) -> int:
        """How many more different values there are."""
        return self.different - len(self.values)

    @property
    def others(self) -> int:
        """How often they occur."""
        return self.named - sum(value.people for value in self.values)


def break_down(query: PeopleQuery, *, name: str, limit: int, most_months: int = 24) -> Breakdown:
    """The first `limit` values of a property among the people of a query, and all numbers, of one moment; dates
    of the newest `most_months`. Raises `BadInput` for what everybody has of their own, `TooSlow`, `BadFilter`."""
    if name in BUILT_IN:
        raise BadInput("Nearly everybody has a value of their own here, so there is nothing to count.")
    with match_people(query) as matches:
        totals = _total(matches, query, name)
        matches.question.begin()
        periods = count_periods(matches, name, limit=most_months) if totals["dates"] else []
        return _list(matches, totals, periods, name, limit=limit)


def _total(matches: Matches, query: PeopleQuery, name: str) -> dict[str, Any]:
    """Everything but the values themselves, by the names of columns."""
    question = matches.question
    properties = PersonProperties(question.people, question.parameters)

    def number_of(form: Form) -> exp.Expr:
        return exp.Count(this=properties.value(name, form))

    items = call("LEN", _items(properties.value(name, Form.LIST)))
    number = exp.cast(properties.value(name, Form.NUMBER), "DOUBLE")
    is_set = compile_filter(Property(name, Type.ANY, "is_set"), question, question.moment, find_cohorts(query))
    columns = {
        "people": exp.Count(this=exp.Star()),
        "with_value": count_where(is_set),
        "texts": number_of(Form.STRING),
        "instants": number_of(Form.INSTANT),
        "days": number_of(Form.DAY),
        "numbers": number_of(Form.NUMBER),
        "booleans": number_of(Form.BOOLEAN),
        "lists": number_of(Form.LIST),
        "bare": count_where(exp.EQ(this=items, expression=exp.Literal.number(0))),
        "lowest": exp.Min(this=number.copy()),
        "median": call("MEDIAN", number.copy()),
        "highest": exp.Max(this=number.copy()),
    }
    where = matches.where()
    statement = exp.select(*(exp.alias_(column, key) for key, column in columns.items()))
    (row,) = question.fetch(statement.from_(question.people.relation()).where(where))
    totals = dict(zip(columns, row, strict=True))
    return totals | {"dates": totals["instants"] + totals["days"]}


def _list(matches: Matches, totals: dict[str, Any], periods: list[Period], name: str, *, limit: int) -> Breakdown:
    values, different, named = _count_values(matches, name, limit=limit)
    single = totals["texts"] + totals["numbers"] + totals["booleans"]
    return Breakdown(
        people=totals["people"],
        single=single,
        dates=totals["dates"],
        lists=totals["lists"],
        bare=totals["bare"],
        objects=totals["with_value"] - single - totals["lists"],
        values=values,
        different=different,
        named=named,
        numbers=Numbers(**{key: simplify(totals[key]) for key in ("lowest", "median", "highest")})
        if totals["numbers"]
        else None,
        periods=periods,
    )


def _count_values(matches: Matches, name: str, *, limit: int) -> tuple[list[ValueCount], int, int]:
    """The first values; how many there are; how often they all occur."""
    question = matches.question
    columns = _choose_columns(question, name)
    if not columns:
        return [], 0, 0
    where = matches.where()
    chosen = exp.select(*(exp.alias_(column, f"of_{form}") for form, column in columns.items()))
    chosen = chosen.from_(question.people.relation()).where(where)
    parts = [
        exp.select("value", "number", f"{'number' if form == Form.LIST else '0'} AS listed").from_(
            count_each(question, form).subquery("part")
        )
        for form in columns
    ]
    whole: exp.Query = parts[0]
    for part in parts[1:]:
        whole = exp.union(whole, part, distinct=False)
    statement = (
        exp.select(
            "value",
            "CAST(SUM(number) AS BIGINT) AS people",
            "CAST(SUM(listed) AS BIGINT)",
            "COUNT(*) OVER ()",
            "CAST(SUM(SUM(number)) OVER () AS BIGINT)",
        )
        .with_("chosen", as_=chosen)
        .from_(whole.subquery("counted"))
        .group_by("value")
        .order_by("people DESC", "value")
        .limit(limit)
    )
    rows = question.fetch(statement)
    values = [
        ValueCount(value=read_tagged(value), single=people - listed, listed=listed)
        for value, people, listed, _, _ in rows
    ]
    return (values, rows[0][3], rows[0][4]) if rows else ([], 0, 0)


def _choose_columns(question: Question, name: str) -> dict[Form, exp.Expr]:
    """The kinds that anybody may have, without dates. An item that stands twice in a list counts once."""
    properties = PersonProperties(question.people, question.parameters)
    columns = {form: properties.value(name, form) for form in TAGGED}
    chosen = {form: column for form, column in columns.items() if not is_absent(column)}
    if Form.LIST in chosen:
        chosen[Form.LIST] = call("LIST_DISTINCT", chosen[Form.LIST])
    if Form.STRING in chosen:
        dates = [properties.value(name, form) for form in (Form.INSTANT, Form.DAY)]
        chosen[Form.STRING] = _leave_out(chosen[Form.STRING], [date for date in dates if not is_absent(date)])
    return chosen


def _leave_out(texts: exp.Expr, dates: list[exp.Expr]) -> exp.Expr:
    """NULL for a text that is a date."""
    if not dates:
        return texts
    is_date = either(*map(is_present, dates))
    return exp.Case(ifs=[exp.If(this=is_date, true=exp.null())], default=texts)


def _items(items: exp.Expr) -> exp.Expr:
    """Without those that are neither a text nor a number."""
    is_named = exp.NEQ(this=exp.column("item"), expression=exp.Literal.string("x"))
    test = exp.Lambda(this=is_named, expressions=[exp.to_identifier("item")])
    return call("LIST_FILTER", exp.cast(items, "VARCHAR[]"), test)
