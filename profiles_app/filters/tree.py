"""The filter as a tree of frozen values. Nothing here knows Django, DuckDB or SQL."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

VERSION: Final = 1


class Population(enum.StrEnum):
    """Whom a filter chooses from."""

    PROFILES = "profiles"  # with at least one property
    ALL = "all"  # with a property or an event


class Unit(enum.StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def is_calendar(self) -> bool:
        """Whether it counts whole days of the project's calendar, not time that passes."""
        return self not in {Unit.MINUTE, Unit.HOUR}


class Type(enum.StrEnum):
    """The kind of value that a property leaf looks at."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    LIST = "list"
    ANY = "any"


@dataclass(frozen=True)
class Span:
    """An amount of time: `n` units, n at least 1."""

    n: int
    unit: Unit


Value: TypeAlias = str | float | date | Span | tuple[str | float, ...] | tuple[date, ...] | None


@dataclass(frozen=True)
class Property:
    """A condition on one property. The operator is named by type and key."""

    name: str
    type: Type
    op: str
    value: Value = None
    cast: bool = False


@dataclass(frozen=True)
class Last:
    span: Span


@dataclass(frozen=True)
class Between:
    """Whole days, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Since:
    day: date


@dataclass(frozen=True)
class Before:
    day: date


@dataclass(frozen=True)
class Ever:
    pass


@dataclass(frozen=True)
class Ago:
    """From the start of the day `start` ago to the end of the day `end` ago."""

    start: Span
    end: Span


Window: TypeAlias = Last | Between | Since | Before | Ever | Ago
LAST_30_DAYS: Final = Last(Span(30, Unit.DAY))


class Aggregate(enum.StrEnum):
    COUNT = "count"
    DAYS = "days"
    SUM = "sum"
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"


# They measure the events themselves.
WITHOUT_PROPERTY: Final = frozenset({Aggregate.COUNT, Aggregate.DAYS})


@dataclass(frozen=True)
class Measure:
    """What is counted over a user's events; `property` unless the aggregate is `WITHOUT_PROPERTY`."""

    aggregate: Aggregate = Aggregate.COUNT
    property: str | None = None


@dataclass(frozen=True)
class Behaviour:
    """Did, or did not. `values` holds one bound, or two for `between`."""

    event: str
    did: bool = True
    where: "Node | None" = None
    measure: Measure = Measure()
    op: str = "at_least"
    values: tuple[float, ...] = (1.0,)
    window: Window = LAST_30_DAYS
    first_time: bool = False


@dataclass(frozen=True)
class Step:
    event: str
    where: "Node | None" = None
    within: Span | None = None


@dataclass(frozen=True)
class Sequence:
    steps: tuple[Step, ...]
    did: bool = True
    window: Window = LAST_30_DAYS


@dataclass(frozen=True)
class CohortLeaf:
    cohort: int
    inside: bool = True


@dataclass(frozen=True)
class All:
    nodes: "tuple[Node, ...]" = ()


@dataclass(frozen=True)
class Any:
    nodes: "tuple[Node, ...]" = ()


@dataclass(frozen=True)
class Not:
    node: "Node"


Leaf: TypeAlias = Property | Behaviour | Sequence | CohortLeaf
Node: TypeAlias = All | Any | Not | Leaf


@dataclass(frozen=True)
class Filter:
    """A set of people: those of the population for whom `where` holds."""

    population: Population = Population.PROFILES
    where: Node = field(default_factory=All)


def walk(node: Node, path: str = "where") -> Iterator[tuple[str, Leaf]]:
    """All leaves with their paths, those about event properties after the leaf that they are in."""
    match node:
        case All(nodes) | Any(nodes):
            key = "all" if isinstance(node, All) else "any"
            for number, child in enumerate(nodes):
                yield from walk(child, f"{path}.{key}[{number}]")
        case Not(child):
            yield from walk(child, f"{path}.not")
        case _:
            yield path, node
            for place, where in list_event_conditions(node, path):
                yield from walk(where, place)


def list_event_conditions(leaf: Leaf, path: str) -> list[tuple[str, Node]]:
    """The conditions on event properties inside a leaf, with their paths."""
    match leaf:
        case Behaviour(where=where) if where is not None:
            return [(f"{path}.where", where)]
        case Sequence(steps):
            numbered = enumerate(steps)
            return [(f"{path}.sequence[{n}].where", step.where) for n, step in numbered if step.where is not None]
        case _:
            return []
