"""Static cohorts: making one, lists of people to add or remove, and what became of each line."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from cohorts_app.models import Cohort, Identify, Kind, ListState, MemberList, Outcome
from cohorts_app.outcomes import respond_outcomes
from cohorts_app.pages.addresses import address_of_cohort, address_of_members
from cohorts_app.pages.detail import address_of_list
from cohorts_app.pages.forms import read_group_key
from cohorts_app.selectors.cohorts import Actor, actor_of, get_cohort
from cohorts_app.selectors.lists import get_list
from cohorts_app.services.cohorts import Fields, create_cohort
from cohorts_app.services.list_reading import read_file, read_text, read_text_file
from cohorts_app.services.lists import keep_list
from cohorts_app.work import start_list
from profiles_app.errors import BadInput
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.people.frame import render_fragment, render_page
from profiles_app.selectors.access import Access

_FILE: Final = "file"
_LINES: Final = "lines"


@member_page
def new_list(request: MemberRequest, access: Access) -> HttpResponse:
    """The form of a static cohort."""
    return _show_form(request, access, {})


@member_action
def create_list(request: MemberRequest, access: Access) -> HttpResponse:
    """A static cohort with the people of a list, if there is one."""
    actor = actor_of(access)
    try:
        group_key = read_group_key(request.POST, access)
        fields = Fields(
            name=request.POST.get("name", ""),
            description=request.POST.get("description", ""),
            is_private=request.POST.get("visibility") == "private",
        )
        # A list that is refused leaves no cohort behind.
        with transaction.atomic():
            made = create_cohort(actor, fields, kind=Kind.STATIC, group_key=group_key)
            kept = _keep(request, actor, made) if _has_lines(request) else None
    except BadInput as problem:
        return _show_form(request, access, {"problem": problem, "values": request.POST}, status=422)
    if kept is None:
        return redirect(address_of_cohort(made))
    start_list(kept)
    return redirect(address_of_list(kept))


def _show_form(request: MemberRequest, access: Access, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    base = {"here": "cohorts", "identify_choices": Identify.choices}
    return render_page(request, "cohorts/new_list.html", access, base | context, status=status)


def _has_lines(request: MemberRequest) -> bool:
    return bool(request.FILES) or bool(request.POST.get(_LINES, "").strip())


@member_action
def add_list(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """A list of people to add or to remove."""
    actor = actor_of(access)
    cohort = get_cohort(actor, cohort_id)
    if not _has_lines(request):
        raise BadInput("The list is empty. Paste one distinct ID or e-mail a line, or choose a file.")
    kept = _keep(request, actor, cohort)
    start_list(kept)
    return redirect(address_of_list(kept))


def _keep(request: MemberRequest, actor: Actor, cohort: Cohort) -> MemberList:
    identify = request.POST.get("identify", Identify.EITHER)
    if identify not in Identify.values:
        raise BadInput("Choose whether the lines are distinct IDs or e-mails.")
    return keep_list(
        actor,
        cohort,
        _read_lines(request),
        identify=Identify(identify),
        creates_unknown=request.POST.get("create_unknown") == "1",
        removes=request.POST.get("action") == "remove",
    )


def _read_lines(request: MemberRequest) -> Iterable[str]:
    if uploaded := request.FILES.get(_FILE):
        assert uploaded.file is not None
        return read_file(uploaded.file)
    # What is too long for a field of a form is sent as a file (static/js/long-text.js).
    if pasted := request.FILES.get(_LINES):
        assert pasted.file is not None
        return read_text_file(pasted.file)
    return read_text(request.POST.get(_LINES, ""))


@member_page
def one_list(request: MemberRequest, access: Access, cohort_id: int, list_id: int) -> HttpResponse:
    """How far it has come, and how many lines had each outcome."""
    cohort = get_cohort(actor_of(access), cohort_id)
    found = get_list(cohort, list_id)
    context = {
        "here": "cohorts",
        "cohort": cohort,
        "list": found,
        "is_waiting": found.state == ListState.WAITING,
        "counts": [(Outcome[name.upper()].label, number) for name, number in found.counts.items()],
        "open_url": address_of_members(access.project, cohort),
    }
    if request.htmx:
        return render_fragment(request, "cohorts/_outcome.html", access, context)
    return render_page(request, "cohorts/outcome.html", access, context)


@member_page
def list_file(request: MemberRequest, access: Access, cohort_id: int, list_id: int) -> HttpResponse:
    """Each line with its outcome."""
    # To the doors it is a response like others: they only set headers.
    return respond_outcomes(get_list(get_cohort(actor_of(access), cohort_id), list_id))  # type: ignore[return-value]
