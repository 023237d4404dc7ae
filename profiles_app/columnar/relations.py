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
from profiles_app.columnar.typing import MACROS, SEARCHED
from profiles_app.columnar.view import OpenSegment
from profiles_app.filters.data import Form
from profiles_app.models import Dataset, Segment


class SqlParameters:
    """Named parameters of one statement."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add(self, value: object) -> exp.Expr:
        return exp.var(self.name(value))

    def name(self, value: object) -> str:
        """The parameter as SQL text."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(kw_only=True)
class _Values:
    """The typed values that a relation has been asked for, each a column `v0`, `v1`, …"""

    parameters: SqlParameters
    alias: str
    _places: dict[tuple[str, Form], int] = field(default_factory=dict)
    _pointers: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, form: Form) -> exp.Expr:
        place = self._places.setdefault((name, form), len(self._places))
        return exp.column(f"v{place}", table=self.alias)

    def columns(self, segment: Segment | None) -> str:
        """As they come from a segment, or from the tail: the end of a list of columns."""
        return "".join(
            f", {self._read(name, form, segment)} AS v{place}" for (name, form), place in self._places.items()
        )

    def _read(self, name: str, form: Form, segment: Segment | None) -> str:
        if segment is not None and name in segment.columns:
            return name_column(name, form) if form in segment.columns[name] else _null(form)
        if segment is not None and segment.whole:
            return _null(form)
        return f"{MACROS[form]}(raw{self._places[name, form]})"

    def rows(self, segment: Segment | None, table: str) -> str:
        """The table with the JSON text of each property that has no column there. It is a column of
        a sub-select, because a macro repeats its argument many times."""
        raw = [
            f", CAST(json_extract(properties, {self._point_at(name)}) AS VARCHAR) AS raw{place}"
            for (name, _), place in self._places.items()
            if segment is None or (name not in segment.columns and not segment.whole)
        ]
        return f"(SELECT *{''.join(raw)} FROM {table}) AS rows" if raw else table

    def _point_at(self, name: str) -> str:
        if name not in self._pointers:
            self._pointers[name] = self.parameters.name(point_at(name))
        return self._pointers[name]


def _null(form: Form) -> str:
    return f"CAST(NULL AS {TYPES[form]})"


_OWN_COLUMNS = ("id", "distinct_id", "created_at", "updated_at", "has_properties")


