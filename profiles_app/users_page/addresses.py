"""Addresses of tables and of profiles."""

from typing import Final
from urllib.parse import quote

from django.urls import reverse

from profiles_app.models import GroupKey, Project

# A request line may have 8,190 bytes; a link that is longer leads nowhere.
_LONGEST_LINK: Final = 7_000


def reverse_either(users: str, groups: str, project: Project, group_key: GroupKey | None) -> str:
    """The address of one of two pages: the one of users, or without their id the one of a kind of group."""
    if group_key is None:
        return reverse(users, kwargs={"project_id": project.pk})
    return reverse(groups, kwargs={"project_id": project.pk, "group_key_id": group_key.pk})


def address_of_people(project: Project, group_key: GroupKey | None) -> str:
    """The table of users or of one kind of group."""
    return reverse_either("users", "groups", project, group_key)


def address_of_profile(project: Project, group_key: GroupKey | None, distinct_id: str, *, back: str = "") -> str:
    """One profile, and the table to go back to, where that is not too long to go with it. The id
    travels in the query: it may hold slashes, dots and anything else."""
    profile = f"{address_of_people(project, group_key)}/profile?id={quote(distinct_id, safe='')}"
    whole = f"{profile}&back={quote(back, safe='')}"
    return whole if back and is_link(whole) else profile


def is_link(url: str) -> bool:
    """Whether an address is short enough to lead somewhere."""
    return len(url) <= _LONGEST_LINK
