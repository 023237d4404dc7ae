"""Changing a profile where it is read: one property at a time, deleting, restoring."""

from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django_htmx.http import trigger_client_event

from profiles_app.display.person import choose_title
from profiles_app.edit_page.fields import Row
from profiles_app.editing.changes import (
    Change,
    ChangedMeanwhile,
    Key,
    change_profile,
    delete_profile,
    restore_profile,
)
from profiles_app.errors import CannotApply
from profiles_app.http.doors import MemberRequest, admin_action, admin_page, is_local_address
from profiles_app.ingest.typed import WrongValue, read_name, read_value, write_text
from profiles_app.models import GroupKey, Profile
from profiles_app.people.frame import describe_place, render_fragment, render_page
from profiles_app.profile_page.identity import describe_identity
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.edits import find_deleted
from profiles_app.selectors.profiles import get_profile
from profiles_app.users_page.addresses import address_of_people, address_of_profile

CHANGED: Final = "profile-changed"
_LONGEST_NAMED: Final = 80


@admin_page
def edit_property(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The form of one property, or of a new one where the address has no name; with `view`, back from it."""
    group_key = get_optional_group_key(access.project, group_key_id)
    profile = get_profile(access.project, group_key=group_key, distinct_id=request.GET.get("id", ""))
    name = request.GET.get("name", "")
    if "view" in request.GET and request.htmx:
        return _show_line(request, access, group_key, profile, name)
    present = profile.properties.get(name)
    kind, text = write_text(present)
    row = Row(name=name, kind=kind, text=text).compare(profile.properties)
    return _show_form(request, access, group_key, profile, row, is_new=not name)


@admin_action
def set_property(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Saves one property, unless it changed since the form was opened."""
    group_key = get_optional_group_key(access.project, group_key_id)
    row = _read_row(request)
    try:
        values = {read_name(row.name): read_value(row.kind, row.text)}
    except WrongValue as problem:
        return _refuse(request, access, group_key, row.refuse(problem.message), status=422)
    return _apply(request, access, group_key, row, Change(values=values, seen=_list_seen(row)))


@admin_action
def remove_property(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Removes one property, with a way to undo it."""
    group_key = get_optional_group_key(access.project, group_key_id)
    row = _read_row(request)
    change = Change(unset=frozenset({row.name}), seen=_list_seen(row))
    return _apply(request, access, group_key, row, change)


@admin_action
def delete(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Deletes the profile whose id was typed again."""
    group_key = get_optional_group_key(access.project, group_key_id)
    profile = get_profile(access.project, group_key=group_key, distinct_id=request.POST.get("id", ""))
    context = _describe(access, group_key, profile) | {"back": request.POST.get("back", "")}
    # A field of one line takes no line breaks, and nobody sees how many blanks there are.
    if request.POST.get("confirm", "").split() != profile.distinct_id.split():
        problem = "This is not the ID. Nothing was deleted."
        return render_page(request, "profile/delete.html", access, context | {"delete_problem": problem}, status=422)
    delete_profile(_make_key(access, group_key, profile.distinct_id))
    address = address_of_profile(access.project, group_key, profile.distinct_id)
    title = context["title"][:_LONGEST_NAMED]
    messages.success(request, format_html('<bdi>{}</bdi> was deleted. <a href="{}">Restore</a>', title, address))
    back, people = context["back"], address_of_people(access.project, group_key)
    return redirect(back if is_local_address(back, request) and back.startswith(people) else people)


@admin_action
def restore(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Brings a deleted profile back."""
    group_key = get_optional_group_key(access.project, group_key_id)
    profile = restore_profile(_make_key(access, group_key, request.POST.get("id", "")))
    title = choose_title(profile.distinct_id, profile.properties)[:_LONGEST_NAMED]
    messages.success(request, format_html("<bdi>{}</bdi> was restored.", title))
    return redirect(address_of_profile(access.project, group_key, profile.distinct_id))


def _make_key(access: Access, group_key: GroupKey | None, distinct_id: str) -> Key:
    return Key(project=access.project, group_key=group_key, distinct_id=distinct_id, user_id=access.user_id)


def _read_row(request: MemberRequest) -> Row:
    fields = request.POST
    return Row(
        name=fields.get("name", ""),
        kind=fields.get("kind", ""),
        text=fields.get("value", "").replace("\r\n", "\n"),
        seen=fields.get("seen", ""),
    )


def _list_seen(row: Row) -> dict[str, str]:
    return {row.name: row.seen} if row.seen else {}


def _apply(
    request: MemberRequest, access: Access, group_key: GroupKey | None, row: Row, change: Change
) -> HttpResponse:
    distinct_id = request.POST.get("id", "")
    deleted = find_deleted(access.project, group_key=group_key, distinct_id=distinct_id)
    if deleted is not None:
        gone = row.refuse("This profile was deleted meanwhile. Nothing was saved: load the page again to restore it.")
        return _show_form(request, access, group_key, deleted[0], gone, is_new="new" in request.POST, status=409)
    before = get_profile(access.project, group_key=group_key, distinct_id=distinct_id)
    try:
        profile = change_profile(_make_key(access, group_key, before.distinct_id), change)
    except (CannotApply, ChangedMeanwhile) as problem:
        is_set = "new" in request.POST and isinstance(problem, ChangedMeanwhile)
        message = "This property is set already. Saving overwrites it." if is_set else problem.message
        return _refuse(request, access, group_key, row.refuse(message), status=problem.status)
    if profile.deleted_at:
        messages.success(request, "This was the last property, so the profile is deleted with it.")
    if not request.htmx or profile.deleted_at:
        return _go(request, address_of_profile(access.project, group_key, before.distinct_id))
    removed = before.properties.get(row.name) if change.unset else None
    if removed is None:
        return _show_line(request, access, group_key, profile, row.name, changed=True)
    kind, text = write_text(removed)
    context = _describe(access, group_key, profile) | {"removed": Row(name=row.name, kind=kind, text=text)}
    return _tell(render_fragment(request, "profile/_removed.html", access, _in_panel(request) | context))


def _go(request: MemberRequest, address: str) -> HttpResponse:
    """Elsewhere, also out of a fragment."""
    if not request.htmx:
        return redirect(address)
    return HttpResponse(headers={"HX-Redirect": address})


def _refuse(
    request: MemberRequest, access: Access, group_key: GroupKey | None, row: Row, *, status: int
) -> HttpResponse:
    """The form again, with what was typed, what is wrong with it, and the value that there is now."""
    profile = get_profile(access.project, group_key=group_key, distinct_id=request.POST.get("id", ""))
    if status == ChangedMeanwhile.status:
        row = row.compare(profile.properties)
    return _show_form(request, access, group_key, profile, row, is_new="new" in request.POST, status=status)


def _show_form(
    request: MemberRequest,
    access: Access,
    group_key: GroupKey | None,
    profile: Profile,
    row: Row,
    *,
    is_new: bool,
    status: int = 200,
) -> HttpResponse:
    # What is there now is said where it differs from what the form holds.
    shown = row if row.problem else replace(row, known=False)
    context = _describe(access, group_key, profile) | {"row": shown, "is_new": is_new} | _in_panel(request)
    if request.htmx:
        return render_fragment(request, "profile/_property_form.html", access, context, status=status)
    return render_page(request, "profile/edit.html", access, context, status=status)


def _show_line(
    request: MemberRequest,
    access: Access,
    group_key: GroupKey | None,
    profile: Profile,
    name: str,
    *,
    changed: bool = False,
) -> HttpResponse:
    """The property as it is read; after a change with all else that tells of it."""
    context = _describe(access, group_key, profile) | _in_panel(request)
    line = next((line for line in context["lines"] if line.property.name == name), None)
    context |= {"line": line, "is_new": "new" in request.POST, "changed": changed, "focus": name}
    response = render_fragment(request, "profile/_line.html", access, context)
    return _tell(response) if changed else response


def _tell(response: HttpResponse) -> HttpResponse:
    """Lets the table beside the profile know."""
    return trigger_client_event(response, CHANGED, {}, after="settle")


def _in_panel(request: MemberRequest) -> dict[str, Any]:
    """Whether the profile stands beside the table."""
    return {"beside": "beside" in request.GET or "beside" in request.POST}


def _describe(access: Access, group_key: GroupKey | None, profile: Profile) -> dict[str, Any]:
    path = address_of_people(access.project, group_key)
    return {
        **describe_place(group_key),
        "path": f"{path}/profile",
        "people_path": path,
        "access": access,
        **describe_identity(profile, can_edit=access.is_admin),
    }
