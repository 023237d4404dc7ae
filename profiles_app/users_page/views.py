"""The table as a page, and its changing part for htmx: one view for users and for groups."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.safestring import SafeString
from django_htmx.http import HttpResponseClientRefresh, push_url

from profiles_app.builder.layout import Builder
from profiles_app.display.labels import NAME
from profiles_app.display.person import choose_title, read_avatar_url
from profiles_app.display.wording import word_for_people
from profiles_app.errors import BadInput, TooSlow, Unavailable, UserFacingError
from profiles_app.filters.describe import describe_filter
from profiles_app.filters.tree import Population
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import GroupKey
from profiles_app.people.frame import describe_place, is_part, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.people import PeopleQuery, Person, Position, find_cohorts, has_people, read_people
from profiles_app.users_page.actions import list_buttons
from profiles_app.users_page.addresses import address_of_people, address_of_profile
from profiles_app.users_page.beside import look_beside
from profiles_app.users_page.breakdown import describe_tool
from profiles_app.users_page.bulk import describe_running
from profiles_app.users_page.columns import Heading, find_numbers, render_cells
from profiles_app.users_page.filter_form import draw_state, is_filter_of, list_hidden_fields
from profiles_app.users_page.panel import PANEL, answer_panel, draw_panel
from profiles_app.users_page.reading import read_state, read_the_rest
from profiles_app.users_page.saved_views import copy_query, describe_views, write_query
from profiles_app.users_page.snippets import list_snippets, read_server_address
from profiles_app.users_page.state import PeopleState, read_position, write_position, write_sort


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table, ready to print: `cells` with whether their column is of numbers. `is_open`: the
    profile stands beside the table."""

    person: Person
    title: str
    avatar_url: str
    url: str
    cells: list[tuple[SafeString, bool]]
    is_open: bool


