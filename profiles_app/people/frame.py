"""The frame around the pages of a project: left bar, project switcher, the person's menu."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from profiles_app.http.doors import MemberRequest
from profiles_app.models import GroupKey
from profiles_app.selectors.access import Access, list_projects

# Kinds of groups in the left bar before More.
PLACES: Final = 8


def render_page(
    request: MemberRequest, template: str, access: Access, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of a project. `context["here"]` names the entry of the left bar that it belongs to."""
    group_keys = list(access.project.group_keys.order_by("label", "id"))
    frame = {
        "access": access,
        "project": access.project,
        "zone": access.project.zone,
        "projects": list_projects(request.user),
        "group_keys": group_keys,
        **_split_places(group_keys, here=context.get("here")),
    }
    return render(request, template, frame | context, status=status)


def _split_places(group_keys: list[GroupKey], *, here: object) -> dict[str, Any]:
    """The kinds of groups that are always in the left bar, and those under More. The first that the
    project got stay in sight, whatever others are sent later."""
    first = set(sorted(group_key.pk for group_key in group_keys)[:PLACES])
    rest = [group_key for group_key in group_keys if group_key.pk not in first]
    return {
        "group_places": [group_key for group_key in group_keys if group_key.pk in first],
        "more_group_places": rest,
        "more_is_open": any(group_key.pk == here for group_key in rest),
    }


def is_part(request: MemberRequest) -> bool:
    """Whether htmx asks for the part of a page that changes; to go back in the history it wants the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def describe_place(group_key: GroupKey | None) -> dict[str, Any]:
    """What a page about users, or about one kind of group, says of that to its frame and its template."""
    return {"here": group_key.pk if group_key else "users", "group_key": group_key}


def render_fragment(
    request: HttpRequest, template: str, access: Access, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A part of such a page, for htmx."""
    return render(request, template, {"project": access.project, "zone": access.project.zone} | context, status=status)
