"""Set property and Delete for the selected people: the question with its number, and the change under way."""

from typing import Any, Final

from celery import current_app
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from profiles_app.display.labels import label_property
from profiles_app.editing import bulk
from profiles_app.errors import BadInput, CannotApply
from profiles_app.http.doors import MemberRequest, admin_action, member_page
from profiles_app.ingest.typed import ValueKind, read_name, read_value, write_text
from profiles_app.models import BulkChange, BulkKind, GroupKey, Project
from profiles_app.people.frame import is_part, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.catalog import list_property_names
from profiles_app.users_page.addresses import address_of_people, reverse_either
from profiles_app.users_page.selection import read_selection

_TASK: Final = "profiles_app.tasks.run_bulk_change"
_MOST_NAMES: Final = 1_000
_LONGEST_SHOWN: Final = 60
_KINDS: Final = [(kind.value, kind.label) for kind in ValueKind if kind != ValueKind.OBJECT]


@admin_action
def set_property(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """For how many people that is, and which property."""
    return _draft(request, access, group_key=get_optional_group_key(access.project, group_key_id), kind=BulkKind.SET)


@admin_action
def delete_people(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """How many people that is, and whether it is meant."""
    return _draft(request, access, group_key=get_optional_group_key(access.project, group_key_id), kind=BulkKind.DELETE)


@admin_action
def start_change(request: MemberRequest, access: Access, change_id: int) -> HttpResponse:
    """What was asked is done: at once for few people, else by the worker."""
    change = bulk.get_change(access.project, change_id)
    try:
        _confirm(change, request)
    except (BadInput, CannotApply) as problem:
        return _ask(request, access, change, problem=problem.message, status=422)
    if change.people > bulk.CHUNK:
        transaction.on_commit(lambda: current_app.send_task(_TASK, [change.pk]))
        return _go(request, _address(change))
    bulk.run_change(change.pk)
    change = bulk.get_change(access.project, change_id)
    messages.success(request, f"{describe_change(change)}: {describe_outcome(change)}.")
    return _go(request, change.back)


@admin_action
def cancel_change(request: MemberRequest, access: Access, change_id: int) -> HttpResponse:
    """Stops it; what was done stays."""
    change = bulk.get_change(access.project, change_id)
    bulk.cancel_change(change)
    return _go(request, _address(change))


@member_page
def show_change(request: MemberRequest, access: Access, change_id: int) -> HttpResponse:
    """How far it is, and how it ended; for htmx its changing part."""
    change = bulk.get_change(access.project, change_id)
    context = _describe(change)
    if is_part(request):
        is_strip = request.htmx.target == f"running-{change.pk}"
        template = "bulk/_running.html" if is_strip else "bulk/_progress.html"
        return render_fragment(request, template, access, context | {"access": access})
    return render_page(request, "bulk/page.html", access, context)


def address_of_setting(project: Project, group_key: GroupKey | None) -> str:
    return reverse_either("set-property-of-users", "set-property-of-groups", project, group_key)


def address_of_deletion(project: Project, group_key: GroupKey | None) -> str:
    return reverse_either("delete-users", "delete-groups", project, group_key)


def describe_running(access: Access, group_key: GroupKey | None) -> list[dict[str, Any]]:
    """What the table says of changes under way, to those who can make some."""
    return [_describe(change) for change in bulk.list_running(access.project, group_key)] if access.is_admin else []


def _describe_work(change: BulkChange) -> str:
    """`Setting plan for`, in front of how many."""
    name = label_property(change.name)
    words = {BulkKind.SET: f"Setting {name} for", BulkKind.UNSET: f"Removing {name} from", BulkKind.DELETE: "Deleting"}
    return words[BulkKind(change.kind)]


def describe_change(change: BulkChange) -> str:
    """`Set plan to “pro”`, `Set seats to 12`."""
    name = label_property(change.name)
    if change.kind == BulkKind.DELETE:
        return "Delete"
    if change.kind == BulkKind.UNSET:
        return f"Remove {name}"
    text = write_text(change.value)[1]
    shown = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    return f"Set {name} to “{shown}”" if isinstance(change.value, str) else f"Set {name} to {shown}"


def describe_outcome(change: BulkChange) -> str:
    """`48 changed, 2 were so already`."""
    parts = [
        (change.changed, "deleted" if change.kind == BulkKind.DELETE else "changed"),
        (change.unchanged, "had no profile" if change.kind == BulkKind.DELETE else "were so already"),
        (change.refused, "have no room for another property"),
        (change.gone, "were gone meanwhile"),
    ]
    said = [f"{number:,} {words}" for number, words in parts if number]
    return ", ".join(said) or "nobody was there"


def _draft(request: MemberRequest, access: Access, *, group_key: GroupKey | None, kind: BulkKind) -> HttpResponse:
    selection = read_selection(request.POST, access, group_key=group_key)
    query = selection.query(access.project, group_key, user_id=access.user_id)
    back = selection.state.url(address_of_people(access.project, group_key))
    change = bulk.draft_change(query, kind=kind, user_id=access.user_id, back=back)
    return _ask(request, access, change)


def _ask(
    request: MemberRequest, access: Access, change: BulkChange, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The question, in the dialog or as a page."""
    context = _describe(change) | {
        "problem": problem,
        "names": list_property_names(access.project, group_key=change.group_key, limit=_MOST_NAMES),
        "kinds": _KINDS,
        "typed": request.POST,
        "at_once": change.people <= bulk.CHUNK,
    }
    if request.htmx:
        return render_fragment(request, "bulk/_question.html", access, context, status=status)
    return render_page(request, "bulk/question.html", access, context, status=status)


def _describe(change: BulkChange) -> dict[str, Any]:
    return {
        "here": change.group_key_id or "users",
        "group_key": change.group_key,
        "change": change,
        "words": describe_change(change),
        "work": _describe_work(change),
        "percent": change.done * 100 // max(change.people, 1),
        "outcome": describe_outcome(change),
        "address": _address(change),
    }


def _confirm(change: BulkChange, request: MemberRequest) -> None:
    """Raises `BadInput` and `CannotApply`."""
    params = request.POST
    if change.kind == BulkKind.DELETE:
        if params.get("number", "").strip().replace(",", "") != str(change.people):
            raise BadInput(f"Type {change.people:,} to confirm: so many are deleted.")
        bulk.confirm_change(change, kind=BulkKind.DELETE)
        return
    name = read_name(params.get("name", ""))
    if params.get("how") == BulkKind.UNSET:
        bulk.confirm_change(change, kind=BulkKind.UNSET, name=name)
    else:
        value = read_value(params.get("kind", ""), params.get("value", ""))
        bulk.confirm_change(change, kind=BulkKind.SET, name=name, value=value)


def _go(request: MemberRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _address(change: BulkChange) -> str:
    return reverse("bulk-change", kwargs={"project_id": change.project_id, "change_id": change.pk})
