"""Cohorts, straight into the tables, and lists of people."""

from typing import Any

from cohorts_app.models import Cohort, Kind
from cohorts_app.selectors.cohorts import Actor
from cohorts_app.services.lists import apply_list, keep_list
from profiles_app.filters.tree import CohortLeaf, Filter, Population
from profiles_app.models import GroupKey, Project, User
from profiles_app.selectors.people import PeopleQuery, count_people

IN_PARIS = {"property": "$city", "type": "string", "op": "is", "value": ["Paris"]}


def make_cohort(
    project: Project, name: str, where: Any = IN_PARIS, *, population: str = "profiles", **fields: Any
) -> Cohort:
    """A saved filter."""
    definition = {"population": population, "where": where}
    return Cohort.objects.create(project=project, name=name, definition=definition, **fields)


def make_static(project: Project, name: str, lines: list[str] | None = None, **fields: Any) -> Cohort:
    """A list of people, by distinct id."""
    cohort = Cohort.objects.create(project=project, name=name, kind=Kind.STATIC, **fields)
    if lines:
        apply_list(keep_list(script_of(project), cohort, lines).pk)
        cohort.refresh_from_db()
    return cohort


def script_of(project: Project) -> Actor:
    """A script with the project's credentials."""
    return Actor(project=project, user_id=None, is_admin=True)


def act_as(project: Project, user: User, *, is_admin: bool = False) -> Actor:
    return Actor(project=project, user_id=user.pk, is_admin=is_admin)


def query_of(cohort: Cohort, *, user_id: int | None = None, group_key: GroupKey | None = None) -> PeopleQuery:
    """Those in a cohort."""
    leaf = CohortLeaf(cohort.pk)
    return PeopleQuery(
        project=cohort.project,
        group_key=group_key,
        population=Population.ALL,
        filter=Filter(Population.ALL, leaf),
        user_id=user_id,
    )


def count(cohort: Cohort, **options: Any) -> int:
    return count_people(query_of(cohort, **options))
