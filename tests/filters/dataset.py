"""People and events as plain Python, small enough to build thousands of them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from profiles_app.filters.tree import Filter

# The number of the cohort that is a list and no filter.
ON_THE_LIST = 3

Properties: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A user or a group; times are instants in UTC with a zone."""

    id: int
    distinct_id: str
    created_at: datetime
    updated_at: datetime | None = None
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    person: int
    name: str
    time: datetime
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    people: tuple[Person, ...]
    events: tuple[Event, ...] = ()
    # Number → name and filter.
    cohorts: dict[int, tuple[str, Filter]] = field(default_factory=dict)
    # The people of the cohort ON_THE_LIST, with the time that each had been created at.
    listed: dict[int, datetime] = field(default_factory=dict)

    def events_of(self, person: Person) -> list[Event]:
        return [event for event in self.events if event.person == person.id]
