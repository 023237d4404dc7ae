"""What the compiler asks of the data: typed values of a property, and the events of a name.

The columnar engine answers; the compiler knows neither files nor tables. All expressions are
sqlglot's, for DuckDB. Nothing here imports Django or DuckDB.
"""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlglot import exp

from profiles_app.filters.cohorts import Members


class Form(enum.StrEnum):
    """A kind of value as one typed column. It is NULL on every row where the property is unset,
    null or of another kind."""

    STRING = "s"  # VARCHAR
    NUMBER = "n"  # DOUBLE
    BOOLEAN = "b"  # BOOLEAN
    INSTANT = "t"  # TIMESTAMP in UTC: of a string that is a date with a time; STRING holds it too
    DAY = "d"  # DATE: of a string that is a date alone; STRING holds it too
    LIST = "l"  # VARCHAR[]: 's' + text for a string, 'n' + CAST(DOUBLE AS VARCHAR) for a number, else 'x'
    OBJECT = "o"  # VARCHAR: the object as JSON text


class Properties(Protocol):
    """The properties of one relation's rows."""

    def value(self, name: str, form: Form) -> exp.Expr:
        """The property's value where it has this kind, else NULL. Cheap to ask for again."""
        ...

    def is_known(self, name: str) -> bool:
        """Whether the catalog has this very name; otherwise `address.city` may be a path."""
        ...


class People(Properties, Protocol):
    """The rows that a filter is about."""

    @property
    def id(self) -> exp.Expr:
        """BIGINT."""
        ...

    @property
    def distinct_id(self) -> exp.Expr:
        """VARCHAR."""
        ...

    @property
    def created_at(self) -> exp.Expr:
        """TIMESTAMP in UTC."""
        ...

    @property
    def updated_at(self) -> exp.Expr:
        """TIMESTAMP in UTC, or NULL."""
        ...

    @property
    def has_properties(self) -> exp.Expr:
        """BOOLEAN, never NULL: at least one property, so that the row is of population "profiles"."""
        ...


class Events(Properties, Protocol):
    """The events of one name (or of all names) in a range of time, as a relation to select from."""

    @property
    def profile_id(self) -> exp.Expr:
        """BIGINT, never NULL."""
        ...

    @property
    def time(self) -> exp.Expr:
        """TIMESTAMP in UTC, microseconds, never NULL."""
        ...

    def relation(self) -> exp.Expr:
        """What stands after FROM; to be asked for after the last `value`."""
        ...


class Parameters(Protocol):
    """The one door by which a value enters SQL."""

    def add(self, value: object) -> exp.Expr:
        """A parameter of the statement with this value (str, float, int, bool, datetime without
        zone for TIMESTAMP, date, or a list of one of them)."""
        ...


class Data(Protocol):
    """What one compilation reads."""

    @property
    def people(self) -> People: ...

    @property
    def parameters(self) -> Parameters: ...

    def events(self, name: str | None, *, start: datetime | None, end: datetime) -> Events:
        """The events of this name (None: of any) with `start <= time < end`; instants in UTC
        with a zone. Each call is a relation of its own. An unknown name is an empty relation."""
        ...

    def members(self, members: Members) -> str:
        """The name of a table with the columns `id` and `born_at` of a list of people."""
        ...


@dataclass(frozen=True)
class Moment:
    """The one "now" of a query, and the time zone that its days are in."""

    now: datetime
    timezone: str
