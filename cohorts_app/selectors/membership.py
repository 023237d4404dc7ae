"""Who is in a cohort, as a question like any other."""

from cohorts_app.models import Cohort
from profiles_app.filters.tree import CohortLeaf, Filter, Population
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
