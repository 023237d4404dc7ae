"""Making a cohort of a filter, and changing one."""

import json
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from cohorts_app.models import Cohort
from cohorts_app.pages.addresses import address_of_cohort
from cohorts_app.pages.wording import describe_tree
from cohorts_app.selectors.changes import Change, foresee_change
from cohorts_app.selectors.cohorts import actor_of, get_cohort
from cohorts_app.services.cohorts import Fields, change_cohort, create_cohort
from cohorts_app.services.sizes import record_sizes
from profiles_app.errors import BadInput, Conflict, TooSlow, Unavailable, UserFacingError
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter, Population
from profiles_app.filters.writing import write_filter
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.models import GroupKey
from profiles_app.people.frame import render_page
from profiles_app.selectors.access import Access, get_group_key
from profiles_app.selectors.people import PeopleQuery, count_people
from profiles_app.users_page.reading import read_state

_PRIVATE: Final = "private"


@member_page
def new_cohort(request: MemberRequest, access: Access) -> HttpResponse:
    """The form of a new cohort; the address has the filter of a table, if there is one."""
    group_key = _read_group_key(request.GET, access)
    state = read_state(request.GET, access, group_key=group_key)
    tree = Filter(state.population, state.filter.where) if state.filter else Filter(state.population)
    return _show(request, access, group_key=group_key, tree=tree)


@member_action
def create(request: MemberRequest, access: Access) -> HttpResponse:
    group_key = _read_group_key(request.POST, access)
    tree = _read_tree(request.POST)
    try:
        made = create_cohort(actor_of(access), _read_fields(request.POST, tree), group_key=group_key)
    except BadInput as problem:
        return _show(request, access, group_key=group_key, tree=tree, problem=problem)
    record_sizes([made])
    messages.success(request, f"The cohort “{made.name}” is made.")
    return redirect(address_of_cohort(made))


@member_page
def edit_cohort(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """The form of a cohort that there is."""
    cohort = get_cohort(actor_of(access), cohort_id)
    return _show(request, access, group_key=cohort.group_key, tree=_tree_of(cohort), cohort=cohort)


@member_action
def change(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """Saves the form. A new filter is shown with who comes and who goes first, and saved when that was seen."""
    actor = actor_of(access)
    cohort = get_cohort(actor, cohort_id)
    tree = None if cohort.is_static else _read_tree(request.POST)
    show = partial(_show, request, access, group_key=cohort.group_key, tree=tree, cohort=cohort)
    try:
        if tree is not None and tree != _tree_of(cohort) and request.POST.get("seen") != _write_tree(tree):
            return show(foreseen=foresee_change(cohort, tree, user_id=access.user_id))
        fields = _read_fields(request.POST, tree, cohort)
        changed = change_cohort(actor, cohort, fields, version=_read_version(request.POST))
    except (BadInput, Conflict, TooSlow, Unavailable) as problem:
        return show(problem=problem)
    if tree is not None:
        record_sizes([changed])
    messages.success(request, f"“{changed.name}” is saved.")
    return redirect(address_of_cohort(changed))


def _read_group_key(params: QueryDict, access: Access) -> GroupKey | None:
    text = params.get("group_key", "")
    return get_group_key(access.project, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _read_tree(params: QueryDict) -> Filter:
    """The document that the form carries. Raises `BadInput`."""
    try:
        document = json.loads(params.get("definition", "") or "null")
    except (ValueError, RecursionError):
        raise BadInput("The filter of this form cannot be read. Go back and choose it again.") from None
    return parse_filter(document if document is not None else {})


def _write_tree(tree: Filter) -> str:
    return json.dumps(write_filter(tree), ensure_ascii=False, separators=(",", ":"))


def _tree_of(cohort: Cohort) -> Filter | None:
    return None if cohort.is_static else parse_filter(cohort.definition)


def _read_fields(params: QueryDict, tree: Filter | None, cohort: Cohort | None = None) -> Fields:
    return Fields(
        name=params.get("name", ""),
        description=params.get("description", "").replace("\r\n", "\n"),
        definition=None if tree is None else write_filter(tree),
        is_private=params.get("visibility") == _PRIVATE,
        is_verified=cohort.is_verified if cohort else False,
    )


def _read_version(params: QueryDict) -> int:
    """A form without it was made by nobody's page: it counts as one of an older version."""
    text = params.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _show(
    request: MemberRequest,
    access: Access,
    *,
    group_key: GroupKey | None,
    tree: Filter | None,
    cohort: Cohort | None = None,
    problem: UserFacingError | None = None,
    foreseen: Change | None = None,
) -> HttpResponse:
    context = {
        "here": "cohorts",
        "cohort": cohort,
        "group_key": group_key,
        "values": request.POST if request.method == "POST" else _values_of(cohort),
        "definition": _write_tree(tree) if tree else "",
        "sentence": describe_tree(tree, access, group_key) if tree else "",
        "problem": problem,
        "present": _read_present(cohort) if isinstance(problem, Conflict) else None,
        "foreseen": foreseen,
        "is_for_all": tree is not None and tree.population is Population.ALL,
        "action": _address_of_form(access, cohort),
    }
    if tree is not None and problem is None and foreseen is None:
        context |= _count(access, group_key, tree)
    status = problem.status if problem else 200
    return render_page(request, "cohorts/editor.html", access, context, status=status)


def _address_of_form(access: Access, cohort: Cohort | None) -> str:
    numbers = {"project_id": access.project.pk} | ({"cohort_id": cohort.pk} if cohort else {})
    return reverse("change-cohort" if cohort else "create-cohort", kwargs=numbers)


def _values_of(cohort: Cohort | None) -> dict[str, Any]:
    if cohort is None:
        return {}
    return {
        "name": cohort.name,
        "description": cohort.description,
        "visibility": _PRIVATE if cohort.is_private else "project",
        "version": cohort.version,
    }


def _read_present(cohort: Cohort | None) -> Cohort | None:
    """What it is now, for who came second."""
    return Cohort.objects.filter(pk=cohort.pk).first() if cohort else None


def _count(access: Access, group_key: GroupKey | None, tree: Filter) -> dict[str, Any]:
    """How many it would have now."""
    query = PeopleQuery(
        project=access.project,
        group_key=group_key,
        population=tree.population,
        filter=tree,
        user_id=access.user_id,
    )
    try:
        return {"count": count_people(query)}
    except UserFacingError as problem:
        return {"count_problem": problem.message}