class PeopleRelation:
    """The users of a project, or the groups of one key; `only`: one of them alone."""

    def __init__(
        self,
        lease: Lease,
        parameters: SqlParameters,
        *,
        group_key_id: int | None,
        is_known: Callable[[str], bool],
        only: int | None = None,
    ) -> None:
        self._lease = lease
        self._group_key_id = group_key_id
        self._only = only
        self._values = _Values(parameters=parameters, alias="people")
        self.is_known = is_known
        self.id = exp.column("id", table="people")
        self.distinct_id = exp.column("distinct_id", table="people")
        self.created_at = exp.column("created_at", table="people")
        self.updated_at = exp.column("updated_at", table="people")
        self.has_properties = exp.column("has_properties", table="people")
        self._own = list(_OWN_COLUMNS)
        self._searched = False

    def value(self, name: str, form: Form) -> exp.Expr:
        """A typed value; a NULL that says so where nobody can have one."""
        return self._values.value(name, form) if self.has_form(name, form) else exp.cast(exp.null(), TYPES[form])

    def properties(self) -> exp.Expr:
        """All properties as JSON text."""
        if "properties" not in self._own:
            self._own.append("properties")
        return exp.column("properties", table="people")

    def contains(self, text: str) -> exp.Expr:
        """Whether the distinct id, the name or the e-mail contains a text, in any case."""
        self._searched = True
        # The three are lines of one column.
        needle = exp.Anonymous(this="roster_fold", expressions=[self._values.parameters.add(text.replace("\n", " "))])
        return exp.func("contains", exp.column("search", table="people"), needle)

    def has_form(self, name: str, form: Form) -> bool:
        """Whether anybody may have a value of this kind: False is certain."""
        return form in self._lease.tail_forms.get(name, "") or any(
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

    def _from_segment(self, opened: OpenSegment) -> str:
        conditions = [] if self._only is None else [f"id = {self._only}"]
        if self._lease.tail_rows[Dataset.PROFILES]:
            conditions.append(f"id NOT IN (SELECT id FROM {self._lease.schema}.profiles)")
        return (
            f"SELECT {', '.join(self._own)}{', search' if self._searched else ''}"
            f"{self._values.columns(opened.segment)}"
            f" FROM {self._values.rows(opened.segment, f'{opened.alias}.segment')}"
            f"{_where(conditions)}"
        )

    def _from_tail(self) -> str:
        return (
            f"SELECT {', '.join(self._own)}{self._search_of_tail()}{self._values.columns(None)}"
            f" FROM {self._values.rows(None, f'{self._lease.schema}.profiles')}"
            f" WHERE alive AND population = {self._group_key_id or 0}"
            f"{'' if self._only is None else f' AND id = {self._only}'}"
        )

    def _search_of_tail(self) -> str:
        if not self._searched:
            return ""
        pointers = [self._values.parameters.name(point_at(name)) for name in SEARCHED]
        values = ", ".join(f"CAST(json_extract(properties, {pointer}) AS VARCHAR)" for pointer in pointers)
        return f", roster_search(distinct_id, {values}) AS search"


class EventRelation:
    """The events of one name (None: of all) in a range of time; `only`: those of one person."""

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
        only: int | None = None,
    ) -> None:
        self._lease = lease
        self._parameters = parameters
        self._name_id = name_id
        self._known = known
        self._start = start
        self._end = end
        self._only = only
        self._alias = alias
        self._values = _Values(parameters=parameters, alias=alias)
        self.value = self._values.value
        self.is_known = is_known
        self.profile_id = exp.column("profile_id", table=alias)
        self.time = exp.column("time", table=alias)

    def relation(self) -> exp.Expr:
        """What stands after FROM; to be asked for after the last `value`."""
        branches = [self._from_segment(opened) for opened in self._segments()]
        if self._known and (self._lease.tail_rows[Dataset.EVENTS] or not branches):
            branches.append(self._from_tail())
        return _union(branches or [f"{self._from_tail()} AND FALSE"], self._alias)

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

    def _from_segment(self, opened: OpenSegment) -> str:
        segment = opened.segment
        conditions = self._conditions(segment)
        if segment.pk in self._lease.hidden:
            conditions.append(f"id NOT IN (SELECT id FROM {self._lease.schema}.hidden)")
        rows = self._values.rows(segment, f"{opened.alias}.segment")
        return f"SELECT profile_id, time{self._values.columns(segment)} FROM {rows}{_where(conditions)}"

    def _from_tail(self) -> str:
        conditions = " AND ".join(self._conditions(None))
        rows = self._values.rows(None, f"{self._lease.schema}.events")
        return f"SELECT profile_id, time{self._values.columns(None)} FROM {rows} WHERE {conditions}"

    def _conditions(self, segment: Segment | None) -> list[str]:
        """The name, and the ends of the range where the segment reaches beyond them."""
        conditions = [] if self._name_id is None else [f"name_id = {self._name_id}"]
        if self._only is not None:
            conditions.append(f"profile_id = {self._only}")
        first, last = (None, None) if segment is None else (segment.first_time, segment.last_time)
        if self._start is not None and (first is None or first < self._start):
            conditions.append(f"time >= {self._instant(self._start)}")
        if last is None or last >= self._end:
            conditions.append(f"time < {self._instant(self._end)}")
        return conditions

    def _instant(self, moment: datetime) -> str:
        return f"CAST({self._parameters.name(moment.replace(tzinfo=None))} AS TIMESTAMP)"


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _union(branches: list[str], alias: str) -> exp.Expr:
    """As text, which the expression holds as it is: building it of expressions would take longer than
    asking it. It consists of our own names and of parameters."""
    text = exp.var(" UNION ALL ".join(branches))
    return exp.Subquery(this=text, alias=exp.TableAlias(this=exp.to_identifier(alias)))
