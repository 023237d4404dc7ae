"""Making a cohort of a filter, and changing one: a form around the filter builder."""

import json
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, push_url, reswap, retarget

from cohorts_app.models import Cohort
from cohorts_app.pages.addresses import address_of_cohort
from cohorts_app.pages.forms import read_group_key
from cohorts_app.pages.wording import describe_tree
from cohorts_app.selectors.changes import Change, foresee_change
from cohorts_app.selectors.cohorts import actor_of, get_cohort
from cohorts_app.services.cohorts import Fields, change_cohort, check_may_change, create_cohort
from cohorts_app.services.sizes import record_sizes
from profiles_app.builder.actions import Target, apply_actions
from profiles_app.builder.draft import Draft
from profiles_app.builder.drawing import draw_builder
from profiles_app.builder.judging import Judgement, judge_draft
from profiles_app.builder.layout import Builder, Place
from profiles_app.builder.opening import open_draft
from profiles_app.builder.reading import read_form
from profiles_app.errors import BadInput, Conflict, TooSlow, Unavailable, UserFacingError
from profiles_app.filters.cohorts import cohorts_of
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter, Population
from profiles_app.filters.writing import write_filter
from profiles_app.http.doors import MemberRequest, member_action, member_page
from profiles_app.models import GroupKey
from profiles_app.numbers import read_id, read_version
from profiles_app.people.frame import is_part, render_fragment, render_page
from profiles_app.selectors.access import Access
from profiles_app.selectors.people import PeopleQuery, count_people
from profiles_app.users_page.filter_form import address_of_filter
from profiles_app.users_page.reading import read_state

_PRIVATE: Final = "private"
_INCOMPLETE: Final = "A row of the filter is not complete yet. Complete it, or take it away; then save again."
_NODE: Final = "node"
# Dialogs: the whole form over the page of cohorts, and one for the filter of a table over that table.
_WHOLE_DIALOG: Final = "cohort-dialog"
_SHORT_DIALOG: Final = "save-as-dialog"


@dataclass(frozen=True, kw_only=True)
class _Form:
    """What the form shows. `document`: the filter, None for a static cohort; `draft` and `judgement` are those
    of the builder, where it was posted."""

    access: Access
    group_key: GroupKey | None
    cohort: Cohort | None = None
    document: Any = None
    draft: Draft | None = None
    judgement: Judgement | None = None
    target: Target | None = None

    @property
    def tree(self) -> Filter | None:
        """None for a static cohort, and for a filter with a fault."""
        if self.judgement is not None:
            return self.judgement.tree
        try:
            return None if self.document is None else parse_filter(self.document)
        except BadInput:
            return None

    @property
    def place(self) -> Place:
        address = address_of_filter(self.access.project, self.group_key)
        hidden = [("cohort", str(self.cohort.pk))] if self.cohort else []
        return Place(
            project=self.access.project,
            group_key=self.group_key,
            user_id=self.access.user_id,
            action=reverse("cohort-draft", kwargs={"project_id": self.access.project.pk}),
            menu_url=f"{address}/menu",
            values_url=f"{address}/values",
            note_url=f"{address}/note",
            hidden=[*hidden, ("group_key", str(self.group_key.pk) if self.group_key else "")],
            target="#cohort-count",
        )

    def draw(self, params: QueryDict) -> Builder | None:
        if self.document is None:
            return None
        draft = self.draft or open_draft(self.document)
        search = params.get("menu_search", "")
        return draw_builder(self.place, draft, judgement=self.judgement, target=self.target, search=search)

    @property
    def population(self) -> Population:
        said = self.document.get("population") if isinstance(self.document, dict) else None
        return Population(said) if said in set(Population) else Population.PROFILES


