"""Cohorts as the filter language sees them: a name, and a filter or a list; found by number.

What keeps cohorts registers here how to find them, so that nothing below it depends on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from profiles_app.filters.errors import BadFilter
from profiles_app.filters.tree import Filter


@dataclass(frozen=True)
class Members:
    """A list of people. `key` is another one after each change; `read` gives the list as what the engine
    reads: an Arrow table with the columns `id` and `born_at`, the person's `created_at`."""

    key: str
    read: Callable[[], Any]


@dataclass(frozen=True)
class Cohort:
    """Those of the filter's population for whom it holds; with `members`, those of them on the list."""

    id: int
    name: str
    filter: Filter
    members: Members | None = None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where a filter runs: whose cohorts it may use. `group_key_id` None: people. `user_id` None: on
    nobody's behalf, as by a script of the project."""

    project_id: int
    group_key_id: int | None = None
    user_id: int | None = None


class CohortMissing(Exception):
    """There is no such cohort here; `reason` ends the sentence "This cohort …"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CohortResolver(Protocol):
    """Finds the cohorts of one scope."""

    def find(self, cohort_id: int) -> Cohort:
        """Raises `CohortMissing` for one that is deleted, of another project or kind of group, or that
        this person may not read; `BadFilter` for one whose definition cannot be read."""
        ...

    def list_names(self) -> list[tuple[int, str]]:
        """Number and name of all that this person may choose, by name."""
        ...


MakeResolver: TypeAlias = Callable[[Scope], CohortResolver]


class NoCohorts:
    """Finds none."""

    def find(self, cohort_id: int) -> Cohort:
        raise CohortMissing("does not exist")

    def list_names(self) -> list[tuple[int, str]]:
        return []


def name_cohort(cohorts: CohortResolver, number: int) -> str | None:
    """What a sentence calls a cohort; None for one that cannot be used."""
    try:
        return cohorts.find(number).name
    except (CohortMissing, BadFilter):
        return None


_makers: list[MakeResolver] = []


def register_cohorts(make: MakeResolver) -> None:
    """To be called once, when the application starts."""
    _makers[:] = [make]


def cohorts_of(scope: Scope) -> CohortResolver:
    """The resolver for this project, kind of group and person."""
    return _makers[0](scope) if _makers else NoCohorts()
