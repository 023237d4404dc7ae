"""Another name for a cohort: a small form, in a dialog over the list or the page of the cohort."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from cohorts_app.models import Cohort
from cohorts_app.pages.addresses import address_of_cohort, address_of_cohorts
from cohorts_app.selectors.cohorts import actor_of, get_cohort
from cohorts_app.services import cohorts as services
from profiles_app.errors import BadInput, Conflict, UserFacingError
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.numbers import read_version
from profiles_app.people.frame import is_part, render_fragment, render_page
from profiles_app.selectors.access import Access

# Where the form was opened, and leads back to.
_LIST = "list"


@member_page
def rename_cohort(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """The form, for those who may save it."""
    actor = actor_of(access)
    cohort = get_cohort(actor, cohort_id)
    services.check_may_change(actor, cohort)
    return _show(request, access, cohort)


@member_action
def give_name(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """The name, unless somebody changed the cohort meanwhile."""
    actor = actor_of(access)
    cohort = get_cohort(actor, cohort_id)
    try:
        renamed = services.rename_cohort(
            actor, cohort, request.POST.get("name", ""), version=read_version(request.POST)
        )
    except (BadInput, Conflict) as problem:
        return _show(request, access, cohort, problem=problem)
    messages.success(request, f"“{cohort.name}” is named “{renamed.name}” now.")
    is_from_list = request.POST.get("back") == _LIST
    url = address_of_cohorts(access.project) if is_from_list else address_of_cohort(cohort)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _show(
    request: MemberRequest, access: Access, cohort: Cohort, *, problem: UserFacingError | None = None
) -> HttpResponse:
    fields = request.POST if request.method == "POST" else request.GET
    context = {
        "here": "cohorts",
        "cohort": cohort,
        "name": fields.get("name", cohort.name),
        "back": fields.get("back", ""),
        "problem": problem,
    }
    if is_part(request):
        return render_fragment(request, "cohorts/_rename.html", access, context | {"in_dialog": True})
    return render_page(request, "cohorts/rename.html", access, context, status=problem.status if problem else 200)
