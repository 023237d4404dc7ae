"""Definitions of cohorts in words."""

from cohorts_app.models import Cohort
from profiles_app.display.wording import word_for_people
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.describe import describe_filter
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter
from profiles_app.models import GroupKey
from profiles_app.selectors.access import Access


def describe_definition(cohort: Cohort, access: Access) -> str:
    """The filter in words; '' for a list."""
    if cohort.is_static:
        return ""
    try:
        return describe_tree(parse_filter(cohort.definition), access, cohort.group_key)
    except BadFilter as bad:
        return f"This filter has a fault: {bad.message}"


def describe_tree(tree: Filter, access: Access, group_key: GroupKey | None) -> str:
    """A filter as this person may read it."""
    group_key_id = group_key.pk if group_key else None
    scope = Scope(project_id=access.project.pk, group_key_id=group_key_id, user_id=access.user_id)
    return describe_filter(tree, word_for_people(cohorts_of(scope)))
