"""Pages of people and how many there are, answered by the columnar engine.

The interface is `PeopleQuery` in; `list_people`, `count_people` and `read_people`, both of one
moment, out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlglot import exp

from profiles_app.columnar.engine import Question, ask
from profiles_app.columnar.patterns import find_fault
from profiles_app.display.labels import UPDATED_AT
from profiles_app.errors import BadInput
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import CohortResolver, Scope, cohorts_of
from profiles_app.filters.compile import compile_filter
from profiles_app.filters.properties import FIRST_EVENT, LAST_EVENT
from profiles_app.filters.tree import Filter, Population, Property, walk
from profiles_app.models import GroupKey, Profile, Project
from profiles_app.selectors.ordering import Place, find_place, order_by, read_page, read_value, write_value

PAGE_SIZE: Final = 50
# A longer sort value does not travel in the page's address; it is read from its row again.
LONGEST_CARRIED: Final = 300
_MATCHED: Final = "matched"


@dataclass(frozen=True, kw_only=True)
class PeopleQuery:
    """Which people, in which order. `sort` is a property's name, or a built-in one; people without
    the value come last in both directions. Of the filter only its tree counts; `population` stands
    beside it. `user_id` is on whose behalf cohorts are read; None: the project's. Windows of time end
    at `now`; None: when the question is asked. `ids`: only these rows, which may be of nobody here."""

    project: Project
    group_key: GroupKey | None = None
    population: Population = Population.PROFILES
    filter: Filter | None = None
    search: str = ""
    sort: str = UPDATED_AT
    descending: bool = True
    user_id: int | None = None
    now: datetime | None = None
    ids: tuple[int, ...] | None = None


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


def count_people(query: PeopleQuery) -> int:
    """How many people the query matches, exactly."""
    with match_people(query, reads=1) as matches:
        return matches.count()


def list_people(query: PeopleQuery, *, at: Position | None = None, limit: int = PAGE_SIZE) -> PeoplePage:
    """The first `limit` people, or those after (before) a position.

    Raises `BadInput` where the position's row was needed and is gone.
    """
    with match_people(query) as matches:
        return _list(query, matches, at=at, limit=limit)


def read_people(query: PeopleQuery, *, at: Position | None = None, limit: int = PAGE_SIZE) -> tuple[PeoplePage, int]:
    """A page and the number of all, of one moment."""
    with match_people(query) as matches:
        return _list(query, matches, at=at, limit=limit), matches.count()


def list_ids(query: PeopleQuery) -> list[int]:
    """The row ids of all whom the query matches, ascending."""
    with match_people(query, reads=1) as matches:
        people, condition = matches.question.people, matches.where()
        chosen = exp.select(people.id.copy()).from_(people.relation()).where(condition).order_by(people.id.copy())
        return [number for (number,) in matches.question.fetch(chosen)]


def has_people(project: Project, *, group_key: GroupKey | None) -> bool:
    """Whether anybody at all has arrived: one probe of an index."""
    return Profile.objects.filter(project=project, group_key=group_key, deleted_at=None).exists()


@dataclass(frozen=True, kw_only=True)
class Matches:
    """The people of a query, for statements over them. `where` makes the condition of a statement and
    is called anew for each; `kept`: their ids are a table already."""

    question: Question
    where: Callable[[], exp.Expr]
    kept: bool

    def count(self) -> int:
        number = exp.Count(this=exp.Star())
        if self.kept:
            rows = self.question.fetch(exp.select(number).from_(_MATCHED))
        else:
            condition = self.where()
            rows = self.question.fetch(exp.select(number).from_(self.question.people.relation()).where(condition))
        self.question.begin()
        return int(rows[0][0])


@contextmanager
def match_people(query: PeopleQuery, *, reads: int = 2) -> Iterator[Matches]:
    """Those who match at this moment, to be read about so many times: what costs much to find is
    found once. Raises `BadFilter`."""
    cohorts = find_cohorts(query)
    if query.filter is not None:
        check_filter(query.filter, cohorts=cohorts, check_pattern=find_fault)
    with ask(query.project, group_key=query.group_key, now=query.now) as question:
        if reads > 1 and query.filter is not None and _is_costly(query.filter):
            matching = exp.select(question.people.id.copy()).where(_compile(query, question, cohorts))
            question.keep(_MATCHED, matching.from_(question.people.relation()))
            question.begin()
            yield Matches(question=question, where=lambda: _is_kept(question), kept=True)
        else:
            yield Matches(question=question, where=lambda: _compile(query, question, cohorts), kept=False)


def _is_kept(question: Question) -> exp.Expr:
    return question.people.id.isin(query=exp.select("id").from_(_MATCHED))


def _is_costly(tree: Filter) -> bool:
    """Whether events are read, which is done once for the page and the count."""
    return any(not isinstance(leaf, Property) or leaf.name in (FIRST_EVENT, LAST_EVENT) for _, leaf in walk(tree.where))


def _compile(query: PeopleQuery, question: Question, cohorts: CohortResolver) -> exp.Expr:
    conditions: list[exp.Expr] = []
    if query.population == Population.PROFILES:
        conditions.append(question.people.has_properties.copy())
    if query.search:
        conditions.append(question.people.contains(query.search))
    if query.filter is not None:
        conditions.append(compile_filter(query.filter.where, question, question.moment, cohorts))
    if query.ids is not None:
        conditions.append(question.people.id.isin(*query.ids) if query.ids else exp.false())
    return exp.and_(*conditions) if conditions else exp.true()


def find_cohorts(query: PeopleQuery) -> CohortResolver:
    """The cohorts that the query's filter may use."""
    group_key_id = query.group_key.pk if query.group_key else None
    return cohorts_of(Scope(project_id=query.project.pk, group_key_id=group_key_id, user_id=query.user_id))


