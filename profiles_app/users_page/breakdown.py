"""The breakdown beside the table: the values of one property among the people shown."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.utils.safestring import SafeString
from django_htmx.http import push_url

from profiles_app.display.dates import describe_day
from profiles_app.display.labels import COUNTRY, EMAIL, label_property
from profiles_app.display.values import icon_of, icon_of_kinds, kind_of, render_value
from profiles_app.errors import BadInput, TooSlow, Unavailable
from profiles_app.filters.properties import BUILT_IN
from profiles_app.filters.reading import LONGEST_TEXT
from profiles_app.filters.tree import All, Filter, Node, Not, Property, Type
from profiles_app.filters.tree import Any as AnyOf
from profiles_app.http.doors import MemberRequest, member_page
from profiles_app.models import GroupKey, Project
from profiles_app.people.frame import describe_place, is_part, render_fragment, render_page
from profiles_app.selectors.access import Access, get_optional_group_key
from profiles_app.selectors.breakdown import Breakdown, ValueCount, break_down
from profiles_app.selectors.catalog import list_seen_properties
from profiles_app.selectors.periods import Period, ask_period
from profiles_app.users_page.addresses import address_of_people, is_link, reverse_either
from profiles_app.users_page.beside import is_where_it_is, look_beside
from profiles_app.users_page.reading import read_state
from profiles_app.users_page.state import PeopleState

# The elements that htmx fills.
BREAKDOWN: Final = "breakdown"
_CHOICES: Final = "breakdown-choices"
_VALUES: Final = 20
# Who looks for another property types. Without JavaScript nobody can.
_CHOICES_SHOWN: Final = 100
_CHOICES_ALONE: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line: `only_url` narrows the table to these people, `without_url` leaves them out; '' where a
    filter cannot say which they are. `kind`: of the value, where the property has several."""

    text: str
    html: SafeString | str
    people: int
    share: str
    kind: str = ""
    only_url: str = ""
    without_url: str = ""

    @property
    def icon(self) -> str:
        return icon_of(self.kind) if self.kind else ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A property to choose."""

    name: str
    label: str
    icon: str


@member_page
def break_down_people(request: MemberRequest, access: Access, group_key_id: int | None = None) -> HttpResponse:
    """For htmx the breakdown of `breakdown=<property>`; a page of its own without JavaScript."""
    group_key = get_optional_group_key(access.project, group_key_id)
    path = address_of_people(access.project, group_key)
    part = is_part(request)
    context: dict[str, Any] = {
        **describe_place(group_key),
        "path": path,
        "alone": not part,
        "back_url": path,
    }
    try:
        state = read_state(request.GET, access, group_key=group_key)
    except BadInput as problem:
        return _answer(request, access, context | {"problem": problem}, part=part)
    state = look_beside(state, request, path, "open") if part else state
    named = request.GET.get("named", "").strip()[:255]
    context |= _describe(state, access, group_key, path) | _list_choices(
        access.project, group_key, named, limit=_CHOICES_SHOWN if part else _CHOICES_ALONE
    )
    if part and request.htmx.target == _CHOICES:
        return render_fragment(request, "users/_breakdown_choices.html", access, context)
    if state.breakdown:
        context |= _count(state, access, group_key, path)
    response = _answer(request, access, context, part=part)
    return push_url(response, state.url(path)) if part and not is_where_it_is(request, state.url(path)) else response


def describe_tool(state: PeopleState, project: Project, group_key: GroupKey | None) -> dict[str, Any]:
    """What the button of the toolbar needs, and the part that loads the breakdown after the table."""
    address = reverse_either("break-down-users", "break-down-groups", project, group_key)
    return {
        "breakdown_path": address,
        "breakdown_url": state.url(address),
        "breakdown_fields": state.change(breakdown="", page=state.page).fields(),
        "breakdown_toggle": "" if state.breakdown else _choose_property(state),
    }


def _choose_property(state: PeopleState) -> str:
    """The first of the columns of which people share values."""
    return next((name for name in state.columns if name not in (*BUILT_IN, EMAIL)), COUNTRY)


def _answer(request: MemberRequest, access: Access, context: dict[str, Any], *, part: bool) -> HttpResponse:
    status = context["problem"].status if "problem" in context else 200
    if part:
        return render_fragment(request, "users/_breakdown_answer.html", access, context, status=status)
    return render_page(request, "users/breakdown.html", access, context, status=status)


def _describe(state: PeopleState, access: Access, group_key: GroupKey | None, path: str) -> dict[str, Any]:
    tool = describe_tool(state, access.project, group_key)
    closed = state.change(breakdown="", page=state.page)
    return tool | {
        "state": state,
        "label": label_property(state.breakdown),
        "back_url": state.url(path),
        "close_url": closed.url(path),
        "close_part_url": closed.url(tool["breakdown_path"]),
        "retry_url": tool["breakdown_url"],
        "clear_filter_url": state.change(filter=None).url(path),
    }


def _list_choices(project: Project, group_key: GroupKey | None, named: str, *, limit: int) -> dict[str, Any]:
    """The properties whose name or label contains a text, by label."""
    seen = list_seen_properties(project, group_key=group_key)
    text = named.casefold()
    found = sorted(
        (
            Choice(name=name, label=label_property(name), icon=icon_of_kinds(one.kinds))
            for name, one in seen.items()
            if not one.hidden
            and name not in BUILT_IN
            and (text in name.casefold() or text in label_property(name).casefold())
        ),
        key=lambda choice: (choice.label.casefold(), choice.name),
    )
    return {"named": named, "choices": found[:limit], "more_choices": max(0, len(found) - limit)}


def _count(state: PeopleState, access: Access, group_key: GroupKey | None, path: str) -> dict[str, Any]:
    """The lines, or what went wrong."""
    query = state.query(access.project, group_key, user_id=access.user_id)
    try:
        found = break_down(query, name=state.breakdown, limit=_VALUES)
    except (BadInput, TooSlow, Unavailable) as problem:
        return {"problem": problem}
    kinds = {_kind_of(value.value) for value in found.values} | ({"date"} if found.periods else set())
    is_mixed = len(kinds) > 1
    periods = [
        _make_period_row(period, found, state, path, kind="date" if is_mixed else "") for period in found.periods
    ]
    values = [
        _make_value_row(value, found, state, path, access.project, kind=_kind_of(value.value) if is_mixed else "")
        for value in found.values
    ]
    return {
        "found": found,
        "most": max((row.people for row in (*periods, *values)), default=1),
        "rows": [*periods, *values],
        "is_by_day": any(period.is_day for period in found.periods),
        "rest": list(_list_rest(found, state, path)),
    }


def _kind_of(value: Any) -> str:
    """A date beside other texts is a text."""
    return "text" if isinstance(value, str) else kind_of(value)


def _make_value_row(
    value: ValueCount, found: Breakdown, state: PeopleState, path: str, project: Project, *, kind: str
) -> Row:
    only, without = _ask_for(value, state.breakdown)
    shown = render_value(value.value, zone=project.zone, name=state.breakdown)
    blank = isinstance(value.value, str) and not value.value.strip()
    return Row(
        text="Blank text" if blank else str(value.value),
        html=SafeString('<span class="unset">Blank text</span>') if blank else shown,
        people=value.people,
        share=_share(value.people, found.people),
        kind=kind,
        only_url=_narrow(state, only, path) if only else "",
        without_url=_narrow(state, without, path) if without else "",
    )


def _make_period_row(period: Period, found: Breakdown, state: PeopleState, path: str, *, kind: str) -> Row:
    words = describe_day(period.first) if period.is_day else _say_month(period.first)
    only = ask_period(state.breakdown, period.first, period.last)
    return Row(
        text=words,
        html=words,
        people=period.people,
        share=_share(period.people, found.people),
        kind=kind,
        only_url=_narrow(state, only, path),
        without_url=_narrow(state, replace(only, op="not_between"), path),
    )


def _say_month(first: date) -> str:
    return f"{first:%B} {first.year}"


def _list_rest(found: Breakdown, state: PeopleState, path: str) -> Iterator[Row]:
    """The people that no line of a value stands for."""
    if found.earlier:
        first = found.periods[-1].first
        before = Property(state.breakdown, Type.DATE, "before", first)
        only_url, without_url = (_narrow(state, node, path) for node in (before, Not(before)))
        words = f"Before {_say_month(first)}"
        yield _make_rest_row(words, found.earlier, found, only_url=only_url, without_url=without_url)
    if found.other_values:
        words = f"{found.other_values:,} other {'value' if found.other_values == 1 else 'values'}"
        yield _make_rest_row(words, found.others, found)
    if found.bare:
        yield _make_rest_row("Lists without a text or a number", found.bare, found)
    if found.objects:
        yield _make_rest_row("Objects", found.objects, found)
    if found.unset:
        unset, is_set = (Property(state.breakdown, Type.ANY, op) for op in ("is_not_set", "is_set"))
        only_url, without_url = (_narrow(state, node, path) for node in (unset, is_set))
        yield _make_rest_row("Not set", found.unset, found, only_url=only_url, without_url=without_url)


def _make_rest_row(words: str, people: int, found: Breakdown, **urls: str) -> Row:
    return Row(text=words, html=words, people=people, share=_share(people, found.people), **urls)


def _share(number: int, of: int) -> str:
    """`12.3%`; what is something is never shown as nothing."""
    return "<0.1%" if 0 < number / of < 0.0005 else f"{number / of:.1%}"


def _ask_for(value: ValueCount, name: str) -> tuple[Node | None, Node | None]:
    """The conditions that hold for exactly the people counted, and for exactly the others."""
    if isinstance(value.value, str) and len(value.value) > LONGEST_TEXT:
        return None, None
    if not value.listed:
        return _ask_single(name, value.value)
    if not value.single:
        return _ask_listed(name, value.value)
    parts = (_ask_single(name, value.value), _ask_listed(name, value.value))
    return AnyOf(tuple(only for only, _ in parts)), All(tuple(without for _, without in parts))


def _ask_single(name: str, value: Any) -> tuple[Node, Node]:
    if isinstance(value, bool):
        node = Property(name, Type.BOOLEAN, "is_true" if value else "is_false")
        return node, Not(node)
    if isinstance(value, str):
        return Property(name, Type.STRING, "is", (value,)), Property(name, Type.STRING, "is_not", (value,))
    number = float(value)
    return Property(name, Type.NUMBER, "equals", number), Property(name, Type.NUMBER, "not_equals", number)


def _ask_listed(name: str, value: Any) -> tuple[Node, Node]:
    items = (value if isinstance(value, str) else float(value),)
    return Property(name, Type.LIST, "any_is", items), Property(name, Type.LIST, "none_is", items)


def _narrow(state: PeopleState, node: Node, path: str) -> str:
    """The address with these conditions more; '' where that is too long for a link."""
    present = _list_nodes(state.filter.where) if state.filter else ()
    added = tuple(one for one in _list_nodes(node) if one not in present)
    where = All((*present, *added))
    url = state.change(filter=Filter(population=state.population, where=where)).url(path)
    return url if is_link(url) else ""


def _list_nodes(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, All) else (node,)
