"""Saving, changing and deleting views of the table."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from profiles_app.errors import BadInput
from profiles_app.models import GroupKey, Project, SavedView


def create_view(
    project: Project, *, group_key: GroupKey | None, owner_id: int, name: str, shared: bool, query: str
) -> SavedView:
    """Raises `BadInput` where the name is in use."""
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                project=project, group_key=group_key, owner_id=owner_id, name=name, shared=shared, query=query
            )
    except IntegrityError:
        raise _name_in_use(name, shared=shared) from None


def change_view(view: SavedView, *, version: int, **changes: Any) -> None:
    """Writes name, `shared` or query. Raises `BadInput` where somebody changed or deleted it since `version`, or
    where the name is in use."""
    changes |= {"version": F("version") + 1, "updated_at": timezone.now()}
    try:
        with transaction.atomic():
            changed = SavedView.objects.filter(pk=view.pk, version=version).update(**changes)
    except IntegrityError:
        raise _name_in_use(changes.get("name", view.name), shared=changes.get("shared", view.shared)) from None
    if not changed:
        raise _changed_meanwhile(view)


def delete_view(view: SavedView, *, version: int) -> None:
    """Raises `BadInput` where somebody changed it since `version`."""
    deleted, _ = SavedView.objects.filter(pk=view.pk, version=version).delete()
    if not deleted:
        raise _changed_meanwhile(view)


def _name_in_use(name: str, *, shared: bool) -> BadInput:
    whose = "The project shares" if shared else "You have"
    return BadInput(f"{whose} a view named “{name}” already. Choose another name.")


def _changed_meanwhile(view: SavedView) -> BadInput:
    return BadInput(f"Somebody changed “{view.name}” meanwhile. It is shown as it is now: look at it, then try again.")