def _list(query: PeopleQuery, matches: Matches, *, at: Position | None, limit: int) -> PeoplePage:
    question = matches.question
    ordering = order_by(question, query.sort)
    backwards = at is not None and at.backwards
    after = None
    if at is not None:
        after = read_value(at.id, at.value) if at.carried else find_place(question, ordering, at.id)
        if after is None:
            raise BadInput("The row that this page started from was deleted meanwhile.")

    def read(after: Place | None, *, backwards: bool) -> list[Place]:
        return read_page(
            question,
            ordering,
            where=matches.where,
            after=after,
            descending=query.descending,
            backwards=backwards,
            limit=limit + 1,
        )

    found = read(after, backwards=backwards)
    if not backwards:
        return _cut_page(query, found[:limit], before=at is not None, after=len(found) > limit)
    if len(found) > limit:
        return _cut_page(query, found[limit - 1 :: -1], before=True, after=True)
    # Somebody new may stand before what was the first row: then show a whole first page.
    found = read(None, backwards=False)
    return _cut_page(query, found[:limit], before=False, after=len(found) > limit)


def _cut_page(query: PeopleQuery, rows: list[Place], *, before: bool, after: bool) -> PeoplePage:
    return PeoplePage(
        people=_load(query, rows),
        next=_position(rows[-1], backwards=False) if after and rows else None,
        previous=_position(rows[0], backwards=True) if before and rows else None,
    )


def _load(query: PeopleQuery, rows: list[Place]) -> list[Person]:
    """The people as PostgreSQL has them now; who was deleted in this very moment is left out."""
    profiles = Profile.objects.filter(project=query.project, deleted_at=None).in_bulk([row.id for row in rows])
    present = (profiles[row.id] for row in rows if row.id in profiles)
    return [
        Person(
            id=profile.pk,
            distinct_id=profile.distinct_id,
            properties=profile.properties,
            created_at=profile.created_at,
            updated_at=profile.updated_at,
        )
        for profile in present
    ]


def _position(row: Place, *, backwards: bool) -> Position:
    value = write_value(row)
    carried = value is None or len(value) <= LONGEST_CARRIED
    return Position(id=row.id, value=value if carried else None, backwards=backwards, carried=carried)