@member_page
def new_cohort(request: MemberRequest, access: Access) -> HttpResponse:
    """The form of a new cohort; the address has the filter of a table, if there is one. For htmx in a dialog."""
    group_key = read_group_key(request.GET, access)
    state = read_state(request.GET, access, group_key=group_key)
    tree = Filter(state.population, state.filter.where) if state.filter else Filter(state.population)
    return _show(request, _Form(access=access, group_key=group_key, document=write_filter(tree)))


@member_page
def edit_cohort(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """The form of a cohort that there is, for those who may save it."""
    actor = actor_of(access)
    cohort = get_cohort(actor, cohort_id)
    check_may_change(actor, cohort)
    form = _Form(access=access, group_key=cohort.group_key, cohort=cohort, document=cohort.definition)
    return _show(request, form)


@member_action
def draft(request: MemberRequest, access: Access) -> HttpResponse:
    """A step in the builder: the form as it then is; for htmx the builder and how many are in the cohort."""
    number = read_id(request.POST.get("cohort", ""))
    cohort = get_cohort(actor_of(access), number) if number is not None else None
    form = _read_form(request, access, cohort)
    if not request.htmx:
        return _show(request, form)
    context = {"builder": form.draw(request.POST), "oob": True, "group_key": form.group_key, "sentence": _say(form)}
    return render_fragment(request, "cohorts/_draft.html", access, context | _count(form))


@member_action
def create(request: MemberRequest, access: Access) -> HttpResponse:
    form = _read_form(request, access, None)
    try:
        _check_whole(form)
        made = create_cohort(actor_of(access), _read_fields(request.POST, form), group_key=form.group_key)
    except BadInput as problem:
        return _show(request, form, problem=problem)
    record_sizes([made])
    if request.htmx.target == _SHORT_DIALOG:
        made.refresh_from_db()
        return render_fragment(request, "cohorts/_saved.html", access, {"cohort": made, "group_key": form.group_key})
    return _done(request, made, f"The cohort “{made.name}” is made.")


@member_action
def change(request: MemberRequest, access: Access, cohort_id: int) -> HttpResponse:
    """Saves the form. A new filter is shown with who comes and who goes first, and saved when that was seen."""
    actor = actor_of(access)
    cohort = get_cohort(actor, cohort_id)
    form = _read_form(request, access, cohort)
    show = partial(_show, request, form)
    try:
        _check_whole(form)
        tree = form.tree
        is_new = tree is not None and write_filter(tree) != _write_definition(cohort)
        if tree is not None and is_new and request.POST.get("seen") != _write_tree(tree):
            return show(foreseen=foresee_change(cohort, tree, user_id=access.user_id))
        fields = _read_fields(request.POST, form)
        changed = change_cohort(actor, cohort, fields, version=read_version(request.POST))
    except (BadInput, Conflict, TooSlow, Unavailable) as problem:
        return show(problem=problem)
    if not changed.is_static:
        record_sizes([changed])
    return _done(request, changed, f"“{changed.name}” is saved.")


def _done(request: MemberRequest, cohort: Cohort, message: str) -> HttpResponse:
    messages.success(request, message)
    url = address_of_cohort(cohort)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _read_form(request: MemberRequest, access: Access, cohort: Cohort | None) -> _Form:
    """The form that was posted: with the rows of the builder, or with a whole document. Raises `BadInput`."""
    params = request.POST
    group_key = cohort.group_key if cohort else read_group_key(params, access)
    form = _Form(access=access, group_key=group_key, cohort=cohort)
    if cohort is not None and cohort.is_static:
        return form
    if _NODE not in params:
        return replace(form, document=_read_document(params))
    said = params.get("population", "")
    population = Population(said) if said in set(Population) else Population.PROFILES
    steps = [step for step in params.getlist("do") if step != "save"]
    drawn, target = apply_actions(*read_form(params), steps)
    judgement = judge_draft(drawn, cohorts=cohorts_of(form.place.cohorts_scope), population=population)
    document = {"population": str(population), "where": judgement.written.where}
    return replace(form, document=document, draft=drawn, judgement=judgement, target=target)


def _read_document(params: QueryDict) -> Any:
    try:
        document = json.loads(params.get("definition", "") or "{}")
    except (ValueError, RecursionError):
        raise BadInput("The filter of this form cannot be read. Go back and choose it again.") from None
    return document if isinstance(document, dict) else {}


def _check_whole(form: _Form) -> None:
    """Raises `BadInput` for rows that are not complete, and for those with a fault."""
    if form.judgement is None:
        if form.document is not None:
            parse_filter(form.document)
        return
    if form.judgement.problem is not None:
        raise form.judgement.problem
    if form.judgement.missing:
        raise BadInput(_INCOMPLETE)


def _write_tree(tree: Filter) -> str:
    return json.dumps(write_filter(tree), ensure_ascii=False, separators=(",", ":"))


def _write_definition(cohort: Cohort) -> Any:
    """In its canonical form; None where it cannot be read."""
    try:
        return write_filter(parse_filter(cohort.definition))
    except BadInput:
        return None


def _read_fields(params: QueryDict, form: _Form) -> Fields:
    return Fields(
        name=params.get("name", ""),
        description=params.get("description", "").replace("\r\n", "\n"),
        definition=None if form.tree is None else write_filter(form.tree),
        is_private=params.get("visibility") == _PRIVATE,
        is_verified=form.cohort.is_verified if form.cohort else False,
    )


def _show(
    request: MemberRequest,
    form: _Form,
    *,
    problem: UserFacingError | None = None,
    foreseen: Change | None = None,
) -> HttpResponse:
    """The page; for htmx, what stands in it."""
    cohort, tree = form.cohort, form.tree
    context = {
        "here": "cohorts",
        "cohort": cohort,
        "group_key": form.group_key,
        "values": request.POST if request.method == "POST" else _values_of(cohort),
        "builder": form.draw(request.POST),
        "population": form.population,
        "definition": _write_tree(tree) if tree else "",
        "sentence": _say(form),
        "problem": problem,
        "present": _read_present(cohort) if isinstance(problem, Conflict) else None,
        "foreseen": foreseen,
        "action": _address_of_form(form),
        "draft_url": form.place.action,
    }
    if problem is None and foreseen is None:
        context |= _count(form)
    if is_part(request):
        return push_url(_show_part(request, form, context), False)
    return render_page(request, "cohorts/editor.html", form.access, context, status=problem.status if problem else 200)


def _show_part(request: MemberRequest, form: _Form, context: dict[str, Any]) -> HttpResponse:
    if request.htmx.target == _SHORT_DIALOG:
        return render_fragment(request, "cohorts/_save_as.html", form.access, context)
    is_new_dialog = request.htmx.target == _WHOLE_DIALOG
    context |= {"in_dialog": is_new_dialog or "dialog" in request.POST}
    response = render_fragment(request, "cohorts/_editor.html", form.access, context)
    return response if is_new_dialog else retarget(reswap(response, "outerHTML"), "#cohort-editor")


def _address_of_form(form: _Form) -> str:
    numbers = {"project_id": form.access.project.pk} | ({"cohort_id": form.cohort.pk} if form.cohort else {})
    return reverse("change-cohort" if form.cohort else "create-cohort", kwargs=numbers)


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


def _say(form: _Form) -> str:
    """The filter in words."""
    return describe_tree(form.tree, form.access, form.group_key) if form.tree else ""


def _count(form: _Form) -> dict[str, Any]:
    """How many it would have now."""
    tree = form.tree
    if tree is None:
        return {}
    query = PeopleQuery(
        project=form.access.project,
        group_key=form.group_key,
        population=tree.population,
        filter=tree,
        user_id=form.access.user_id,
    )
    try:
        return {"count": count_people(query)}
    except UserFacingError as problem:
        return {"count_problem": problem.message}
