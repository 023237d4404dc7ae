"""Which column becomes which property of whom."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from imports_app.models import Empty
from profiles_app.errors import BadInput
from profiles_app.filters.properties import BUILT_IN
from profiles_app.ingest.typed import RESERVED_NAMES, ValueKind, WrongValue, read_name

DISTINCT_ID: Final = "$distinct_id"
GROUP_ID: Final = "$group_id"
EMAIL: Final = "$email"
PHONE: Final = "$phone"
# Of the row itself: an import cannot set them.
KEPT_BY_ROSTER: Final = (RESERVED_NAMES | frozenset(BUILT_IN)) - {DISTINCT_ID, GROUP_ID}
# What stands before the cells in a file of rejected rows; such columns are not imported again.
REJECT_HEADINGS: Final = ("Rejected: line", "Rejected: column", "Rejected: reason")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the file. `index` counts from 0; `chosen`: it is imported, as the property `name`, of a kind of
    `ValueKind`.
    `header`: what stands above it, empty where the file has no header."""

    index: int
    header: str
    name: str
    kind: str = ValueKind.TEXT
    chosen: bool = True

    @property
    def label(self) -> str:
        """How people find it in their file."""
        return self.header or f"Column {self.index + 1}"

    def to_json(self) -> dict[str, Any]:
        document = asdict(self)
        document["property"] = document.pop("name")
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        rest = {name: value for name, value in document.items() if name != "property"}
        return cls(name=document["property"], **rest)


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """The columns that become properties, and `identifier`, the column whose cells are the ids; None: each row
    gets a random one. An e-mail that identifies is a property too, a distinct id is none."""

    identifier: Column | None
    columns: list[Column]
    empty: str = Empty.KEEP
    unguard: bool = False

    @property
    def by_email(self) -> bool:
        return self.identifier is not None and self.identifier.name == EMAIL

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def key(self) -> str:
        """Names the plan that is made with this mapping."""
        told: list[object] = [self.identifier and self.identifier.index, self.empty, self.unguard]
        told += [[column.index, column.name, column.kind] for column in self.columns]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @classmethod
    def of(cls, columns: list[Column], *, of_groups: bool, empty: str, unguard: bool) -> Self:
        """Raises `BadInput` with a detail for each column that is wrong."""
        chosen = [column for column in columns if column.chosen]
        problems = _find_problems(chosen, of_groups=of_groups)
        if problems:
            raise BadInput(str(problems[0]["message"]), details=problems)
        ids = {GROUP_ID, DISTINCT_ID} if of_groups else {DISTINCT_ID}
        identifier = next((column for column in chosen if column.name in ids), None)
        if identifier is None:
            identifier = next((column for column in chosen if column.name == EMAIL), None)
        rest = [column for column in chosen if column.name not in ids]
        if not rest:
            raise BadInput("Choose at least one column besides the id: there is nothing to import yet.")
        return cls(identifier=identifier, columns=rest, empty=empty, unguard=unguard)


def _find_problems(chosen: list[Column], *, of_groups: bool) -> list[dict[str, object]]:
    seen: dict[str, Column] = {}
    problems: list[dict[str, object]] = []
    for column in chosen:
        message = _find_problem(column, of_groups=of_groups)
        twin = seen.setdefault(_unify(column.name, of_groups=of_groups), column)
        if not message and twin is not column:
            message = f"{_say(column)} and {_say(twin).lower()} are both “{column.name}”. Change one, or untick it."
        if message:
            problems.append({"path": f"columns[{column.index}]", "code": "wrong_value", "message": message})
    return problems


def _unify(name: str, *, of_groups: bool) -> str:
    return GROUP_ID if of_groups and name == DISTINCT_ID else name


def _find_problem(column: Column, *, of_groups: bool) -> str:
    if column.kind not in ValueKind.values:
        return f"“{column.kind[:40]}” is no kind of value. Choose one of {', '.join(ValueKind.values)}."
    if column.name == DISTINCT_ID or (of_groups and column.name == GROUP_ID):
        return ""
    if column.name in KEPT_BY_ROSTER or column.name == GROUP_ID:
        return f"“{column.name}” is kept by Roster itself. Choose another name, or untick the column."
    if not column.name.strip():
        return f"Give {_say(column).lower()} a name, or untick it."
    try:
        read_name(column.name)
    except WrongValue as problem:
        return f"{_say(column)}: {problem.message}"
    return ""


def _say(column: Column) -> str:
    return f"Column {column.index + 1}"
