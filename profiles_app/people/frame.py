"""The frame around the pages of a project: left bar, project switcher, the person's menu."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from profiles_app.http.doors import MemberRequest
from profiles_app.selectors.access import Access, list_projects


def render_page(
    request: MemberRequest, template: str, access: Access, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of a project. `context["here"]` names the entry of the left bar that it belongs to."""
    frame = {
        "access": access,
        "project": access.project,
        "zone": access.project.zone,
        "projects": list_projects(request.user),
        "group_keys": list(access.project.group_keys.order_by("label", "id")),
    }
    return render(request, template, frame | context, status=status)


def render_fragment(
    request: HttpRequest, template: str, access: Access, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A part of such a page, for htmx."""
    return render(request, template, {"project": access.project, "zone": access.project.zone} | context, status=status)
