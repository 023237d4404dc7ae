"""Finding a property: built-in, of that very name, or one level inside an object."""

import functools
from typing import Final, Protocol

import sqlglot
from sqlglot import exp

from profiles_app.filters.data import Form, Parameters, People, Properties
from profiles_app.filters.expressions import DIALECT, is_absent
from profiles_app.filters.forms import day_sql, instant_sql

DISTINCT_ID: Final = "$distinct_id"
CREATED_AT: Final = "$created_at"
UPDATED_AT: Final = "$last_seen"
FIRST_EVENT: Final = "$first_event"
LAST_EVENT: Final = "$last_event"
# Of people and groups; they hide a stored property of the same name.
BUILT_IN: Final = (DISTINCT_ID, CREATED_AT, UPDATED_AT, FIRST_EVENT, LAST_EVENT)


class Source(Protocol):
    """Something whose properties can be asked for by name."""

    def value(self, name: str, form: Form) -> exp.Expr: ...


def split_path(name: str) -> tuple[str, str] | None:
    """`address.city` → `address` and `city`; None for a name that is no path."""
    head, dot, key = name.partition(".")
    return (head, key) if dot and head and key else None


class StoredProperties:
    """What a relation stores, with paths into objects."""

    def __init__(self, properties: Properties, parameters: Parameters) -> None:
        self._properties = properties
        self._parameters = parameters

    def value(self, name: str, form: Form) -> exp.Expr:
        path = split_path(name)
        if path is None or self._properties.is_known(name):
            return self._properties.value(name, form).copy()
        container = self._properties.value(path[0], Form.OBJECT).copy()
        if is_absent(container):
            return exp.null()
        pointer = "/" + path[1].replace("~", "~0").replace("/", "~1")
        return read_inside(container, self._parameters.add(pointer), form)


class PersonProperties:
    """What the row of a person has of its own, before what is stored."""

    def __init__(self, people: People, parameters: Parameters) -> None:
        self._stored = StoredProperties(people, parameters)
        self._own: dict[tuple[str, Form], exp.Expr] = {
            (DISTINCT_ID, Form.STRING): people.distinct_id,
            (CREATED_AT, Form.INSTANT): people.created_at,
            (UPDATED_AT, Form.INSTANT): people.updated_at,
        }

    def value(self, name: str, form: Form) -> exp.Expr:
        if name not in BUILT_IN:
            return self._stored.value(name, form)
        own = self._own.get((name, form))
        return exp.null() if own is None else own.copy()


# The object is `o`, the pointer to the value in it `p`.
_AT: Final = "JSON_EXTRACT_STRING(o, p)"
_TYPE: Final = "JSON_TYPE(o, p)"
_TEXT: Final = f"CASE WHEN {_TYPE} = 'VARCHAR' THEN {_AT} END"
_NUMBERS: Final = "('UBIGINT', 'BIGINT', 'HUGEINT', 'UHUGEINT', 'DOUBLE')"
_ITEM: Final = f"""
    CASE WHEN JSON_TYPE(item) = 'VARCHAR' THEN 's' || (item ->> '$')
         WHEN JSON_TYPE(item) IN {_NUMBERS} THEN 'n' || CAST(CAST(item AS DOUBLE) + 0.0 AS VARCHAR)
         ELSE 'x' END
"""
_INSIDE: Final = {
    Form.STRING: _TEXT,
    Form.NUMBER: f"CASE WHEN {_TYPE} IN {_NUMBERS} THEN TRY_CAST({_AT} AS DOUBLE) END",
    Form.BOOLEAN: f"CASE WHEN {_TYPE} = 'BOOLEAN' THEN {_AT} = 'true' END",
    Form.INSTANT: instant_sql(f"({_TEXT})"),
    Form.DAY: day_sql(f"({_TEXT})"),
    Form.LIST: f"""
        CASE WHEN {_TYPE} = 'ARRAY'
             THEN LIST_TRANSFORM(CAST(JSON_EXTRACT(o, p) AS JSON[]), LAMBDA item : {_ITEM}) END
    """,
    Form.OBJECT: f"CASE WHEN {_TYPE} = 'OBJECT' THEN {_AT} END",
}


@functools.cache
def _parse_inside(form: Form) -> exp.Expr:
    return sqlglot.parse_one(_INSIDE[form], dialect=DIALECT)


def read_inside(container: exp.Expr, pointer: exp.Expr, form: Form) -> exp.Expr:
    """The value at a JSON pointer of a column with objects as JSON text, in one form, else NULL."""
    names = {"o": container, "p": pointer}

    def place(node: exp.Expr) -> exp.Expr:
        found = names.get(node.name) if isinstance(node, exp.Column) else None
        return node if found is None else found.copy()

    return _parse_inside(form).transform(place)
