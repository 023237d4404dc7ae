"""`Data` over tables in memory, so that the compiler is held against the oracle without the engine.

`evaluate` has the signature that every engine under test has; see `tests/filters/test_oracle.py`.
"""

import functools
import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow
from sqlglot import exp

from profiles_app.filters.cohorts import Cohort, CohortMissing, Members
from profiles_app.filters.compile import compile_filter, compile_population
from profiles_app.filters.data import Form, Moment
from profiles_app.filters.dates import parse_date
from profiles_app.filters.expressions import DIALECT, every
from profiles_app.filters.tree import Filter, Population
from tests.filters.dataset import ON_THE_LIST, Dataset, Properties

EVERYBODY = Filter(Population.ALL)

_TYPES = {
    Form.STRING: pyarrow.string(),
    Form.NUMBER: pyarrow.float64(),
    Form.BOOLEAN: pyarrow.bool_(),
    Form.INSTANT: pyarrow.timestamp("us"),
    Form.DAY: pyarrow.date32(),
    Form.LIST: pyarrow.list_(pyarrow.string()),
    Form.OBJECT: pyarrow.string(),
}


def evaluate(dataset: Dataset, tree: Filter, moment: Moment) -> set[int]:
    """The ids of the people of a filter."""
    with connect().cursor() as connection:
        data = MemoryData(connection, dataset)
        where = compile_filter(tree.where, data, moment, DatasetCohorts(dataset))
        matches = every(compile_population(tree.population, data), where)
        query = exp.select(data.people.id.copy(), matches).from_("people")
        rows = connection.execute(query.sql(dialect=DIALECT), data.parameters.values).fetchall()
        assert all(answer in {True, False} for _, answer in rows), "A condition answered NULL."
        # As the engine asks, where DuckDB may take other ways.
        filtered = exp.select(data.people.id.copy()).from_("people").where(matches)
        found = connection.execute(filtered.sql(dialect=DIALECT), data.parameters.values).fetchall()
        assert sorted(found) == sorted((row,) for row, answer in rows if answer)
        return {row for (row,) in found}


@functools.cache
def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET threads = 1")
    return connection


def close() -> None:
    """Ends the database that all data sets share."""
    connect().close()
    connect.cache_clear()


class DatasetCohorts:
    """The cohorts of a data set, one of which is a list."""

    def __init__(self, dataset: Dataset, rows: dict[int, int] | None = None) -> None:
        """`rows`: other ids of the people, where these are not the data set's."""
        self._cohorts = dataset.cohorts
        self._listed = dataset.listed
        self._rows = rows or {}

    def find(self, cohort_id: int) -> Cohort:
        if cohort_id == ON_THE_LIST:
            return Cohort(cohort_id, "On the list", EVERYBODY, Members("list", self._read_list))
        if cohort_id not in self._cohorts:
            raise CohortMissing("does not exist")
        return Cohort(cohort_id, *self._cohorts[cohort_id])

    def list_names(self) -> list[tuple[int, str]]:
        return [(number, name) for number, (name, _) in self._cohorts.items()]

    def _read_list(self) -> pyarrow.Table:
        return make_list({self._rows.get(row, row): born_at for row, born_at in self._listed.items()})


def make_list(births: dict[int, datetime]) -> pyarrow.Table:
    """What the engine reads of a list of people."""
    ids = pyarrow.array(list(births), pyarrow.int64())
    return pyarrow.table({"id": ids, "born_at": _make_times(list(births.values()))})


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
            return exp.null()
        return exp.column(f"{self._names.index(name)}_{form}", table=self._table, quoted=True)

    def is_known(self, name: str) -> bool:
        return name in self._names


class MemoryPeople(MemoryProperties):
    def __init__(self, names: list[str]) -> None:
        super().__init__(names, "people")
        self.id = exp.column("id", table="people")
        self.distinct_id = exp.column("distinct_id", table="people")
        self.created_at = exp.column("created_at", table="people")
        self.updated_at = exp.column("updated_at", table="people")
        self.has_properties = exp.column("has_properties", table="people")


class MemoryEvents(MemoryProperties):
    def __init__(self, names: list[str], alias: str, where: list[exp.Expr]) -> None:
        super().__init__(names, alias)
        self.profile_id = exp.column("profile_id", table=alias)
        self.time = exp.column("time", table=alias)
        self._alias = alias
        self._where = where

    def relation(self) -> exp.Expr:
        return exp.select("*").from_("events").where(*self._where).subquery(self._alias)


