"""The order of people by any property, in keyset pages.

Values of different kinds stand in groups: text, numbers, booleans, lists, objects; who has none
comes last in both directions. Each group is read by itself, by one typed column, which is much
quicker than one sort over all kinds; a page rarely needs more than one group.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlglot import exp

from profiles_app.columnar.engine import Question
from profiles_app.display.labels import NAME
from profiles_app.filters.data import Form
from profiles_app.filters.properties import CREATED_AT, DISTINCT_ID, FIRST_EVENT, LAST_EVENT, UPDATED_AT

_KINDS: Final = (Form.STRING, Form.NUMBER, Form.BOOLEAN, Form.LIST, Form.OBJECT)
_UNSET: Final = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A row in the order: its id, the letter of its group and its value ('' and None: unset)."""

    id: int
    group: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Ordering:
    """`values` makes the value of each group over the people of the present statement."""

    groups: tuple[Form, ...]
    value: Callable[[Question, Form], exp.Expr]


def order_by(question: Question, name: str) -> Ordering:
    """How people are ordered by a property. May run a statement of its own."""
    if name in (UPDATED_AT, CREATED_AT):
        return Ordering(groups=(Form.INSTANT,), value=lambda q, _: _own_instant(q, name))
    if name == DISTINCT_ID:
        return Ordering(groups=(Form.STRING,), value=lambda q, _: q.people.distinct_id.copy())
    if name == NAME:
        return Ordering(groups=(Form.STRING,), value=lambda q, _: read_name(q))
    if name in (FIRST_EVENT, LAST_EVENT):
        _keep_moments(question, exp.Min if name == FIRST_EVENT else exp.Max)
        return Ordering(groups=(Form.INSTANT,), value=_read_moment)
    groups = tuple(form for form in _KINDS if question.people.has_form(name, form))
    return Ordering(groups=groups, value=lambda q, form: q.people.value(name, form))


def _own_instant(question: Question, name: str) -> exp.Expr:
    return (question.people.updated_at if name == UPDATED_AT else question.people.created_at).copy()


def read_name(question: Question) -> exp.Expr:
    """The name as the table shows it: `$name`, else first and last name."""
    people = question.people
    whole = _not_blank(people.value(NAME, Form.STRING))
    parts = [name for name in ("$first_name", "$last_name") if people.has_form(name, Form.STRING)]
    if not parts:
        return whole
    # sqlglot's own CONCAT_WS is NULL where one part is.
    texts = [exp.Literal.string(" "), *(people.value(name, Form.STRING) for name in parts)]
    joined = exp.Anonymous(this="concat_ws", expressions=texts)
    return exp.func("coalesce", whole, _not_blank(joined))


def _not_blank(text: exp.Expr) -> exp.Expr:
    return exp.func("nullif", exp.func("trim", text), exp.Literal.string(""))


def _keep_moments(question: Question, aggregate: type[exp.AggFunc]) -> None:
    """Each person's first or last event, for the statements that follow."""
    events = question.events(None, start=None, end=question.moment.now)
    moment = aggregate(this=events.time.copy()).as_("at")
    question.keep(
        "moments",
        exp.select(events.profile_id.copy(), moment).from_(events.relation()).group_by(events.profile_id.copy()),
    )
    question.begin()


def _read_moment(question: Question, form: Form) -> exp.Expr:
    own = exp.column("profile_id", table="moments").eq(question.people.id.copy())
    return exp.select("at").from_("moments").where(own).subquery()


def read_page(
    question: Question,
    ordering: Ordering,
    *,
    where: Callable[[], exp.Expr],
    after: Place | None,
    descending: bool,
    backwards: bool,
    limit: int,
) -> list[Place]:
    """The first `limit` rows after a place, in reading order. `where` is asked for each statement."""
    # Read backwards, everything turns around: the direction, where unset stands, the tie-breaker.
    down = descending != backwards
    groups = [form.value for form in (reversed(ordering.groups) if descending else ordering.groups)] + [_UNSET]
    if backwards:
        groups.reverse()
    if after is not None and after.group in groups:
        groups = groups[groups.index(after.group) :]
    rows: list[Place] = []
    for group in groups:
        if len(rows) < limit:
            start = after if after is not None and after.group == group else None
            query = _select(question, ordering, group, where=where, down=down, backwards=backwards, after=start)
            found = question.fetch(query.limit(limit - len(rows)))
            rows += [Place(id=row[0], group=group, value=row[1]) for row in found]
            question.begin()
    return rows


def _select(
    question: Question,
    ordering: Ordering,
    group: str,
    *,
    where: Callable[[], exp.Expr],
    down: bool,
    backwards: bool,
    after: Place | None,
) -> exp.Select:
    number = question.people.id.copy()
    if group == _UNSET:
        value: exp.Expr = exp.null()
        unset = [exp.Is(this=ordering.value(question, form), expression=exp.null()) for form in ordering.groups]
        conditions = [where(), *unset]
    else:
        value = ordering.value(question, Form(group))
        conditions = [where(), exp.not_(exp.Is(this=value.copy(), expression=exp.null()))]
    if after is not None:
        conditions.append(_beyond(question, value, after, down=down, backwards=backwards))
    order = [exp.Ordered(this=number.copy(), desc=backwards)]
    if group != _UNSET:
        order.insert(0, exp.Ordered(this=exp.column("value"), desc=down, nulls_first=False))
    return (
        exp.select(number, exp.alias_(value, "value"))
        .from_(question.people.relation())
        .where(*conditions)
        .order_by(*order)
    )


def _beyond(question: Question, value: exp.Expr, after: Place, *, down: bool, backwards: bool) -> exp.Expr:
    number, own = question.people.id.copy(), question.parameters.add(after.id)
    further_id = (exp.LT if backwards else exp.GT)(this=number, expression=own)
    if after.group == _UNSET:
        return further_id
    limit = question.parameters.add(after.value)
    further = (exp.LT if down else exp.GT)(this=value.copy(), expression=limit)
    return exp.or_(further, exp.and_(exp.EQ(this=value.copy(), expression=limit.copy()), further_id))


def find_place(question: Question, ordering: Ordering, number: int) -> Place | None:
    """Where a row stands; None for one that is gone."""
    values = [ordering.value(question, form) for form in ordering.groups]
    query = exp.select(*values, exp.true()).from_(question.people.relation())
    found = question.fetch(query.where(question.people.id.eq(question.parameters.add(number))))
    question.begin()
    if not found:
        return None
    for form, value in zip(ordering.groups, found[0], strict=False):
        if value is not None:
            return Place(id=number, group=form.value, value=value)
    return Place(id=number, group=_UNSET, value=None)


def write_value(place: Place) -> str | None:
    """Group and value as JSON text; None where it is unset."""
    return orjson.dumps([place.group, place.value]).decode() if place.group else None


def read_value(number: int, text: str | None) -> Place:
    """The inverse of `write_value`."""
    if text is None:
        return Place(id=number, group=_UNSET, value=None)
    group, value = orjson.loads(text)
    return Place(id=number, group=group, value=datetime.fromisoformat(value) if group == Form.INSTANT else value)
