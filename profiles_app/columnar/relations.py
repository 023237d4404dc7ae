"""People and events as the filter compiler sees them: `filters.data`, answered by segments and tail.

A relation is a sub-select over the union of its segments and the tail, with those typed values
that were asked for, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlglot import exp

from profiles_app.columnar.naming import TYPES, name_column, point_at
from profiles_app.columnar.store import Lease
from profiles_app.columnar.typing import MACROS
from profiles_app.columnar.view import OpenSegment
from profiles_app.filters.data import Form
from profiles_app.models import Dataset, Segment

_NEVER = exp.false()


class SqlParameters:
    """Named parameters of one statement."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: object) -> exp.Expr:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return exp.Parameter(this=exp.var(name))


@dataclass(kw_only=True)
class _Values:
    """The typed values that a relation has been asked for, each a column `v0`, `v1`, …"""

    parameters: SqlParameters
    alias: str
    is_known: Callable[[str], bool]
    _places: dict[tuple[str, Form], int] = field(default_factory=dict)
    _pointers: dict[str, exp.Expr] = field(default_factory=dict)

    def value(self, name: str, form: Form) -> exp.Expr:
        place = self._places.setdefault((name, form), len(self._places))
        return exp.column(f"v{place}", table=self.alias)

    def columns(self, segment: Segment | None) -> list[exp.Expr]:
        """As they come from a segment, or from the tail."""
        return [
            exp.alias_(self._read(name, form, segment), f"v{place}") for (name, form), place in self._places.items()
        ]

    def _read(self, name: str, form: Form, segment: Segment | None) -> exp.Expr:
        if segment is not None and name in segment.columns:
            if form in segment.columns[name]:
                return exp.column(name_column(name, form))
            return _null(form)
        if segment is not None and segment.whole:
            return _null(form)
        if name not in self._pointers:
            self._pointers[name] = self.parameters.add(point_at(name))
        raw = exp.cast(exp.func("json_extract", exp.column("properties"), self._pointers[name].copy()), "VARCHAR")
        return exp.Anonymous(this=MACROS[form], expressions=[raw])


def _null(form: Form) -> exp.Expr:
    return exp.cast(exp.null(), TYPES[form])


def _may_have(segment: Segment, name: str, form: Form) -> bool:
    return form in segment.columns[name] if name in segment.columns else not segment.whole


_OWN_COLUMNS = ("id", "distinct_id", "created_at", "updated_at", "has_properties")


class PeopleRelation:
    """The users of a project, or the groups of one key."""

    def __init__(
        self, lease: Lease, parameters: SqlParameters, *, group_key_id: int | None, is_known: Callable[[str], bool]
    ) -> None:
        self._lease = lease
        self._group_key_id = group_key_id
        self._values = _Values(parameters=parameters, alias="people", is_known=is_known)
        self.value = self._values.value
        self.is_known = is_known
        self.id = exp.column("id", table="people")
        self.distinct_id = exp.column("distinct_id", table="people")
        self.created_at = exp.column("created_at", table="people")
        self.updated_at = exp.column("updated_at", table="people")
        self.has_properties = exp.column("has_properties", table="people")
        self._own = list(_OWN_COLUMNS)

    def properties(self) -> exp.Expr:
        """All properties as JSON text."""
        if "properties" not in self._own:
            self._own.append("properties")
        return exp.column("properties", table="people")

    def has_form(self, name: str, form: Form) -> bool:
        """Whether anybody may have a value of this kind: False is certain."""
        if self._lease.tail_rows[Dataset.PROFILES]:
            return True
        return any(
            form in opened.segment.columns.get(name, "")
            or (name not in opened.segment.columns and not opened.segment.whole)
            for opened in self._segments()
        )

    def relation(self) -> exp.Expr:
        """What stands after FROM; to be asked for after the last `value`."""
        branches = [self._from_segment(opened) for opened in self._segments()]
        if self._lease.tail_rows[Dataset.PROFILES] or not branches:
            branches.append(self._from_tail())
        return _union(branches, "people")

    def _segments(self) -> list[OpenSegment]:
        return [
            opened
            for opened in self._lease.segments
            if opened.segment.dataset == Dataset.PROFILES and opened.segment.group_key_id == self._group_key_id
        ]

    def _from_segment(self, opened: OpenSegment) -> exp.Select:
        query = exp.select(*self._own, *self._values.columns(opened.segment)).from_(f"{opened.alias}.segment")
        if not self._lease.tail_rows[Dataset.PROFILES]:
            return query
        rewritten = exp.select("id").from_(f"{self._lease.schema}.profiles")
        return query.where(exp.not_(exp.column("id").isin(query=rewritten)))

    def _from_tail(self) -> exp.Select:
        population = exp.column("population").eq(exp.Literal.number(self._group_key_id or 0))
        return (
            exp.select(*self._own, *self._values.columns(None))
            .from_(f"{self._lease.schema}.profiles")
            .where(exp.column("alive"), population)
        )


