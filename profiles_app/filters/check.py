"""What a tree cannot know by itself: whether its cohorts can be used, its patterns be run, its names
have been seen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from profiles_app.filters.cohorts import Cohort, CohortResolver
from profiles_app.filters.errors import BadFilter, Problem
from profiles_app.filters.expand import Trail, is_inside_event
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import find_operator
from profiles_app.filters.properties import BUILT_IN, split_path
from profiles_app.filters.tree import (
    Behaviour,
    CohortLeaf,
    Filter,
    Leaf,
    Property,
    Sequence,
    walk,
)

# None for a pattern that RE2 accepts, else what is wrong with it.
CheckPattern = Callable[[str], str | None]


def check_filter(
    tree: Filter, *, cohorts: CohortResolver, check_pattern: CheckPattern, saving: Cohort | None = None
) -> None:
    """Raises `BadFilter` with all problems. `saving`: the cohort whose definition this is to be, which it
    may not contain; the filter that it has now is not looked at."""
    trail = Trail(cohorts, saving=saving)
    problems = [
        problem
        for path, leaf in walk(tree.where)
        for problem in (*_check_pattern(leaf, path, check_pattern), *_check_cohort(leaf, path, trail))
    ]
    if problems:
        raise BadFilter(problems)


def _check_pattern(leaf: Leaf, path: str, check_pattern: CheckPattern) -> list[Problem]:
    operator = find_operator(leaf.type, leaf.op) if isinstance(leaf, Property) else None
    if operator is None or operator.input is not Input.PATTERN:
        return []
    assert isinstance(leaf, Property)
    fault = check_pattern(str(leaf.value))
    if fault is None:
        return []
    return [Problem(f"{path}.value", "wrong_pattern", f"This is no regular expression (RE2): {fault}")]


def _check_cohort(leaf: Leaf, path: str, trail: Trail) -> tuple[Problem, ...]:
    if not isinstance(leaf, CohortLeaf):
        return ()
    try:
        _follow(leaf, path, trail)
    except BadFilter as bad:
        return bad.problems
    return ()


def _follow(leaf: CohortLeaf, path: str, trail: Trail) -> None:
    with trail.enter(leaf, path) as cohort:
        for _, nested in walk(cohort.filter.where):
            if isinstance(nested, CohortLeaf):
                _follow(nested, path, trail)


class Names(Protocol):
    """The names seen so far, of the people or groups that a filter is about."""

    def has_property(self, name: str) -> bool: ...

    def has_event(self, name: str) -> bool: ...

    def has_event_property(self, name: str) -> bool: ...


@dataclass(frozen=True)
class Unseen:
    """A name that is not in the catalog: no fault, for it may come tomorrow."""

    path: str
    kind: Literal["property", "event", "event_property"]
    name: str


def list_unseen(tree: Filter, names: Names) -> list[Unseen]:
    """What the builder marks as "not seen yet", with the path of the name. Cohorts are not entered."""
    return [unseen for path, leaf in walk(tree.where) for unseen in _list_unseen(leaf, path, names)]


def _list_unseen(leaf: Leaf, path: str, names: Names) -> list[Unseen]:
    match leaf:
        case Property(name=name) if is_inside_event(path):
            return _list_unseen_property(name, f"{path}.property", names)
        case Property(name=name):
            seen = name in BUILT_IN or knows_name(name, names.has_property)
            return [] if seen else [Unseen(f"{path}.property", "property", name)]
        case Behaviour(event=event, measure=measure):
            place = f"{path}.measure.{measure.aggregate}"
            measured = _list_unseen_property(measure.property, place, names) if measure.property else []
            return _list_unseen_event(event, f"{path}.event", names) + measured
        case Sequence(steps):
            places = [(step.event, f"{path}.sequence[{n}].event") for n, step in enumerate(steps)]
            return [unseen for event, place in places for unseen in _list_unseen_event(event, place, names)]
        case _:
            return []


def _list_unseen_property(name: str, path: str, names: Names) -> list[Unseen]:
    return [] if knows_name(name, names.has_event_property) else [Unseen(path, "event_property", name)]


def _list_unseen_event(event: str, path: str, names: Names) -> list[Unseen]:
    return [] if names.has_event(event) else [Unseen(path, "event", event)]


def knows_name(name: str, has: Callable[[str], bool]) -> bool:
    """Whether a property has been seen. Of a path it is enough that the object has been seen."""
    path = split_path(name)
    return has(name) or (path is not None and has(path[0]))
