"""The saved views that somebody may open."""

from django.db.models import Q, QuerySet

from profiles_app.errors import NotFound
from profiles_app.filters.leaves import LARGEST_ID
from profiles_app.models import GroupKey, SavedView
from profiles_app.numbers import read_id
from profiles_app.selectors.access import Access


def list_views(access: Access, *, group_key: GroupKey | None) -> list[SavedView]:
    """Their own ones and the shared ones, by name."""
    found = _visible(access).filter(group_key=group_key).select_related("owner")
    return sorted(found, key=lambda view: (view.name.casefold(), view.shared, view.pk))


def find_view(access: Access, number: str, *, group_key: GroupKey | None) -> SavedView | None:
    """The view of an address; None where there is none, or not for this person."""
    view_id = read_id(number)
    return _visible(access).filter(group_key=group_key, pk=view_id).first() if view_id else None


def get_view(access: Access, view_id: int) -> SavedView:
    """Raises `NotFound`."""
    view = _visible(access).select_related("group_key").filter(pk=view_id).first() if view_id <= LARGEST_ID else None
    if view is None:
        raise NotFound("This view was deleted, or somebody keeps it private.")
    return view


def may_change(access: Access, view: SavedView) -> bool:
    """Its owner, and admins a shared one."""
    return view.owner_id == access.user_id or (view.shared and access.is_admin)


def _visible(access: Access) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(shared=True) | Q(owner_id=access.user_id), project=access.project)
