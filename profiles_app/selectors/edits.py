"""What was changed on a profile by hand: the history of its values, and whether it can be restored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from profiles_app.models import EditKind, GroupKey, Profile, ProfileEdit, Project

RESTORABLE_FOR: Final = timedelta(days=30)
_MOST: Final = 300
# They concern every property alike, and would stand under each.
_OF_ALL: Final = frozenset({EditKind.DELETE, EditKind.RESTORE})


@dataclass(frozen=True, kw_only=True)
class PastValue:
    """A change of one property: `before` and `after` are None where it was not set."""

    at: datetime
    by: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Edits:
    """The changes of each property by hand, newest first; and the deletion that was the last edit of all, as
    long as it can be undone."""

    past: dict[str, list[PastValue]]
    deletion: ProfileEdit | None


def read_edits(profile: Profile) -> Edits:
    """Out of the profile's last 300 edits."""
    edits = list(ProfileEdit.objects.filter(profile=profile).select_related("by").order_by("-id")[:_MOST])
    return Edits(
        past=_list_past_values([edit for edit in edits if edit.kind not in _OF_ALL]), deletion=_choose_deletion(edits)
    )


def _list_past_values(edits: list[ProfileEdit]) -> dict[str, list[PastValue]]:
    history: dict[str, list[PastValue]] = {}
    for edit in edits:
        for name in edit.before.keys() | edit.after.keys():
            change = PastValue(
                at=edit.at, by=name_author(edit), before=edit.before.get(name), after=edit.after.get(name)
            )
            history.setdefault(name, []).append(change)
    return history


def name_author(edit: ProfileEdit) -> str:
    """Who made an edit; '' for a script or a closed account."""
    return (edit.by.name or edit.by.email) if edit.by else ""


def _choose_deletion(edits: list[ProfileEdit]) -> ProfileEdit | None:
    last = edits[0] if edits else None
    restorable = last is not None and last.kind == EditKind.DELETE and last.at > timezone.now() - RESTORABLE_FOR
    return last if restorable else None


def find_deleted(
    project: Project, *, group_key: GroupKey | None, distinct_id: str
) -> tuple[Profile, ProfileEdit] | None:
    """Somebody who is gone, and can be restored."""
    if not distinct_id or "\0" in distinct_id:
        return None
    row = Profile.objects.filter(
        project=project, group_key=group_key, distinct_id=distinct_id, deleted_at__isnull=False
    ).first()
    deletion = read_edits(row).deletion if row else None
    return (row, deletion) if row and deletion else None
