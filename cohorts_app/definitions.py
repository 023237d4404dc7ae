"""What a cohort may be defined by."""

from dataclasses import replace
from typing import Final

from cohorts_app.models import Cohort
from profiles_app.filters import cohorts
from profiles_app.filters.check import CheckPattern, check_filter
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter

_PRIVATE: Final = (
    "This cohort is private, or uses a private one. A shared cohort can use shared ones alone: share it first, "
    "or make this one private too."
)


def check_definition(
    document: object, *, scope: Scope, check_pattern: CheckPattern, cohort: Cohort | None = None, shared: bool = False
) -> Filter:
    """The filter, if a cohort of this scope may be defined by it. `cohort`: the one to be changed, which the
    filter may not lead back to. `shared`: everybody must be able to read the cohorts that it uses. Raises
    `BadFilter`."""
    tree = parse_filter(document)
    saving = cohorts.Cohort(id=cohort.pk, name=cohort.name, filter=tree) if cohort else None
    check_filter(tree, cohorts=cohorts_of(scope), check_pattern=check_pattern, saving=saving)
    if shared and scope.user_id is not None:
        everybody = cohorts_of(replace(scope, user_id=None))
        try:
            check_filter(tree, cohorts=everybody, check_pattern=check_pattern, saving=saving)
        except BadFilter as bad:
            faults = [replace(fault, code="cohort_private", message=_PRIVATE) for fault in bad.problems]
            raise BadFilter(faults) from None
    return tree
