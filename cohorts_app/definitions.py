"""What a cohort may be defined by."""

from cohorts_app.models import Cohort
from profiles_app.filters import cohorts
from profiles_app.filters.check import CheckPattern, check_filter
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter


def check_definition(
    document: object, *, scope: Scope, check_pattern: CheckPattern, cohort: Cohort | None = None
) -> Filter:
    """The filter, if a cohort of this scope may be defined by it. `cohort`: the one to be changed, which the
    filter may not lead back to. Raises `BadFilter`."""
    tree = parse_filter(document)
    saving = cohorts.Cohort(id=cohort.pk, name=cohort.name, filter=tree) if cohort else None
    check_filter(tree, cohorts=cohorts_of(scope), check_pattern=check_pattern, saving=saving)
    return tree