class EventRelation:
    """The events of one name (None: of all) in a range of time."""

    def __init__(
        self,
        lease: Lease,
        parameters: SqlParameters,
        *,
        name_id: int | None,
        known: bool,
        start: datetime | None,
        end: datetime,
        is_known: Callable[[str], bool],
        alias: str = "events",
    ) -> None:
        self._lease = lease
        self._parameters = parameters
        self._name_id = name_id
        self._known = known
        self._start = start
        self._end = end
        self._alias = alias
        self._values = _Values(parameters=parameters, alias=alias, is_known=is_known)
        self.value = self._values.value
        self.is_known = is_known
        self.profile_id = exp.column("profile_id", table=alias)
        self.time = exp.column("time", table=alias)

    def relation(self) -> exp.Expr:
        """What stands after FROM; to be asked for after the last `value`."""
        branches = [self._from_segment(opened) for opened in self._segments()]
        if self._known and (self._lease.tail_rows[Dataset.EVENTS] or not branches):
            branches.append(self._from_tail())
        return _union(branches or [self._from_tail().where(_NEVER)], self._alias)

    def _segments(self) -> list[OpenSegment]:
        return [
            opened
            for opened in self._lease.segments
            if self._known and opened.segment.dataset == Dataset.EVENTS and self._overlaps(opened.segment)
        ]

    def _overlaps(self, segment: Segment) -> bool:
        if segment.first_time is None or segment.last_time is None:
            return False
        return segment.first_time < self._end and (self._start is None or segment.last_time >= self._start)

    def _from_segment(self, opened: OpenSegment) -> exp.Select:
        segment = opened.segment
        query = self._select(segment).from_(f"{opened.alias}.segment").where(*self._conditions(segment))
        if segment.pk not in self._lease.hidden:
            return query
        hidden = exp.select("id").from_(f"{self._lease.schema}.hidden")
        return query.where(exp.not_(exp.column("id").isin(query=hidden)))

    def _from_tail(self) -> exp.Select:
        return self._select(None).from_(f"{self._lease.schema}.events").where(*self._conditions(None))

    def _select(self, segment: Segment | None) -> exp.Select:
        return exp.select("profile_id", "time", *self._values.columns(segment))

    def _conditions(self, segment: Segment | None) -> list[exp.Expr]:
        """The name, and the ends of the range where the segment reaches beyond them."""
        time = exp.column("time")
        conditions: list[exp.Expr] = []
        if self._name_id is not None:
            conditions.append(exp.column("name_id").eq(exp.Literal.number(self._name_id)))
        if self._start is not None and (segment is None or segment.first_time < self._start):  # type: ignore[operator]
            conditions.append(exp.GTE(this=time.copy(), expression=self._instant(self._start)))
        if segment is None or segment.last_time >= self._end:  # type: ignore[operator]
            conditions.append(exp.LT(this=time.copy(), expression=self._instant(self._end)))
        return conditions

    def _instant(self, moment: datetime) -> exp.Expr:
        return exp.cast(self._parameters.add(moment.replace(tzinfo=None)), "TIMESTAMP")


def _union(branches: list[exp.Select], alias: str) -> exp.Expr:
    whole: exp.Query = branches[0]
    for branch in branches[1:]:
        whole = exp.union(whole, branch, distinct=False, copy=False)
    return whole.subquery(alias)
