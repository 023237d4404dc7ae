"""The page of one cohort."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cohorts_app.models import Cohort, Identify, MemberList
from cohorts_app.pages.addresses import address_of_cohort, address_of_members
from cohorts_app.pages.charts import choose_points, draw_sizes
from cohorts_app.pages.wording import describe_definition
from cohorts_app.selectors.bitmaps import NOBODY, Bitmap
from cohorts_app.selectors.cohorts import actor_of, get_cohort
from cohorts_app.selectors.lists import list_lists
from cohorts_app.selectors.membership import query_members
from cohorts_app.selectors.sizes import has_past, list_comparable, list_sizes, read_members
from cohorts_app.selectors.uses import describe_uses
from cohorts_app.services.cohorts import duplicate_cohort, verify_cohort
from cohorts_app.services.sizes import MOST_PAST_DAYS, record_sizes
from cohorts_app.tasks import record_past_sizes
from profiles_app.display.person import choose_title
from profiles_app.errors import BadInput
from profiles_app.export.response import respond_csv
from profiles_app.export.stream import ExportQuery
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.models import Profile
from profiles_app.numbers import read_id
from profiles_app.people.frame import render_page
from profiles_app.selectors.access import Access
from profiles_app.users_page.addresses import address_of_profile
from profiles_app.users_page.reading import read_usual_columns

MOST_SIZES: Final = 400
MOST_SHOWN: Final = 50
_CHART: Final = (720, 200)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Those who joined, or left: how many, and the first of them as title and address ('': deleted since)."""

    number: int
    people: list[tuple[str, str]]


@member_page
def cohort(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """What it is, how large it was, who came and who left."""
    actor = actor_of(access)
    found = get_cohort(actor, cohort_id)
    sizes = list_sizes(found, limit=MOST_SIZES)
    width, height = _CHART
    context: dict[str, Any] = {
        "here": "cohorts",
        "cohort": found,
        "may_change": actor.may_change(found),
        "sentence": describe_definition(found, access),
        "open_url": address_of_members(access.project, found),
        "used_by": describe_uses(access.project, [found], user_id=access.user_id)[found.pk],
        "sizes": sizes[::-1],
        "chart": draw_sizes(
            choose_points(sizes), zone=access.project.zone, width=width, height=height, from_zero=True, with_dots=True
        ),
        "has_past": has_past(found),
        "lists": list_lists(found),
        "identify_choices": Identify.choices,
    }
    return render_page(request, "cohorts/one.html", access, context | _compare(request, access, found))


def _compare(request: MemberRequest, access: Access, cohort: Cohort) -> dict[str, Any]:
    """Who came and who left between two recordings: the last two, where the address names none."""
    comparable = list_comparable(cohort)
    if len(comparable) < 2:
        return {"comparable": comparable}
    earlier = _read_number(request.GET.get("from"), comparable[1].pk)
    later = _read_number(request.GET.get("to"), comparable[0].pk)
    before, after = read_members(cohort, earlier), read_members(cohort, later)
    if before is None or after is None:
        raise BadInput("Who was in the cohort then is not known any more. Choose other dates.")
    return {
        "comparable": comparable,
        "earlier": earlier,
        "later": later,
        "joined": _show(access, cohort, after - before),
        "left": _show(access, cohort, before - after),
    }


def _read_number(text: str | None, usual: int) -> int:
    """0, which is no recording, for a text that can be none."""
    return read_id(text) or 0 if text else usual


def _show(access: Access, cohort: Cohort, moved: Bitmap = NOBODY) -> Moved:
    ids = moved.list_ids(limit=MOST_SHOWN)
    profiles = Profile.objects.filter(project=access.project, deleted_at=None).in_bulk(ids)
    people = [_name(access, cohort, profiles.get(number)) for number in ids]
    return Moved(number=len(moved), people=people)


def _name(access: Access, cohort: Cohort, profile: Profile | None) -> tuple[str, str]:
    if profile is None:
        return "Deleted since", ""
    title = choose_title(profile.distinct_id, profile.properties)
    return title, address_of_profile(access.project, cohort.group_key, profile.distinct_id)


@member_page
def members_file(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """Everybody in it as CSV, with the columns of the table."""
    found = get_cohort(actor_of(access), cohort_id)
    people = query_members(found, user_id=access.user_id)
    usual, _ = read_usual_columns(access, group_key=found.group_key)
    # To the doors it is a response like others: they only set headers.
    return respond_csv(request, ExportQuery(people=people, columns=("$name", *usual)), name=found.name)  # type: ignore[return-value]


@member_action
def duplicate(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    actor = actor_of(access)
    made = duplicate_cohort(actor, get_cohort(actor, cohort_id))
    messages.success(request, f"“{made.name}” is a copy that belongs to you.")
    return redirect(address_of_cohort(made))


@member_action
def verify(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """The mark of the admins, given or taken back."""
    actor = actor_of(access)
    is_verified = request.POST.get("verified") == "1"
    found = verify_cohort(actor, get_cohort(actor, cohort_id), is_verified=is_verified)
    said = "is verified now" if found.is_verified else "is not verified any more"
    messages.success(request, f"“{found.name}” {said}.")
    return redirect(address_of_cohort(found))


@member_action
def record(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """Its size at this moment."""
    found = get_cohort(actor_of(access), cohort_id)
    if record_sizes([found]):
        messages.success(request, "The size is recorded.")
    return redirect(f"{address_of_cohort(found)}#sizes")


@member_action
def record_past(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """The sizes of past days, by a task."""
    found = get_cohort(actor_of(access), cohort_id)
    if not has_past(found):
        raise BadInput(
            "The past of this cohort cannot be computed: it looks at properties, of which Roster knows the present."
        )
    record_past_sizes.delay(found.pk, MOST_PAST_DAYS)
    messages.success(request, f"The last {MOST_PAST_DAYS} days are being computed. They appear here one by one.")
    return redirect(f"{address_of_cohort(found)}#sizes")


def address_of_list(found: MemberList) -> str:
    numbers = {"project_id": found.cohort.project_id, "cohort_id": found.cohort_id, "list_id": found.pk}
    return reverse("cohort-list", kwargs=numbers)
