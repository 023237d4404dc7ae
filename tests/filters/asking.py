"""Asking by hand: whom a condition finds, in the compiler and in the oracle alike."""

from datetime import UTC, datetime
from typing import Any

from profiles_app.filters.data import Moment
from profiles_app.filters.parse import parse_filter
from tests.filters import memory, oracle
from tests.filters.dataset import Dataset, Event, Person, Properties

NOW = datetime(2026, 11, 3, 15, 30, tzinfo=UTC)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """An instant in UTC: `2026-11-03T15:30`, or a day's midnight."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def people_of(*each: Properties) -> tuple[Person, ...]:
    """People 1, 2, … with these properties."""
    return tuple(Person(n, f"id-{n}", CREATED, None, properties) for n, properties in enumerate(each, start=1))


def event(person: int, name: str, time: str, **properties: Any) -> Event:
    return Event(person, name, at(time), properties)


def find(dataset: Dataset, where: Any, *, zone: str = "UTC", now: datetime = NOW, population: str = "all") -> set[int]:
    """Whom both find, which are the same."""
    tree = parse_filter({"population": population, "where": where})
    moment = Moment(now, zone)
    found = memory.evaluate(dataset, tree, moment)
    assert found == oracle.evaluate(dataset, tree, moment)
    return found
