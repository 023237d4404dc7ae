"""Create or Modify Profile: the form, what it says while one types, and saving it."""

from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django_htmx.http import HttpResponseClientRefresh

from profiles_app.display.person import choose_title
from profiles_app.edit_page.fields import Row, read_rows, read_values
from profiles_app.editing.changes import Change, ChangedMeanwhile, Key, ProfileExists, change_profile, create_profile
from profiles_app.errors import CannotApply, NotFound
from profiles_app.http.doors import MemberRequest, admin_action, admin_page
from profiles_app.ingest.outcome import RecordProblem
from profiles_app.ingest.values import parse_identifier
from profiles_app.models import GroupKey, Profile, ProfileEdit, Project
from profiles_app.people.frame import render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.edits import find_deleted
from profiles_app.selectors.profiles import find_profile
from profiles_app.users_page.addresses import address_of_people, address_of_profile

CREATE: Final = "create"
UPDATE: Final = "update"
_DIALOG: Final = "edit-dialog"
_LONGEST_NAMED: Final = 80
_NAMED_ROWS: Final = 5


@dataclass(frozen=True, kw_only=True)
class EditForm:
    """The form as somebody filled it. `problem` is of all of it, `id_problem` of the id."""

    tab: str
    distinct_id: str = ""
    rows: list[Row] = field(default_factory=list)
    problem: str = ""
    id_problem: str = ""
    status: int = 200


