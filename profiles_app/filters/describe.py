"""The filter as an English sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from profiles_app.filters.comparisons import find_comparison
from profiles_app.filters.conditions import operator_of
from profiles_app.filters.inputs import Input
from profiles_app.filters.tree import (
    Aggregate,
    Ago,
    All,
    Any,
    Before,
    Behaviour,
    Between,
    CohortLeaf,
    Ever,
    Filter,
    Last,
    Leaf,
    Measure,
    Node,
    Not,
    Population,
    Property,
    Sequence,
    Since,
    Step,
    Value,
    Window,
)
from profiles_app.filters.words import join_and, quote, say_day, say_last, say_span

# The name of a cohort, or None for one that is not there.
NameCohort: TypeAlias = Callable[[int], str | None]
# What people read instead of `$city`.
LabelProperty: TypeAlias = Callable[[str], str]
# What people read instead of a text that a property has as its whole value, such as `NO` of `$country_code`.
NameValue: TypeAlias = Callable[[str, str], str]

_EVERYBODY: Final = {Population.PROFILES: "all profiles", Population.ALL: "all users"}
# Inputs of texts that are equal or not; of the others they are parts.
_WHOLE: Final = frozenset({Input.TEXTS, Input.ITEMS})
_ONLY_COUNTED: Final = Measure()


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Where a sentence takes its names from."""

    label_property: LabelProperty = str
    name_cohort: NameCohort = lambda _: None
    name_value: NameValue = lambda _, text: text


def describe_filter(tree: Filter, wording: Wording = Wording()) -> str:
    """`city is Paris or Rome, and did watch video at least 10 times in the last 7 days`."""
    if tree.where == All():
        return _EVERYBODY[tree.population]
    return describe_node(tree.where, wording)


def describe_node(node: Node, wording: Wording) -> str:
    """The words of one condition, as beside a row of the builder."""
    match node:
        case All(nodes):
            return _join([_inside(child, wording) for child in nodes], " and ", nothing="anyone")
        case Any(nodes):
            return _join([_inside(child, wording) for child in nodes], " or ", nothing="nobody")
        case Not(child):
            return f"not ({describe_node(child, wording)})"
        case _:
            return _describe_leaf(node, wording)


def _inside(node: Node, wording: Wording) -> str:
    """In brackets where it has an "and" or an "or" of its own."""
    words = describe_node(node, wording)
    return f"({words})" if isinstance(node, All | Any) and len(node.nodes) > 1 else words


def _join(parts: list[str], connector: str, *, nothing: str) -> str:
    return connector.join(parts) if parts else nothing


def _describe_leaf(leaf: Leaf, wording: Wording) -> str:
    match leaf:
        case Property():
            return _describe_property(leaf, wording)
        case Behaviour():
            return _describe_behaviour(leaf, wording)
        case Sequence(steps, did, window):
            walked = ", then ".join(_describe_step(step, wording) for step in steps)
            return f"{'did' if did else 'did not do'} {walked}, {describe_window(window)}"
        case CohortLeaf(number, inside):
            name = wording.name_cohort(number)
            cohort = f"cohort {quote(name)}" if name else f"a cohort that does not exist (number {number})"
            return f"is {'in' if inside else 'not in'} {cohort}"


def _describe_property(leaf: Property, wording: Wording) -> str:
    cast = f" (read as a {leaf.type})" if leaf.cast else ""
    return f"{quote(wording.label_property(leaf.name))}{cast} {operator_of(leaf).describe(_name_values(leaf, wording))}"


def _name_values(leaf: Property, wording: Wording) -> Value:
    """The value, with the names of what is compared as a whole."""
    if operator_of(leaf).input not in _WHOLE or not isinstance(leaf.value, tuple):
        return leaf.value
    items = [one for one in leaf.value if isinstance(one, str | float)]
    return tuple(wording.name_value(leaf.name, one) if isinstance(one, str) else one for one in items)


def _describe_behaviour(leaf: Behaviour, wording: Wording) -> str:
    did = "did" if leaf.did else "did not do"
    event = _describe_event(leaf.event, leaf.where, wording)
    first = " for the first time" if leaf.first_time else ""
    return f"{did} {event}{first}{_describe_measure(leaf, wording)} {describe_window(leaf.window)}"


def _describe_measure(leaf: Behaviour, wording: Wording) -> str:
    """` at least 10 times`; nothing for "did" alone."""
    compared = find_comparison(leaf.op).describe(leaf.values)
    measure = leaf.measure
    if measure.aggregate is Aggregate.COUNT:
        if leaf.op == "at_least" and leaf.values == (1.0,):
            return ""
        return f" {compared} {_plural('time', leaf.values)}"
    if measure.aggregate is Aggregate.DAYS:
        return f" on {compared} {_plural('day', leaf.values)}"
    name = quote(wording.label_property(measure.property or ""))
    if measure.aggregate is Aggregate.DISTINCT:
        return f" with {compared} different {_plural('value', leaf.values)} of {name}"
    return f" with the {_AGGREGATES[measure.aggregate]} of {name} {compared}"


_AGGREGATES: Final = {
    Aggregate.SUM: "sum",
    Aggregate.AVERAGE: "average",
    Aggregate.MIN: "smallest value",
    Aggregate.MAX: "largest value",
}


def _plural(noun: str, values: tuple[float, ...]) -> str:
    return noun if values == (1.0,) else f"{noun}s"


def _describe_event(event: str, where: Node | None, wording: Wording) -> str:
    return quote(event) if where is None else f"{quote(event)} where ({describe_node(where, wording)})"


def _describe_step(step: Step, wording: Wording) -> str:
    within = f" within {say_span(step.within)}" if step.within else ""
    return f"{_describe_event(step.event, step.where, wording)}{within}"


def describe_window(window: Window) -> str:
    """`in the last 7 days`, `since Jan 31, 2026`, `at any time`."""
    match window:
        case Last(span):
            return f"in {say_last(span)}"
        case Between(first, last):
            return f"between {join_and([say_day(first), say_day(last)])}"
        case Since(day):
            return f"since {say_day(day)}"
        case Before(day):
            return f"before {say_day(day)}"
        case Ever():
            return "at any time"
        case Ago(start, end):
            return f"from {say_span(start)} ago to {say_span(end)} ago"
