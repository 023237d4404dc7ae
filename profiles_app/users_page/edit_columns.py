"""Edit Columns: a draft that forms send to and fro, and what is applied of it.

Everything works as a page of its own with plain buttons; htmx puts the same into the pop-up.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django_htmx.http import retarget

from profiles_app.display.labels import NAME
from profiles_app.errors import BadInput
from profiles_app.http.doors import MemberRequest, member_form
from profiles_app.models import GroupKey, Project
from profiles_app.people.frame import describe_place, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.services.columns import forget_columns, keep_columns
from profiles_app.users_page.addresses import address_of_people, reverse_either
from profiles_app.users_page.choices import Draft, deselect_all, list_choices, move, read_key, select_all
from profiles_app.users_page.columns import check_columns, parse_columns
from profiles_app.users_page.reading import read_usual_columns
from profiles_app.users_page.state import name_columns, write_url

_LONGEST_SEARCH: Final = 255


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whose columns: the table, and what its address says beside them, as fields in their order."""

    access: Access
    group_key: GroupKey | None
    fields: list[tuple[str, str]]

    @property
    def project(self) -> Project:
        return self.access.project

    def url(self, columns: str = "") -> str:
        """The table, with the columns as an address has them."""
        fields = [*self.fields, ("columns", columns)] if columns else self.fields
        return write_url(address_of_people(self.project, self.group_key), fields)


@member_form
def edit_columns(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The columns of a table, as this person sees it."""
    group_key = get_optional_group_key(access.project, group_key_id)
    if request.method != "POST":
        place = _find_place(access, group_key, request.GET)
        return _show(request, place, _read_address(request.GET, place))
    place = _find_place(access, group_key, QueryDict(request.POST.get("state", "")))
    draft = _read_form(request.POST)
    action, _, key = request.POST.get("do", "").partition(":")
    try:
        check_columns(draft.columns)
        if action in _ENDS:
            return redirect(_ENDS[action](place, draft))
    except BadInput as problem:
        return _refuse(request, place, draft, problem)
    change = _CHANGES.get(action)
    return _show(
        request, place, change(place, draft, read_key(key)) if change else draft, part="users/_columns_list.html"
    )


def address_of_columns(project: Project, group_key: GroupKey | None) -> str:
    return reverse_either("columns-of-users", "columns-of-groups", project, group_key)


def _find_place(access: Access, group_key: GroupKey | None, params: QueryDict) -> Place:
    """Whatever the address says stays in it, in order or not: that is for the table to judge."""
    fields = [(name, text) for name, text in params.items() if name not in ("columns", "page") and text]
    return Place(access=access, group_key=group_key, fields=[(name, str(text)) for name, text in fields])


def _read_address(params: QueryDict, place: Place) -> Draft:
    usual, _ = read_usual_columns(place.access, group_key=place.group_key)
    try:
        columns = parse_columns(params.get("columns", ""))
    except BadInput:
        columns = None
    return Draft(columns=usual if columns is None else columns)


def _read_form(form: QueryDict) -> Draft:
    columns = dict.fromkeys(read_key(key) for key in form.getlist("column"))
    return Draft(
        columns=tuple(name for name in columns if name not in ("", NAME)),
        search=form.get("q", "").replace("\0", "")[:_LONGEST_SEARCH],
    )


def _apply(place: Place, draft: Draft) -> str:
    here, user_id = place.group_key, place.access.user_id
    keep_columns(place.project, group_key=here, user_id=user_id, names=draft.columns)
    _, default = read_usual_columns(place.access, group_key=here)
    return place.url(name_columns(draft.columns, usual=draft.columns, default=default))


def _reset(place: Place, draft: Draft) -> str:
    forget_columns(place.project, group_key=place.group_key, user_id=place.access.user_id)
    return place.url()


# What ends the editing: writes, and leads to the table.
_ENDS: Final[dict[str, Callable[[Place, Draft], str]]] = {"apply": _apply, "default": _reset}
# What changes the draft.
_CHANGES: Final[dict[str, Callable[[Place, Draft, str], Draft]]] = {
    "all": lambda place, draft, _: select_all(place.project, place.group_key, draft),
    "none": lambda _, draft, __: deselect_all(draft),
    "up": lambda _, draft, name: move(draft, name, -1),
    "down": lambda _, draft, name: move(draft, name, 1),
}


def _refuse(request: MemberRequest, place: Place, draft: Draft, problem: BadInput) -> HttpResponse:
    storable = replace(draft, columns=tuple(name for name in draft.columns if "\0" not in name))
    response = _show(request, place, storable, part="users/_columns_list.html", problem=problem)
    # The button that applies aims at the table.
    return retarget(response, "#columns-list")


def _show(
    request: MemberRequest,
    place: Place,
    draft: Draft,
    *,
    part: str = "users/_columns.html",
    problem: BadInput | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        **describe_place(place.group_key),
        "columns_path": address_of_columns(place.project, place.group_key),
        "choices": list_choices(place.project, place.group_key, draft),
        "draft": draft,
        "state_text": urlencode(place.fields),
        "back_url": place.url(),
        "columns_problem": problem,
    }
    status = 422 if problem else 200
    if request.htmx:
        return render_fragment(request, part, place.access, context, status=status)
    return render_page(request, "users/columns.html", place.access, context, status=status)
