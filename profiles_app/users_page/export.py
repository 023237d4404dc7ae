"""The export of the table: what to expect of it, and the file."""

from typing import Any, Final

from django.http import HttpResponse

from profiles_app.display.labels import NAME, label_property
from profiles_app.errors import BadInput, TooSlow, Unavailable
from profiles_app.export.response import respond_csv
from profiles_app.export.stream import ExportQuery, measure_export
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import GroupKey, Project
from profiles_app.people.frame import describe_place, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.users_page.addresses import address_of_people, reverse_either
from profiles_app.users_page.selection import Selection, parse_selection

_RAW: Final = "raw"


@member_page
def export_people(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """What the file will hold, and the button that fetches it."""
    group_key = get_optional_group_key(access.project, group_key_id)
    path = address_of_people(access.project, group_key)
    address = address_of_export(access.project, group_key)
    context: dict[str, Any] = {
        **describe_place(group_key),
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


@member_page
def people_file(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The file itself. The address has the state of the table, and `raw=1`."""
    group_key = get_optional_group_key(access.project, group_key_id)
    selection = parse_selection(request.GET, access, group_key=group_key)
    query = _make_query(selection, access, group_key=group_key, raw=request.GET.get(_RAW) == "1")
    name = group_key.label if group_key else "users"
    # To the doors it is a response like others: they only set headers.
    return respond_csv(request, query, name=name)  # type: ignore[return-value]


def address_of_export(project: Project, group_key: GroupKey | None) -> str:
    """The page before the file."""
    return reverse_either("export-users", "export-groups", project, group_key)


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


def _make_query(selection: Selection, access: Access, *, group_key: GroupKey | None, raw: bool) -> ExportQuery:
    people = selection.query(access.project, group_key, user_id=access.user_id)
    return ExportQuery(people=people, columns=(NAME, *selection.state.columns), raw=raw)
