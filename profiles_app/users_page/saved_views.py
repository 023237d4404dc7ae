"""Views: the menu of the toolbar, the page that manages them, and what their forms change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from profiles_app.errors import BadInput, NotAllowed
from profiles_app.http.doors import MemberRequest, member_form
from profiles_app.models import GroupKey, Project, SavedView
from profiles_app.models.project import check_one_line
from profiles_app.models.view import VIEW_NAME_LENGTH
from profiles_app.numbers import read_version
from profiles_app.people.forms import PageForm
from profiles_app.people.frame import describe_place, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.views import get_view, list_views, may_change
from profiles_app.services.views import change_view, create_view, delete_view
from profiles_app.users_page.addresses import address_of_people, reverse_either
from profiles_app.users_page.columns import write_columns
from profiles_app.users_page.reading import read_usual_columns
from profiles_app.users_page.state import LONGEST_NAMED, PeopleState, parse_state, write_url

# What a view holds, as the address names it.
_KEPT: Final = ("population", "filter", "search", "sort", "columns")
_LONGEST_QUERY: Final = 200_000


class ViewForm(PageForm):
    name = forms.CharField(label="Name of a new view", max_length=VIEW_NAME_LENGTH, validators=[check_one_line])
    shared = forms.BooleanField(label="Share in the project", required=False)


class RenameForm(PageForm):
    name = forms.CharField(label="Name", max_length=VIEW_NAME_LENGTH, validators=[check_one_line])


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A view as menu and page show it. `changed`: the table shows something else by now."""

    view: SavedView
    url: str
    current: bool
    changed: bool
    may_change: bool


@member_form
def views_of_people(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The views of a table; POST saves another one."""
    group_key = get_optional_group_key(access.project, group_key_id)
    if request.method != "POST":
        return _show(request, access, group_key=group_key)
    form = ViewForm(request.POST)
    try:
        if form.is_valid():
            view = create_view(
                access.project, group_key=group_key, owner_id=access.user_id, **form.cleaned_data,
                query=_read_state(request.POST, access, group_key=group_key),
            )  # fmt: skip
            messages.success(request, f"The view “{view.name}” is saved.")
            return redirect(_link(access.project, view))
    except BadInput as problem:
        form.add_error("name", problem.message)
    return _show(request, access, group_key=group_key, form=form)


@member_form
def one_view(request: MemberRequest, access: Access, view_id: int) -> HttpResponse:
    """Leads to the table; POST changes the view as its `do` says."""
    view = get_view(access, view_id)
    if request.method != "POST":
        return redirect(_link(access.project, view))
    if not may_change(access, view):
        raise NotAllowed("Only its owner and admins of this project change a shared view. Save one of your own.")
    change = _CHANGES.get(request.POST.get("do", ""))
    try:
        if change is None:
            raise BadInput("Choose what to do with the view.")
        messages.success(request, change(view, request.POST, access))
    except BadInput as problem:
        return _show(request, access, group_key=view.group_key, problem=problem)
    if request.POST["do"] == "update":
        return redirect(_link(access.project, get_view(access, view_id)))
    return redirect(_address(access.project, view.group_key))


def describe_views(access: Access, group_key: GroupKey | None, *, view: str, query: str) -> dict[str, Any]:
    """The menu: `view` is the number in the address, `query` what `write_query` or `copy_query` made of it."""
    own = _normalize(query, access.project)
    entries = [_make_entry(saved, access, view=view, query=own) for saved in list_views(access, group_key=group_key)]
    return {
        "views": entries,
        "current_view": next((entry for entry in entries if entry.current), None),
        "views_path": _address(access.project, group_key),
        "view_state": query,
    }


def write_query(state: PeopleState) -> str:
    """What a view of this state holds."""
    fields = dict(state.change().fields()) | {"columns": write_columns(state.columns)}
    return urlencode([(name, fields[name]) for name in _KEPT if name in fields])


def copy_query(params: QueryDict) -> str:
    """What a view of an address holds, which may be none that works."""
    return urlencode(_read_fields(params))


def _address(project: Project, group_key: GroupKey | None) -> str:
    return reverse_either("views-of-users", "views-of-groups", project, group_key)


def _link(project: Project, view: SavedView) -> str:
    """Columns that no link carries are read from the view."""
    fields = dict(_read_fields(QueryDict(view.query)))
    if len(fields.get("columns", "")) > LONGEST_NAMED:
        del fields["columns"]
    return write_url(address_of_people(project, view.group_key), [*fields.items(), ("view", str(view.pk))])


def _make_entry(saved: SavedView, access: Access, *, view: str, query: str) -> Entry:
    current = view == str(saved.pk)
    return Entry(
        view=saved,
        url=_link(access.project, saved),
        current=current,
        changed=current and _normalize(saved.query, access.project) != query,
        may_change=may_change(access, saved),
    )


def _read_fields(params: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(params[name])) for name in _KEPT if params.get(name)]


def _normalize(query: str, project: Project) -> str:
    """Equal for equal states, however their filters were written; a state that cannot be read is its text."""
    try:
        return write_query(parse_state(QueryDict(query), project))
    except BadInput:
        return query


def _read_state(form: QueryDict, access: Access, *, group_key: GroupKey | None) -> str:
    """What the form says that the table showed. Nothing of it is judged: a view is opened as a link is."""
    fields = dict(_read_fields(QueryDict(form.get("state", "")[:_LONGEST_QUERY].replace("\0", ""))))
    usual, _ = read_usual_columns(access, group_key=group_key)
    fields.setdefault("columns", write_columns(usual))
    return urlencode(fields)


def _show(
    request: MemberRequest,
    access: Access,
    *,
    group_key: GroupKey | None,
    form: ViewForm | None = None,
    problem: BadInput | None = None,
) -> HttpResponse:
    query = request.POST.get("state", "") if request.method == "POST" else copy_query(request.GET)
    context = describe_views(access, group_key, view="", query=query) | {
        **describe_place(group_key),
        "back_url": address_of_people(access.project, group_key),
        "form": form or ViewForm(),
        "views_problem": problem,
    }
    status = 422 if problem or (form and form.errors) else 200
    return render_page(request, "users/views.html", access, context, status=status)


def _rename(view: SavedView, form: QueryDict, access: Access) -> str:
    fields = RenameForm(form)
    if not fields.is_valid():
        raise BadInput(f"A name has 1 to {VIEW_NAME_LENGTH} characters, on one line.")
    change_view(view, version=read_version(form), name=fields.cleaned_data["name"])
    return f"The view is named “{fields.cleaned_data['name']}” now."


def _share(view: SavedView, form: QueryDict, access: Access) -> str:
    change_view(view, version=read_version(form), shared=True)
    return f"Everybody in the project sees “{view.name}” now."


def _keep_private(view: SavedView, form: QueryDict, access: Access) -> str:
    if view.owner_id != access.user_id:
        raise BadInput(f"“{view.name}” can only be made private by its owner. You can delete it.")
    change_view(view, version=read_version(form), shared=False)
    return f"Only you see “{view.name}” now."


def _update(view: SavedView, form: QueryDict, access: Access) -> str:
    change_view(view, version=read_version(form), query=_read_state(form, access, group_key=view.group_key))
    return f"“{view.name}” shows this table now."


def _delete(view: SavedView, form: QueryDict, access: Access) -> str:
    delete_view(view, version=read_version(form))
    return f"The view “{view.name}” is deleted."


_CHANGES: Final[dict[str, Callable[[SavedView, QueryDict, Access], str]]] = {
    "rename": _rename,
    "share": _share,
    "private": _keep_private,
    "update": _update,
    "delete": _delete,
}
