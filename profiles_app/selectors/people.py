"""Pages of people and how many there are, read straight from PostgreSQL.

The interface is `PeopleQuery` in, `list_people` and `count_people` out; whatever answers them
(the columnar engine, later) keeps to it.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from profiles_app.display.labels import DISTINCT_ID, EMAIL, NAME, UPDATED_AT
from profiles_app.errors import BadInput
from profiles_app.filters.tree import Filter
from profiles_app.models import GroupKey, Profile, Project

PAGE_SIZE: Final = 50
# A longer sort value does not travel in the page's address; it is read from its row again.
LONGEST_CARRIED: Final = 300


class Population(enum.StrEnum):
    """Which rows count: everyone, or only those with at least one property."""

    PROFILES = "profiles"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class PeopleQuery:
    """Which people, in which order. `sort` is a property's name, or `$last_seen` or
    `$distinct_id`; people without the value come last in both directions. Of the filter only its
    tree counts; `population` stands beside it."""

    project: Project
    group_key: GroupKey | None = None
    population: Population = Population.PROFILES
    filter: Filter | None = None
    search: str = ""
    sort: str = UPDATED_AT
    descending: bool = True


@dataclass(frozen=True, kw_only=True)
class Person:
    """One row of the table: a user or a group."""

    id: int
    distinct_id: str
    properties: dict[str, Any]
    created_at: datetime
    updated_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Position:
    """The place of one person in the order, and which way to read from there.

    `value` is the sort value as JSON text, None where it is unset. Where it was too long to
    carry, `carried` is False and the row with `id` is asked for it.
    """

    id: int
    value: str | None
    backwards: bool
    carried: bool = True


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    people: list[Person]
    next: Position | None
    previous: Position | None


class _Property(Func):
    """A property's value as JSONB; JSON null counts as unset."""

    template = "NULLIF(jsonb_extract_path(%(expressions)s), 'null'::jsonb)"
    output_field = JSONField()


class _PropertyText(Func):
    function = "jsonb_extract_path_text"
    output_field = TextField()


class _Json(Func):
    function = "to_jsonb"
    output_field = JSONField()


class _Epoch(Func):
    """Seconds since 1970 as a JSON number: exact, and ordered alike in every collation."""

    template = "to_jsonb(EXTRACT(EPOCH FROM %(expressions)s))"
    output_field = JSONField()


class _FullName(Func):
    """First and last name with one blank between them; NULL where there is neither."""

    template = "NULLIF(btrim(concat_ws(' ', %(expressions)s)), '')"
    output_field = TextField()


class _NotBlank(Func):
    template = "NULLIF(btrim(%(expressions)s), '')"
    output_field = TextField()


def count_people(query: PeopleQuery) -> int:
    """How many people the query matches, exactly."""
    return _matching(query).count()


def has_people(project: Project, *, group_key: GroupKey | None) -> bool:
    """Whether anybody at all has arrived: one probe of an index."""
    return Profile.objects.filter(project=project, group_key=group_key, deleted_at=None).exists()


def list_people(query: PeopleQuery, *, at: Position | None = None, limit: int = PAGE_SIZE) -> PeoplePage:
    """The first `limit` people, or those after (before) a position.

    Raises `BadInput` where the position's row was needed and is gone.
    """
    rows = _ordered(query, backwards=at is not None and at.backwards)
    if at is not None:
        rows = rows.filter(_beyond(_with_value(at, query), descending=query.descending))
    found = list(
        rows.values_list(
            "id", "distinct_id", "properties", "created_at", "updated_at", Cast("sort_value", TextField())
        )[: limit + 1]
    )
    if at is not None and at.backwards:
        # Somebody new may stand before what was the first row: then show a whole first page.
        return _cut_page(found[limit - 1 :: -1], before=True, after=True) if len(found) > limit else list_people(query)
    return _cut_page(found[:limit], before=at is not None, after=len(found) > limit)


def _cut_page(rows: list[Any], *, before: bool, after: bool) -> PeoplePage:
    return PeoplePage(
        people=[
            Person(id=row[0], distinct_id=row[1], properties=row[2], created_at=row[3], updated_at=row[4])
            for row in rows
        ],
        next=_position(rows[-1], backwards=False) if after and rows else None,
        previous=_position(rows[0], backwards=True) if before and rows else None,
    )


def _position(row: Any, *, backwards: bool) -> Position:
    value = row[5]
    carried = value is None or len(value) <= LONGEST_CARRIED
    return Position(id=row[0], value=value if carried else None, backwards=backwards, carried=carried)


def _matching(query: PeopleQuery) -> QuerySet[Profile]:
    people = Profile.objects.filter(project=query.project, group_key=query.group_key, deleted_at=None)
    if query.population == Population.PROFILES:
        people = people.exclude(properties={})
    if query.search:
        people = people.alias(name_text=_name_text(), email_text=_text(EMAIL)).filter(
            Q(distinct_id__icontains=query.search)
            | Q(name_text__icontains=query.search)
            | Q(email_text__icontains=query.search)
        )
    return people


def _ordered(query: PeopleQuery, *, backwards: bool) -> QuerySet[Profile]:
    people = _matching(query).alias(sort_value=_sort_value(query.sort))
    value = F("sort_value")
    # Read backwards, everything turns around: the direction, where unset stands, the tie-breaker.
    descending = query.descending != backwards
    nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
    order = value.desc(**nulls) if descending else value.asc(**nulls)
    return people.order_by(order, "-id" if backwards else "id")


def _beyond(at: Position, *, descending: bool) -> Q:
    """The rows after the position in reading order; ids break ties upwards, unset is last."""
    further_id = Q(id__lt=at.id) if at.backwards else Q(id__gt=at.id)
    if at.value is None:
        return Q(sort_value__isnull=True) & further_id | (Q(sort_value__isnull=False) if at.backwards else Q())
    value = Cast(Value(at.value), JSONField())
    smaller = descending != at.backwards
    further = Q(sort_value__lt=value) if smaller else Q(sort_value__gt=value)
    # NULL compares as unknown, so the unset rows are asked for by name.
    return further | Q(sort_value=value) & further_id | (Q() if at.backwards else Q(sort_value__isnull=True))


def _with_value(at: Position, query: PeopleQuery) -> Position:
    if at.carried:
        return at
    rows = Profile.objects.filter(project=query.project, pk=at.id).alias(sort_value=_sort_value(query.sort))
    found = rows.values_list(Cast("sort_value", TextField())).first()
    if found is None:
        raise BadInput("The row that this page started from was deleted meanwhile.")
    return Position(id=at.id, value=found[0], backwards=at.backwards)


def _sort_value(name: str) -> Func | Coalesce:
    if name == UPDATED_AT:
        return _Epoch(F("updated_at"))
    if name == DISTINCT_ID:
        return _Json(F("distinct_id"))
    if name == NAME:
        return _Json(_name_text())
    return _Property(F("properties"), Value(name))


def _name_text() -> Coalesce:
    """The name as the table shows it: `$name`, else first and last name."""
    return Coalesce(_NotBlank(_text(NAME)), _FullName(_text("$first_name"), _text("$last_name")))


def _text(name: str) -> _PropertyText:
    return _PropertyText(F("properties"), Value(name))
