"""The export of the table: what to expect of it, and the file."""

from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from profiles_app.display.labels import NAME, label_property
from profiles_app.errors import BadInput, TooSlow, Unavailable
from profiles_app.export.response import respond_csv
from profiles_app.export.stream import ExportQuery, measure_export
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import GroupKey, Project
from profiles_app.people.frame import render_fragment, render_page
from profiles_app.selectors.access import Access, get_group_key
from profiles_app.users_page.addresses import address_of_people
from profiles_app.users_page.selection import Selection, parse_selection

_RAW: Final = "raw"


@member_page
def export_users(request: MemberRequest, access: Access) -> HttpResponse:
    """What the file of the users will hold, and the button that fetches it."""
    return _show(request, access, group_key=None)


@member_page
def export_groups(request: MemberRequest, access: Access, group_key_id: int) -> HttpResponse:
    return _show(request, access, group_key=get_group_key(access.project, group_key_id))


@member_page
def users_file(request: MemberRequest, access: Access) -> HttpResponse:
    """The file itself. The address has the state of the table, and `raw=1`."""
    return _send(request, access, group_key=None)


@member_page
def groups_file(request: MemberRequest, access: Access, group_key_id: int) -> HttpResponse:
    return _send(request, access, group_key=get_group_key(access.project, group_key_id))


def address_of_export(project: Project, group_key: GroupKey | None) -> str:
    """The page before the file."""
    if group_key is None:
        return reverse("export-users", kwargs={"project_id": project.pk})
    return reverse("export-groups", kwargs={"project_id": project.pk, "group_key_id": group_key.pk})


def _show(request: MemberRequest, access: Access, *, group_key: GroupKey | None) -> HttpResponse:
    path = address_of_people(access.project, group_key)
    address = address_of_export(access.project, group_key)
    context: dict[str, Any] = {
        "here": group_key.pk if group_key else "users",
        "group_key": group_key,
        "file_path": f"{address}.csv",
        "back_url": path,
    }
    try:
        context |= _describe(request, access, group_key=group_key, path=path)
    except (BadInput, TooSlow, Unavailable) as problem:
        context |= {"problem": problem}
    status = context["problem"].status if "problem" in context else 200
    if request.htmx:
        return render_fragment(request, "users/_export.html", access, context, status=status)
    return render_page(request, "users/export.html", access, context, status=status)


def _describe(request: MemberRequest, access: Access, *, group_key: GroupKey | None, path: str) -> dict[str, Any]:
    selection = parse_selection(request.GET, access, group_key=group_key)
    query = _make_query(selection, access, group_key=group_key, raw=False)
    return {
        "size": measure_export(query),
        "is_selection": selection.ids is not None,
        "columns": [(name, label_property(name)) for name in query.names],
        "fields": selection.fields(),
        "back_url": selection.state.url(path),
    }


def _send(request: MemberRequest, access: Access, *, group_key: GroupKey | None) -> HttpResponse:
    selection = parse_selection(request.GET, access, group_key=group_key)
    query = _make_query(selection, access, group_key=group_key, raw=request.GET.get(_RAW) == "1")
    name = group_key.label if group_key else "users"
    # To the doors it is a response like others: they only set headers.
    return respond_csv(request, query, name=name)  # type: ignore[return-value]


def _make_query(selection: Selection, access: Access, *, group_key: GroupKey | None, raw: bool) -> ExportQuery:
    people = selection.query(access.project, group_key, user_id=access.user_id)
    return ExportQuery(people=people, columns=(NAME, *selection.state.columns), raw=raw)
