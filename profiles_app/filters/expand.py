"""Following cohorts into their filters: each found, none inside itself, not too deep, not too many."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from profiles_app.filters.cohorts import Cohort, CohortMissing, CohortResolver
from profiles_app.filters.errors import BadFilter, Problem
from profiles_app.filters.size import Size, measure_tree
from profiles_app.filters.tree import CohortLeaf, Leaf, Node, walk

DEEPEST_COHORT: Final = 10
MOST_LEAVES_IN_ALL: Final = 500


class Trail:
    """The way from a filter through its cohorts. `saving`: the cohort whose definition it is."""

    def __init__(self, cohorts: CohortResolver, *, saving: Cohort | None = None) -> None:
        self._cohorts = cohorts
        self._entered = [saving] if saving else []
        self._size = Size()

    @contextmanager
    def enter(self, leaf: CohortLeaf, path: str) -> Iterator[Cohort]:
        """The cohort of a leaf, while its filter is looked at. `path` is that of the leaf in the outermost
        filter, to which a person can go. Raises `BadFilter`."""
        cohort = self._find(leaf, path)
        if any(entered.id == cohort.id for entered in self._entered):
            self._refuse(path, "cohort_loop", f"A cohort may not contain itself: {self._say_way(cohort)}.")
        if len(self._entered) >= DEEPEST_COHORT:
            self._refuse(
                path,
                "too_deep",
                f"Cohorts may be nested {DEEPEST_COHORT} deep, not deeper: {self._say_way(cohort)}.",
            )
        self._count(cohort, path)
        self._entered.append(cohort)
        try:
            yield cohort
        finally:
            self._entered.pop()

    def _find(self, leaf: CohortLeaf, path: str) -> Cohort:
        try:
            return self._cohorts.find(leaf.cohort)
        except CohortMissing as missing:
            self._refuse(path, "cohort_missing", f"{self._say_inside()} {missing.reason}. Choose another one.")
        except BadFilter as bad:
            self._refuse(path, "cohort_broken", f"{self._say_inside()} has a definition with a fault: {bad.message}")

    def _count(self, cohort: Cohort, path: str) -> None:
        self._size += Size(conditions=1) + measure_tree(cohort.filter.where)
        excess = self._size.find_excess()
        if self._size.conditions > MOST_LEAVES_IN_ALL:
            excess = f"more than {MOST_LEAVES_IN_ALL} conditions"
        if excess:
            self._refuse(path, "too_many", f"With all its cohorts this filter has {excess}; use fewer cohorts.")

    def _say_inside(self) -> str:
        inside = " → ".join(f"“{cohort.name}”" for cohort in self._entered)
        return f"A cohort used by {inside}" if inside else "This cohort"

    def _say_way(self, cohort: Cohort) -> str:
        return " → ".join(f"“{entered.name}”" for entered in [*self._entered, cohort])

    def _refuse(self, path: str, code: str, message: str) -> NoReturn:
        raise BadFilter([Problem(f"{path}.cohort", code, message)]) from None


def walk_all(where: Node, trail: Trail, path: str = "where") -> Iterator[Leaf]:
    """The leaves of a filter and of all its cohorts; not those inside events, nor those about cohorts. Raises
    `BadFilter`."""
    for place, leaf in walk(where, path):
        if isinstance(leaf, CohortLeaf):
            with trail.enter(leaf, path) as cohort:
                yield from walk_all(cohort.filter.where, trail, path)
        elif not is_inside_event(place, path):
            yield leaf


def is_inside_event(path: str, start: str = "where") -> bool:
    """Of a path that `walk` gave: only in a leaf about events `where` comes again."""
    return ".where" in path.removeprefix(start)
