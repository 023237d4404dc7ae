"""What the forms of several pages name."""

from django.http import QueryDict

from profiles_app.models import GroupKey
from profiles_app.numbers import read_id
from profiles_app.selectors.access import Access, get_optional_group_key


def read_group_key(params: QueryDict, access: Access) -> GroupKey | None:
    """The kind of groups that a cohort is to be of; None: of users. Raises `NotFound`."""
    return get_optional_group_key(access.project, read_id(params.get("group_key", "")))