@member_page
def people(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """The users, or the groups of one kind: the page, or for htmx the part of it that changes."""
    group_key = get_optional_group_key(access.project, group_key_id)
    path, part = address_of_people(access.project, group_key), is_part(request)
    try:
        state = read_state(request.GET, access, group_key=group_key)
        if part:
            beside = ["breakdown"] if request.htmx.target == PANEL else ["breakdown", "open"]
            state = look_beside(state, request, path, *beside)
    except BadInput as problem:
        state = read_the_rest(request.GET, access, group_key=group_key)
        return show_state(request, access, group_key=group_key, state=state, problem=problem)
    if part and request.htmx.target == PANEL:
        return answer_panel(request, access, group_key=group_key, state=state, path=path)
    if not part and not has_people(access.project, group_key=group_key):
        return _welcome(request, access, _describe_table(access, group_key))
    return show_state(request, access, group_key=group_key, state=state)


@member_page
def first_person(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """Asked every second by the page of an empty project. Nothing while nobody is here; then the page is told
    to load again, which ends the asking."""
    group_key = get_optional_group_key(access.project, group_key_id)
    if has_people(access.project, group_key=group_key):
        return HttpResponseClientRefresh()
    return HttpResponse(status=204)


def show_state(
    request: MemberRequest,
    access: Access,
    *,
    group_key: GroupKey | None,
    state: PeopleState,
    problem: UserFacingError | None = None,
    builder: Builder | None = None,
) -> HttpResponse:
    """A state of the table, or what is wrong with it. `builder`: the form of its filter, where that may hold
    more than the state."""
    part, base = is_part(request), _describe_table(access, group_key)
    query = state.query(access.project, group_key, user_id=access.user_id)
    path = base["path"]
    try:
        content = (
            _describe_problem(problem, state, query, path) if problem else _read_people(access, state, query, path)
        )
    except (BadInput, TooSlow, Unavailable) as fault:
        content = _describe_problem(fault, state, query, path)
    if builder is None and not (part and is_filter_of(request, state, path)):
        builder = draw_state(access, group_key, state, is_open=part)
    content |= {"builder": builder, "builder_fields": list_hidden_fields(state), "oob": part}
    if state.open and not part and not problem:
        base |= {"panel": draw_panel(request, access, group_key=group_key, state=state, path=path).html}
    # Of an address that is wrong a view keeps all that it says.
    said = copy_query(request.GET) if problem and request.GET else write_query(state)
    base |= describe_views(access, group_key, view=state.view, query=said)
    if not part:
        base |= {"running": describe_running(access, group_key)}
    response = _answer(request, access, base | content, part=part)
    # A page that looks again by itself stays where it is in the browser's history.
    is_waiting = part and request.htmx.trigger in {"preparing", "results"}
    return push_url(response, state.url(path)) if part and not is_waiting else response


def _describe_table(access: Access, group_key: GroupKey | None) -> dict[str, Any]:
    return describe_place(group_key) | {"path": address_of_people(access.project, group_key)}


def _answer(request: MemberRequest, access: Access, context: Mapping[str, Any], *, part: bool) -> HttpResponse:
    render = render_fragment if part else render_page
    template = "users/_answer.html" if part else "users/page.html"
    return render(request, template, access, dict(context), status=context.get("status", 200))


def _read_people(access: Access, state: PeopleState, query: PeopleQuery, path: str) -> dict[str, Any]:
    position = read_position(state.page, query)
    page, count = read_people(query, at=position)

    def url_of(place: Position | None) -> str:
        return state.change(page=write_position(place, query)).url(path) if place else ""

    here = state.url(path)
    numbers = find_numbers(state.columns, page.people)
    return _describe_state(state, query, path) | {
        "count": count,
        "headings": [_make_heading(name, state, is_number=name in numbers) for name in (NAME, *state.columns)],
        "sort_fields": [(name, text) for name, text in state.change().fields() if name != "sort"],
        "rows": [
            _make_row(person, access, group_key=query.group_key, state=state, here=here, numbers=numbers)
            for person in page.people
        ],
        "next_url": url_of(page.next),
        "previous_url": url_of(page.previous),
        "first_url": state.change().url(path) if state.page else "",
        "selection_fields": state.change().fields(),
        "selection_buttons": list_buttons(access, query.group_key),
    }


def _describe_state(state: PeopleState, query: PeopleQuery, path: str) -> dict[str, Any]:
    wording = word_for_people(find_cohorts(query))
    hidden = [(name, text) for name, text in state.change(search="").fields()]
    return describe_tool(state, query.project, query.group_key) | {
        "state": state,
        "hidden_fields": hidden,
        "beside_fields": state.change(page=state.page, open="").fields(),
        "populations": [
            (population, state.change(population=population).url(path), state.population == population)
            for population in (Population.ALL, Population.PROFILES)
        ],
        "filter_sentence": describe_filter(state.filter, wording) if state.filter else "",
        "clear_filter_url": state.change(filter=None).url(path),
        "clear_search_url": state.change(search="").url(path),
        "everyone_url": state.change(population=Population.ALL).url(path),
    }


def _describe_problem(problem: UserFacingError, state: PeopleState, query: PeopleQuery, path: str) -> dict[str, Any]:
    """The table's place taken by what went wrong, with the way out."""
    return _describe_state(state, query, path) | {
        "problem": problem,
        "status": problem.status,
        "retry_url": state.url(path),
        "first_url": state.change().url(path),
    }


def _make_heading(name: str, state: PeopleState, *, is_number: bool) -> Heading:
    active = state.sort == name
    order = ("descending" if state.descending else "ascending") if active else ""
    turned = write_sort(name, descending=active and not state.descending)
    return Heading(name=name, sorted=order, sort=turned, is_number=is_number)


def _make_row(
    person: Person,
    access: Access,
    *,
    group_key: GroupKey | None,
    state: PeopleState,
    here: str,
    numbers: Container[str],
) -> Row:
    cells = render_cells(person, state.columns, project=access.project)
    return Row(
        person=person,
        title=choose_title(person.distinct_id, person.properties),
        avatar_url=read_avatar_url(person.properties),
        url=address_of_profile(access.project, group_key, person.distinct_id, back=here),
        cells=[(cell, name in numbers) for name, cell in zip(state.columns, cells, strict=True)],
        is_open=person.distinct_id == state.open,
    )


def _welcome(request: MemberRequest, access: Access, base: dict[str, Any]) -> HttpResponse:
    """The page of an empty project: how to send the first profile."""
    address = read_server_address(request)
    snippets = list_snippets(access.project, address=address, group_key=base["group_key"])
    context = base | {"snippets": snippets, "waiting_url": f"{base['path']}/first"}
    return render_page(request, "users/welcome.html", access, context)