class MemoryData:
    def __init__(self, connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
        self._connection = connection
        self.parameters = MemoryParameters()
        names = _list_names(person.properties for person in dataset.people)
        self.people = MemoryPeople(names)
        self._event_names = _list_names(event.properties for event in dataset.events)
        self._relations = 0
        connection.register("people", _make_people(dataset, names))
        connection.register("events", _make_events(dataset, self._event_names))

    def events(self, name: str | None, *, start: datetime | None, end: datetime) -> MemoryEvents:
        time = exp.column("time")
        where: list[exp.Expr] = [exp.LT(this=time, expression=self.parameters.add(_naive(end)))]
        if start is not None:
            where.append(exp.GTE(this=time.copy(), expression=self.parameters.add(_naive(start))))
        if name is not None:
            where.append(exp.EQ(this=exp.column("name"), expression=self.parameters.add(name)))
        self._relations += 1
        return MemoryEvents(self._event_names, f"e{self._relations}", where)

    def members(self, members: Members) -> str:
        self._connection.register("on_the_list", members.read())
        return "on_the_list"


def _list_names(each: Iterable[Properties]) -> list[str]:
    return sorted({name for properties in each for name in properties})


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def _make_people(dataset: Dataset, names: list[str]) -> pyarrow.Table:
    people = dataset.people
    own = {
        "id": pyarrow.array([person.id for person in people], pyarrow.int64()),
        "distinct_id": pyarrow.array([person.distinct_id for person in people], pyarrow.string()),
        "created_at": _make_times([person.created_at for person in people]),
        "updated_at": _make_times([person.updated_at for person in people]),
        "has_properties": pyarrow.array([person.properties != {} for person in people], pyarrow.bool_()),
    }
    return pyarrow.table(own | _make_columns(names, [person.properties for person in people]))


def _make_events(dataset: Dataset, names: list[str]) -> pyarrow.Table:
    events = dataset.events
    own = {
        "profile_id": pyarrow.array([event.person for event in events], pyarrow.int64()),
        "name": pyarrow.array([event.name for event in events], pyarrow.string()),
        "time": _make_times([event.time for event in events]),
    }
    return pyarrow.table(own | _make_columns(names, [event.properties for event in events]))


def _make_times(times: list[datetime | None]) -> pyarrow.Array:
    return pyarrow.array([time and _naive(time) for time in times], pyarrow.timestamp("us"))


def _make_columns(names: list[str], each: list[Properties]) -> dict[str, pyarrow.Array]:
    return {
        f"{number}_{form}": pyarrow.array([classify(properties.get(name), form) for properties in each], _TYPES[form])
        for number, name in enumerate(names)
        for form in Form
    }


def classify(value: Any, form: Form) -> object:
    """The value in this form, or None: what the columns of the engine hold."""
    kind = bool if isinstance(value, bool) else type(value)
    read = _CLASSIFIERS.get((kind, form))
    return read(value) if read else None


def _read_instant(text: str) -> datetime | None:
    found = parse_date(text)
    return _naive(found) if isinstance(found, datetime) else None


def _read_day(text: str) -> date | None:
    found = parse_date(text)
    return None if isinstance(found, datetime) else found


def _code_item(item: Any) -> str:
    if isinstance(item, str):
        return "s" + item
    number = classify(item, Form.NUMBER)
    return "x" if number is None else "n" + _say_double(number)


@functools.cache
def _say_double(number: object) -> str:
    ((text,),) = connect().execute("SELECT CAST(CAST(? AS DOUBLE) AS VARCHAR)", [number]).fetchall()
    return str(text)


_CLASSIFIERS: dict[tuple[type, Form], Callable[[Any], object]] = {
    (bool, Form.BOOLEAN): bool,
    (int, Form.NUMBER): float,
    (float, Form.NUMBER): lambda number: number + 0.0,
    (str, Form.STRING): str,
    (str, Form.INSTANT): _read_instant,
    (str, Form.DAY): _read_day,
    (list, Form.LIST): lambda items: [_code_item(item) for item in items],
    (dict, Form.OBJECT): lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True),
}
