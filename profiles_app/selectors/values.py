"""The values that a property has, most frequent first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlglot import exp

from profiles_app.columnar.engine import Question, ask
from profiles_app.filters.data import Form, Properties
from profiles_app.filters.expressions import is_true
from profiles_app.filters.operators.text import fold_column, fold_needle
from profiles_app.filters.tree import Population
from profiles_app.models import GroupKey, Project, Scope
from profiles_app.selectors.people import PeopleQuery, match_people

_ZERO: Final = exp.Literal.number("0.0")
# A value as one text: a letter for its kind, as in the lists of `Form.LIST`, and its text.
TAGGED: Final[dict[Form, Callable[[exp.Expr], exp.Expr]]] = {
    Form.STRING: lambda value: _tag("s", value),
    Form.NUMBER: lambda value: _tag(
        "n", exp.cast(exp.Add(this=value, expression=exp.Literal.number("0.0")), "VARCHAR")
    ),
    Form.BOOLEAN: lambda value: _tag("b", exp.cast(value, "VARCHAR")),
    Form.LIST: lambda value: value,
}


def list_values(
    project: Project, *, scope: Scope, group_key: GroupKey | None, event: str | None, name: str, prefix: str, limit: int
) -> list[tuple[Any, int]]:
    """The first `limit` values of a property that begin with `prefix`, in any case, each with how often
    it occurs. Elements of lists count one by one; objects are no values to choose from. `event`
    narrows event properties to the events of one name."""
    if scope == Scope.PROFILE:
        query = PeopleQuery(project=project, group_key=group_key, population=Population.ALL)
        return list_values_of(query, name=name, prefix=prefix, limit=limit)
    with ask(project, group_key=None) as question:
        events = question.events(event, start=None, end=datetime.max.replace(tzinfo=question.moment.now.tzinfo))
        return _list(
            question, _Rows(events, events.relation, exp.true()), list(TAGGED), name, prefix=prefix, limit=limit
        )


def list_values_of(query: PeopleQuery, *, name: str, prefix: str = "", limit: int) -> list[tuple[Any, int]]:
    """The same among the people of a query."""
    with match_people(query, reads=1) as matches:
        question, people = matches.question, matches.question.people
        forms = [form for form in TAGGED if people.has_form(name, form)]
        return _list(question, _Rows(people, people.relation, matches.where()), forms, name, prefix=prefix, limit=limit)


@dataclass(frozen=True)
class _Rows:
    """Rows to count values of: `relation` is asked for after the last value."""

    source: Properties
    relation: Callable[[], exp.Expr]
    where: exp.Expr


def _list(
    question: Question, rows: _Rows, forms: list[Form], name: str, *, prefix: str, limit: int
) -> list[tuple[Any, int]]:
    if not forms:
        return []
    columns = [exp.alias_(rows.source.value(name, form), f"of_{form}") for form in forms]
    # The rows are chosen once; each kind of value is then counted by itself.
    chosen = exp.select(*columns).from_(rows.relation()).where(rows.where)
    counted = [count_each(question, form, prefix) for form in forms]
    whole: exp.Query = counted[0]
    for part in counted[1:]:
        whole = exp.union(whole, part, distinct=False)
    number = exp.Sum(this=exp.column("number"))
    query = (
        exp.select("value", exp.cast(number, "BIGINT").as_("number"))
        .with_("chosen", as_=chosen)
        .from_(whole.subquery("counted"))
        .group_by("value")
        .order_by("number DESC", "value")
        .limit(limit)
    )
    return [(read_tagged(value), number) for value, number in question.fetch(query)]


def count_each(question: Question, form: Form, prefix: str = "") -> exp.Select:
    """How often each value of one kind occurs, as columns `value`, tagged, and `number`, of a table `chosen`
    with a column `of_` and the kind."""
    column = exp.column(f"of_{form}")
    if form == Form.LIST:
        items = exp.select(exp.Unnest(expressions=[column]).as_("item")).from_("chosen").subquery("items")
        rows = exp.select(exp.column("item").as_("value"), exp.Count(this=exp.Star()).as_("number")).from_(items)
        value = exp.column("item")
        rows = rows.where(exp.NEQ(this=value.copy(), expression=exp.Literal.string("x")))
    else:
        value = column
        rows = exp.select(TAGGED[form](column.copy()).as_("value"), exp.Count(this=exp.Star()).as_("number"))
        rows = rows.from_("chosen").where(exp.not_(exp.Is(this=column.copy(), expression=exp.null())))
    if prefix:
        text = exp.cast(value.copy(), "VARCHAR")
        shown = exp.func("substr", text, exp.Literal.number(2)) if form == Form.LIST else text
        begins = exp.func("starts_with", fold_column(shown, prefix), fold_needle(prefix, question.parameters))
        rows = rows.where(is_true(begins))
    return rows.group_by(value.copy())


def _tag(letter: str, text: exp.Expr) -> exp.Expr:
    return exp.DPipe(this=exp.Literal.string(letter), expression=text)


def read_tagged(tagged: str) -> Any:
    """The value of a tagged text."""
    text = tagged[1:]
    if tagged[0] == "s":
        return text
    if tagged[0] == "b":
        return text == "true"
    return simplify(float(text))


def simplify(number: float) -> float:
    """Whole numbers as `int`."""
    return int(number) if number.is_integer() else number
