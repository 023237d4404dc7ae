"""`Data` over tables in memory, so that the compiler is held against the oracle without the engine.

`evaluate` has the signature that every engine under test has; see `tests/filters/test_oracle.py`.
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import duckdb
from sqlglot import exp

from profiles_app.filters.cohorts import Cohort, CohortMissing
from profiles_app.filters.compile import compile_filter, compile_population
from profiles_app.filters.data import Form, Moment
from profiles_app.filters.dates import parse_date
from profiles_app.filters.tree import Filter
from tests.filters.dataset import Dataset, Properties

_TYPES = {
    Form.STRING: "VARCHAR",
    Form.NUMBER: "DOUBLE",
    Form.BOOLEAN: "BOOLEAN",
    Form.INSTANT: "TIMESTAMP",
    Form.DAY: "DATE",
    Form.LIST: "VARCHAR[]",
    Form.OBJECT: "VARCHAR",
}


def evaluate(dataset: Dataset, tree: Filter, moment: Moment) -> set[int]:
    """The ids of the people of a filter."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        data = MemoryData(connection, dataset)
        where = compile_filter(tree.where, data, moment, DatasetCohorts(dataset))
        population = compile_population(tree.population, data)
        matches = exp.and_(population, where)
        query = exp.select(data.people.id.copy(), matches).from_("people")
        rows = connection.execute(query.sql(dialect="duckdb"), data.parameters.values).fetchall()
        assert all(answer in {True, False} for _, answer in rows), "A condition answered NULL."
        filtered = exp.select(data.people.id.copy()).from_("people").where(matches)
        found = connection.execute(filtered.sql(dialect="duckdb"), data.parameters.values).fetchall()
        assert sorted(found) == sorted((row,) for row, answer in rows if answer)
        return {row for (row,) in found}


class DatasetCohorts:
    """The cohorts of a data set."""

    def __init__(self, dataset: Dataset) -> None:
        self._cohorts = dataset.cohorts

    def find(self, cohort_id: int) -> Cohort:
        if cohort_id not in self._cohorts:
            raise CohortMissing("does not exist")
        return Cohort(cohort_id, *self._cohorts[cohort_id])


class MemoryParameters:
    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> exp.Expr:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return exp.Parameter(this=exp.to_identifier(name))


class MemoryProperties:
    """Columns `NUMBER_FORM` of a table; a property that nobody has is NULL."""

    def __init__(self, names: list[str], table: str) -> None:
        self._names = names
        self._table = table

    def value(self, name: str, form: Form) -> exp.Expr:
        if name not in self._names:
            return exp.cast(exp.null(), _TYPES[form])
        return exp.column(f"{self._names.index(name)}_{form}", table=self._table, quoted=True)

    def is_known(self, name: str) -> bool:
        return name in self._names


class MemoryPeople(MemoryProperties):
    def __init__(self, names: list[str]) -> None:
        super().__init__(names, "people")
        self.id: exp.Expr = exp.column("id", table="people")
        self.distinct_id: exp.Expr = exp.column("distinct_id", table="people")
        self.created_at: exp.Expr = exp.column("created_at", table="people")
        self.updated_at: exp.Expr = exp.column("updated_at", table="people")
        self.has_properties: exp.Expr = exp.column("has_properties", table="people")


class MemoryEvents(MemoryProperties):
    def __init__(self, names: list[str], alias: str, where: list[exp.Expr]) -> None:
        super().__init__(names, alias)
        self.profile_id: exp.Expr = exp.column("profile_id", table=alias)
        self.time: exp.Expr = exp.column("time", table=alias)
        self._alias = alias
        self._where = where

    def relation(self) -> exp.Expr:
        return exp.select("*").from_("events").where(*self._where).subquery(self._alias)


class MemoryData:
    def __init__(self, connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
        self.parameters = MemoryParameters()
        names = _list_names(person.properties for person in dataset.people)
        self.people = MemoryPeople(names)
        own = [
            (p.id, p.distinct_id, _naive(p.created_at), p.updated_at and _naive(p.updated_at), p.properties != {})
            for p in dataset.people
        ]
        columns = "id BIGINT, distinct_id VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP, has_properties BOOLEAN"
        _fill(connection, "people", columns, own, names, [person.properties for person in dataset.people])
        self._event_names = _list_names(event.properties for event in dataset.events)
        keys = [(event.person, event.name, _naive(event.time)) for event in dataset.events]
        columns = "profile_id BIGINT, name VARCHAR, time TIMESTAMP"
        _fill(connection, "events", columns, keys, self._event_names, [event.properties for event in dataset.events])
        self._relations = 0

    def events(self, name: str | None, *, start: datetime | None, end: datetime) -> MemoryEvents:
        time = exp.column("time")
        where: list[exp.Expr] = [exp.LT(this=time, expression=self.parameters.add(_naive(end)))]
        if start is not None:
            where.append(exp.GTE(this=time.copy(), expression=self.parameters.add(_naive(start))))
        if name is not None:
            where.append(exp.EQ(this=exp.column("name"), expression=self.parameters.add(name)))
        self._relations += 1
        return MemoryEvents(self._event_names, f"e{self._relations}", where)


def _list_names(each: Iterable[Properties]) -> list[str]:
    return sorted({name for properties in each for name in properties})


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _fill(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    keys: list[tuple[Any, ...]],
    names: list[str],
    each: list[Properties],
) -> None:
    typed = [f'"{number}_{form}" {_TYPES[form]}' for number in range(len(names)) for form in Form]
    connection.execute(f"CREATE TABLE {table} ({', '.join([columns, *typed])})")
    for key, properties in zip(keys, each, strict=True):
        row = [*key, *(classify(properties.get(name), form) for name in names for form in Form)]
        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def classify(value: Any, form: Form) -> object:
    """The value in this form, or None: what the columns of the engine hold."""
    match value, form:
        case bool(), Form.BOOLEAN:
            return value
        case bool(), _:
            return None
        case ((int() | float()), Form.NUMBER):
            return float(value) + 0.0
        case str(), Form.STRING:
            return value
        case str(), Form.INSTANT | Form.DAY:
            return _read_date(value, form)
        case list(), Form.LIST:
            return [_code_item(item) for item in value]
        case dict(), Form.OBJECT:
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return None


def _read_date(text: str, form: Form) -> date | None:
    found = parse_date(text)
    if isinstance(found, datetime):
        return _naive(found) if form is Form.INSTANT else None
    return found if form is Form.DAY else None


def _code_item(item: Any) -> str:
    if isinstance(item, str):
        return "s" + item
    if isinstance(item, bool) or not isinstance(item, int | float):
        return "x"
    return "n" + _say_double(float(item) + 0.0)


def _say_double(number: float) -> str:
    assert math.isfinite(number)
    with duckdb.connect() as connection:
        ((text,),) = connection.execute("SELECT CAST(CAST(? AS DOUBLE) AS VARCHAR)", [number]).fetchall()
    return str(text)
