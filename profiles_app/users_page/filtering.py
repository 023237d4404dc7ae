"""What the form of the filter builder does beside the table, and its menus."""

from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django_htmx.http import reswap

from profiles_app.builder.actions import apply_actions
from profiles_app.builder.draft import Draft
from profiles_app.builder.drawing import draw_builder
from profiles_app.builder.judging import Judgement, fits_in_address, judge_draft
from profiles_app.builder.layout import Builder
from profiles_app.builder.menu import read_menu
from profiles_app.builder.notes import read_note
from profiles_app.builder.reading import read_form
from profiles_app.builder.suggestions import read_suggestions
from profiles_app.errors import TooSlow, Unavailable
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.tree import All
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.models import GroupKey
from profiles_app.people.frame import render_fragment
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.users_page.addresses import address_of_people
from profiles_app.users_page.beside import is_where_it_is, look_beside
from profiles_app.users_page.filter_form import place_builder
from profiles_app.users_page.reading import read_the_rest
from profiles_app.users_page.state import PeopleState, keep_filter
from profiles_app.users_page.views import show_state


@member_action
def filter_people(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """A step in the builder: the page with the filter as it then is."""
    group_key = get_optional_group_key(access.project, group_key_id)
    draft, target = apply_actions(*read_form(request.POST), request.POST.getlist("do"))
    judgement = judge_draft(draft, cohorts=cohorts_of(_scope_of(access, group_key)))
    rest = read_the_rest(request.POST, access, group_key=group_key)
    if request.htmx:
        rest = look_beside(rest, request, address_of_people(access.project, group_key), "breakdown", "open")
    state = _keep(rest, access, judgement)
    if not request.htmx and target is None and fits_in_address(draft, judgement):
        return HttpResponseRedirect(state.url(address_of_people(access.project, group_key)))
    # Without JavaScript, what no address holds is in the form of the page that answers.
    builder = draw_builder(
        place_builder(access, group_key, state),
        draft,
        judgement=judgement,
        target=target,
        search=request.POST.get("menu_search", ""),
    )
    step = _Step(group_key=group_key, state=state, draft=draft, judgement=judgement, builder=builder)
    return _answer(request, access, step)


@member_page
def filter_menu(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """What conditions can be about."""
    group_key = get_optional_group_key(access.project, group_key_id)
    menu = read_menu(request.GET, access.project, group_key, cohorts_of(_scope_of(access, group_key)))
    template = "builder/_choices.html" if request.GET.get("part") == "choices" else "builder/_menu.html"
    return render_fragment(request, template, access, {"menu": menu})


@member_page
def filter_values(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The values of a property, for the field in which one is typed."""
    group_key = get_optional_group_key(access.project, group_key_id)
    context: dict[str, object] = {"search": request.GET.get("search", "")}
    try:
        context["suggestions"] = read_suggestions(request.GET, access.project, group_key)
    except (TooSlow, Unavailable) as problem:
        context["problem"] = problem
    return render_fragment(request, "builder/_suggestions.html", access, context)


@member_page
def filter_note(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """What is known of one item of the menu."""
    group_key = get_optional_group_key(access.project, group_key_id)
    note = read_note(request.GET, access.project, group_key)
    if note is None:
        return HttpResponse(status=204)
    return render_fragment(request, "builder/_note.html", access, {"note": note})


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A changed draft and what it means."""

    group_key: GroupKey | None
    state: PeopleState
    draft: Draft
    judgement: Judgement
    builder: Builder


def _keep(state: PeopleState, access: Access, judgement: Judgement) -> PeopleState:
    tree = judgement.tree
    where = None if tree is not None and tree.where == All() else judgement.written.where
    return keep_filter(state, access.project, where, tree)


def _answer(request: MemberRequest, access: Access, step: _Step) -> HttpResponse:
    """The builder and the table; for htmx the builder alone where the table would be the same."""
    path = address_of_people(access.project, step.group_key)
    if request.htmx and is_where_it_is(request, step.state.url(path)):
        content = {"builder": step.builder, "oob": True, "group_key": step.group_key}
        return reswap(render_fragment(request, "builder/_body.html", access, content), "none")
    return show_state(
        request,
        access,
        group_key=step.group_key,
        state=step.state,
        problem=step.judgement.problem,
        builder=step.builder,
    )


def _scope_of(access: Access, group_key: GroupKey | None) -> Scope:
    group_key_id = group_key.pk if group_key else None
    return Scope(project_id=access.project.pk, group_key_id=group_key_id, user_id=access.user_id)