@admin_page
def edit(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The form, in the dialog for htmx, else as a page."""
    tab = UPDATE if request.GET.get("tab") == UPDATE else CREATE
    form = EditForm(tab=tab, distinct_id=request.GET.get("id", "")[:255], rows=_first_rows(tab))
    return _show(request, access, get_optional_group_key(access.project, group_key_id), form)


@admin_page
def look_at_id(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """What is to be said of the id that is typed."""
    group_key = get_optional_group_key(access.project, group_key_id)
    tab = UPDATE if request.GET.get("tab") == UPDATE else CREATE
    context = _describe_place(access.project, group_key) | {"tab": tab, "in_dialog": _is_in_dialog(request)}
    distinct_id = request.GET.get("id", "")
    return render_fragment(
        request, "edit/_id_note.html", access, context | _describe_id(access.project, group_key, distinct_id)
    )


@admin_page
def look_at_property(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """What is to be said of the property whose name is typed: what it does, and its value now."""
    group_key = get_optional_group_key(access.project, group_key_id)
    row = Row(name=request.GET.get("name", "")[:255], text=request.GET.get("value", ""))
    if request.GET.get("tab") == UPDATE:
        row = _compare([row], find_profile(access.project, group_key=group_key, distinct_id=request.GET.get("id", "")))[
            0
        ]
    return render_fragment(request, "edit/_present.html", access, {"row": row})


@admin_action
def create(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Makes the profile; with `show`, only shows the form with what was typed so far."""
    group_key = get_optional_group_key(access.project, group_key_id)
    form = _read_form(request, CREATE)
    if "show" in request.POST:
        return _show(request, access, group_key, form)
    form, values = _check(form)
    if form.status == 200:
        try:
            profile = create_profile(_make_key(access, group_key, form), values)
            return _done(request, access, group_key, profile, form)
        except ProfileExists as problem:
            form = replace(form, id_problem=problem.message, status=problem.status)
        except CannotApply as problem:
            form = replace(form, problem=problem.message, status=problem.status)
    return _show(request, access, group_key, form)


@admin_action
def update(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Sets the properties of a profile that exists; the same `show`."""
    group_key = get_optional_group_key(access.project, group_key_id)
    form = _read_form(request, UPDATE)
    if "show" in request.POST:
        return _show(request, access, group_key, form)
    form, values = _check(form)
    if form.status == 200 and not values:
        form = replace(form, problem="Add a property to change.", status=422)
    form = _ask_before_overwriting(access, group_key, form) if form.status == 200 else form
    if form.status == 200:
        try:
            change = Change(values=values, seen={row.name: row.seen for row in form.rows if not row.is_empty})
            profile = change_profile(_make_key(access, group_key, form), change)
            return _done(request, access, group_key, profile, form)
        except NotFound as problem:
            form = replace(form, id_problem=problem.message, status=problem.status)
        except (ChangedMeanwhile, CannotApply) as problem:
            form = replace(form, problem=problem.message, status=problem.status)
    return _show(request, access, group_key, form)


def _first_rows(tab: str) -> list[Row]:
    return [Row(name="$name", fixed=True)] if tab == CREATE else [Row()]


def _read_form(request: MemberRequest, tab: str) -> EditForm:
    """Blanks at the ends of a new id were pasted by accident."""
    distinct_id = request.POST.get("id", "")
    rows = read_rows(request.POST)
    if tab == CREATE:
        distinct_id = distinct_id.strip()
        rows = _put_name_first(rows)
    elif "show" in request.POST:
        rows = [row for row in rows if row.text or row.name != "$name"]
    if request.POST.get("show") == "row":
        rows.append(Row())
    return EditForm(tab=tab, distinct_id=distinct_id, rows=rows)


def _put_name_first(rows: list[Row]) -> list[Row]:
    named = [replace(row, fixed=True) for row in rows if row.name == "$name"][:1]
    return [*(named or _first_rows(CREATE)), *[row for row in rows if row.name != "$name"]]


def _check(form: EditForm) -> tuple[EditForm, dict[str, Any]]:
    """The form with what is wrong with it, and its values."""
    try:
        parse_identifier(form.distinct_id, "")
    except RecordProblem as problem:
        message = f"The ID {problem.message}" if form.distinct_id.strip() else "Enter the ID of the profile."
        form = replace(form, id_problem=message, status=422)
    values, rows = read_values([row for row in form.rows if not row.is_empty])
    if any(row.problem for row in rows):
        form = replace(form, problem=_name_wrong_rows(rows), rows=rows, status=422)
    return form, values


def _name_wrong_rows(rows: list[Row]) -> str:
    """A form may be longer than the window."""
    names = [f"“{row.name[:40]}”" for row in rows if row.problem and row.name.strip()]
    more = len(names) - _NAMED_ROWS
    named = ", ".join([*names[:_NAMED_ROWS], *([f"and {more} more"] if more > 0 else [])])
    return f"Some rows cannot be saved yet: {named}." if named else "Some rows cannot be saved yet."


def _ask_before_overwriting(access: Access, group_key: GroupKey | None, form: EditForm) -> EditForm:
    """Who has not seen what a row overwrites sees it before it is."""
    profile = find_profile(access.project, group_key=group_key, distinct_id=form.distinct_id)
    if profile is None:
        return form
    rows = [row if row.seen or row.is_empty else row.compare(profile.properties) for row in form.rows]
    if any(row.known and row.present is not None for row in rows):
        return replace(form, rows=rows, problem="This overwrites what is there now. Look at it, then save.", status=409)
    return replace(form, rows=rows)


def _make_key(access: Access, group_key: GroupKey | None, form: EditForm) -> Key:
    return Key(project=access.project, group_key=group_key, distinct_id=form.distinct_id, user_id=access.user_id)


def _compare(rows: list[Row], profile: Profile | None) -> list[Row]:
    return [row.compare(profile.properties) if profile and row.name else row for row in rows]


def _show(request: MemberRequest, access: Access, group_key: GroupKey | None, form: EditForm) -> HttpResponse:
    about_id = _describe_id(access.project, group_key, form.distinct_id)
    rows = _compare(form.rows, about_id["profile"]) if form.tab == UPDATE else form.rows
    context = {
        "here": group_key.pk if group_key else "users",
        "form": form,
        "tab": form.tab,
        "rows": rows or [Row()],
        "empty_row": Row(),
        "in_dialog": _is_in_dialog(request),
        "import_url": _find_import_url(access.project, group_key),
        "places": _list_places(access.project, group_key),
        **_describe_place(access.project, group_key),
        **about_id,
    }
    if context["in_dialog"]:
        return render_fragment(request, "edit/_form.html", access, context, status=form.status)
    return render_page(request, "edit/page.html", access, context, status=form.status)


def _is_in_dialog(request: MemberRequest) -> bool:
    return bool(request.htmx) and (request.htmx.target == _DIALOG or "dialog" in request.GET)


def _describe_place(project: Project, group_key: GroupKey | None) -> dict[str, Any]:
    return {"group_key": group_key, "path": address_of_people(project, group_key)}


def _list_places(project: Project, here: GroupKey | None) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is chosen, of users and each kind of group."""
    places: list[GroupKey | None] = [None, *project.group_keys.order_by("label", "id")]
    return [(place.label if place else "User", address_of_people(project, place), place == here) for place in places]


def _describe_id(project: Project, group_key: GroupKey | None, distinct_id: str) -> dict[str, Any]:
    """Who has this id now, or had it until a deletion that can be undone."""
    profile = find_profile(project, group_key=group_key, distinct_id=distinct_id)
    deleted: tuple[Profile, ProfileEdit] | None = None
    if profile is None:
        deleted = find_deleted(project, group_key=group_key, distinct_id=distinct_id)
    return {
        "distinct_id": distinct_id,
        "profile": profile,
        "profile_title": choose_title(profile.distinct_id, profile.properties) if profile else "",
        "profile_url": address_of_profile(project, group_key, distinct_id),
        "deletion": deleted[1] if deleted else None,
        "id_query": f"id={quote(distinct_id, safe='')}" if distinct_id else "",
    }


def _find_import_url(project: Project, group_key: GroupKey | None) -> str:
    """The page for CSV files, where there is one: another app brings it."""
    try:
        address = reverse("new-import", kwargs={"project_id": project.pk})
    except NoReverseMatch:
        return ""
    return f"{address}?group={group_key.pk}" if group_key else address


def _done(
    request: MemberRequest, access: Access, group_key: GroupKey | None, profile: Profile, form: EditForm
) -> HttpResponse:
    """Back to the table, or to the profile from a page of its own."""
    address = address_of_profile(access.project, group_key, profile.distinct_id)
    title = choose_title(profile.distinct_id, profile.properties)[:_LONGEST_NAMED]
    what = "was created" if form.tab == CREATE else "was updated"
    messages.success(request, format_html('<a href="{}"><bdi>{}</bdi></a> {}.', address, title, what))
    for warning in dict.fromkeys(row.warning for row in form.rows if row.warning):
        messages.warning(request, warning)
    return HttpResponseClientRefresh() if _is_in_dialog(request) else redirect(address)
