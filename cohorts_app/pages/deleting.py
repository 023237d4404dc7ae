"""Deleting cohorts, one or several: what uses them is said before."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from cohorts_app.models import Cohort
from cohorts_app.pages.addresses import address_of_cohorts
from cohorts_app.selectors.cohorts import Actor, actor_of, list_cohorts
from cohorts_app.selectors.uses import describe_uses
from cohorts_app.services.cohorts import delete_cohorts
from profiles_app.errors import BadInput
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.numbers import read_id
from profiles_app.people.frame import render_page
from profiles_app.selectors.access import Access


@member_page
def ask_to_delete(request: MemberRequest, access: Access) -> HttpResponse:
    """The question, with what uses them. The address names them by `id`."""
    actor = actor_of(access)
    chosen = _choose(actor, request.GET)
    words = describe_uses(access.project, chosen, user_id=access.user_id)
    uses = [(cohort, words[cohort.pk]) for cohort in chosen]
    context = {
        "here": "cohorts",
        "uses": uses,
        "any_uses": any(users for _, users in uses),
        "not_mine": [cohort for cohort in chosen if not actor.may_change(cohort)],
    }
    return render_page(request, "cohorts/delete.html", access, context)


@member_action
def delete_chosen(request: MemberRequest, access: Access) -> HttpResponse:
    actor = actor_of(access)
    chosen = _choose(actor, request.POST)
    delete_cohorts(actor, chosen)
    said = f"“{chosen[0].name}” is deleted." if len(chosen) == 1 else f"{len(chosen)} cohorts are deleted."
    messages.success(request, said)
    return redirect(address_of_cohorts(access.project))


def _choose(actor: Actor, params: QueryDict) -> list[Cohort]:
    """Raises `BadInput` where none is named that there is."""
    numbers = [number for number in map(read_id, params.getlist("id")) if number is not None]
    chosen = list(list_cohorts(actor.project.pk, user_id=actor.user_id).filter(pk__in=numbers))
    if not chosen:
        raise BadInput("No cohort is chosen, or those that were are deleted already. Tick some in the list first.")
    return chosen
