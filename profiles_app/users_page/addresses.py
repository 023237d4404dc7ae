"""Addresses of tables and of profiles."""

from urllib.parse import quote

from django.urls import reverse

from profiles_app.models import GroupKey, Project


def address_of_people(project: Project, group_key: GroupKey | None) -> str:
    """The table of users or of one kind of group."""
    if group_key is None:
        return reverse("users", kwargs={"project_id": project.pk})
    return reverse("groups", kwargs={"project_id": project.pk, "group_key_id": group_key.pk})


def address_of_profile(project: Project, group_key: GroupKey | None, distinct_id: str) -> str:
    """One profile. The id travels in the query: it may hold slashes, dots and anything else."""
    return f"{address_of_people(project, group_key)}/profile?id={quote(distinct_id, safe='')}"
