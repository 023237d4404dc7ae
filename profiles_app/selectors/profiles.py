"""Profiles by their distinct ids."""

from collections.abc import Sequence
from typing import Final

from profiles_app.errors import NotFound
from profiles_app.models import GroupKey, Profile, Project

NOBODY: Final = "Nobody with this distinct ID is in the project. They may have been deleted, or not have arrived yet."


def find_profile(project: Project, *, group_key: GroupKey | None, distinct_id: str) -> Profile | None:
    """The profile, or the user known by events alone; None where nobody has this id."""
    # PostgreSQL stores no NUL, so nobody has one in their id.
    if not distinct_id or "\0" in distinct_id:
        return None
    return Profile.objects.filter(
        project=project, group_key=group_key, distinct_id=distinct_id, deleted_at=None
    ).first()


def get_profile(project: Project, *, group_key: GroupKey | None, distinct_id: str) -> Profile:
    """Raises `NotFound`, also for a profile that was deleted."""
    found = find_profile(project, group_key=group_key, distinct_id=distinct_id)
    if found is not None:
        return found
    raise NotFound(NOBODY)


def find_ids(project: Project, *, group_key: GroupKey | None, distinct_ids: Sequence[str]) -> list[int]:
    """The row ids of those of the people who are in the project."""
    rows = Profile.objects.filter(project=project, group_key=group_key, distinct_id__in=distinct_ids, deleted_at=None)
    return list(rows.values_list("pk", flat=True))
