"""Add to cohort: what the bar under the table does with the people who are selected."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from cohorts_app.models import Cohort, Kind
from cohorts_app.pages.addresses import address_of_cohort
from cohorts_app.selectors.cohorts import Actor, actor_of, get_cohort, list_cohorts
from cohorts_app.services.cohorts import Fields
from cohorts_app.services.members import add_people, create_list_of
from cohorts_app.services.sizes import record_sizes
from profiles_app.errors import BadInput, TooSlow, Unavailable, UserFacingError
from profiles_app.http.doors import MemberRequest, member_action
from profiles_app.models import GroupKey, Project
from profiles_app.numbers import read_id
from profiles_app.people.frame import describe_place, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.people import PeopleQuery, count_people
from profiles_app.users_page.addresses import address_of_people, reverse_either
from profiles_app.users_page.selection import Selection, read_selection


@member_action
def add_to_cohort(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Asks for the cohort; with one, or the name of a new one, adds the people who are selected."""
    group_key = get_optional_group_key(access.project, group_key_id)
    selection = read_selection(request.POST, access, group_key=group_key)
    query = selection.query(access.project, group_key, user_id=access.user_id)
    if "do" not in request.POST:
        return _ask(request, access, selection, query)
    try:
        cohort, added = _add(request, actor_of(access), query)
    except (BadInput, TooSlow, Unavailable) as problem:
        return _ask(request, access, selection, query, problem=problem)
    record_sizes([cohort])
    people = "1 was" if added == 1 else f"{added:,} were"
    messages.success(request, f"{people} added to “{cohort.name}”.")
    url = address_of_cohort(cohort)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def address_of_adding(project: Project, group_key: GroupKey | None) -> str:
    return reverse_either("add-users-to-cohort", "add-groups-to-cohort", project, group_key)


def _add(request: MemberRequest, actor: Actor, query: PeopleQuery) -> tuple[Cohort, int]:
    """The cohort, and how many were not in it before."""
    number = read_id(request.POST.get("cohort", ""))
    if number is not None:
        cohort = get_cohort(actor, number)
        return cohort, add_people(actor, cohort, query)
    made = create_list_of(actor, Fields(name=request.POST.get("name", "")), query)
    return made, made.members.count()


def _ask(
    request: MemberRequest,
    access: Access,
    selection: Selection,
    query: PeopleQuery,
    *,
    problem: UserFacingError | None = None,
) -> HttpResponse:
    actor, group_key = actor_of(access), query.group_key
    static = list_cohorts(access.project.pk, user_id=access.user_id).filter(kind=Kind.STATIC, group_key=group_key)
    context: dict[str, Any] = {
        **describe_place(group_key),
        "action": address_of_adding(access.project, group_key),
        "fields": selection.fields(),
        "cohorts": [cohort for cohort in static if actor.may_change(cohort)],
        "name": request.POST.get("name", ""),
        "problem": problem,
        "back_url": selection.state.url(address_of_people(access.project, group_key)),
    }
    if problem is None:
        context["count"] = count_people(query)
    if request.htmx:
        return render_fragment(request, "cohorts/_add.html", access, context)
    status = problem.status if problem else 200
    return render_page(request, "cohorts/add.html", access, context, status=status)
