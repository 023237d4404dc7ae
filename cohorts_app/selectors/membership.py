"""Who is in a cohort, as a question like any other; and which cohorts somebody is in."""

from dataclasses import dataclass

from sqlglot import exp

from cohorts_app.models import Cohort
from cohorts_app.selectors.cohorts import list_cohorts
from profiles_app.columnar.engine import ask
from profiles_app.columnar.patterns import find_fault
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.compile import compile_filter
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.tree import CohortLeaf, Filter, Population
from profiles_app.models import Profile
from profiles_app.selectors.people import PeopleQuery


def query_members(cohort: Cohort, *, user_id: int | None) -> PeopleQuery:
    """Everybody in it, with a profile or without one where its filter says so; last updated first."""
    return PeopleQuery(
        project=cohort.project,
        group_key=cohort.group_key,
        population=Population.ALL,
        filter=Filter(Population.ALL, CohortLeaf(cohort.pk)),
        user_id=user_id,
    )


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """The cohorts that somebody is in, the others, and those that cannot be computed."""

    inside: list[Cohort]
    outside: list[Cohort]
    broken: list[Cohort]


def find_cohorts_of(profile: Profile, *, user_id: int | None) -> Belonging:
    """Of all cohorts that this person may see, by one question about this profile alone. Raises `TooSlow`."""
    visible = list_cohorts(profile.project_id, user_id=user_id).filter(group_key=profile.group_key_id)
    scope = Scope(project_id=profile.project_id, group_key_id=profile.group_key_id, user_id=user_id)
    resolver = cohorts_of(scope)
    sound: list[Cohort] = []
    broken: list[Cohort] = []
    for cohort in visible:
        leaf = Filter(where=CohortLeaf(cohort.pk))
        try:
            check_filter(leaf, cohorts=resolver, check_pattern=find_fault)
            sound.append(cohort)
        except BadFilter:
            broken.append(cohort)
    if not sound:
        return Belonging(inside=[], outside=[], broken=broken)
    with ask(profile.project, group_key=profile.group_key) as question:
        question.look_at(profile.pk)
        columns = [compile_filter(CohortLeaf(cohort.pk), question, question.moment, resolver) for cohort in sound]
        rows = question.fetch(exp.select(*columns).from_(question.people.relation()))
    answers = rows[0] if rows else (False,) * len(sound)
    found = list(zip(sound, answers, strict=True))
    return Belonging(
        inside=[cohort for cohort, is_in in found if is_in],
        outside=[cohort for cohort, is_in in found if not is_in],
        broken=broken,
    )
