"""The operations on a profile, applied to a draft of it.

A draft knows what changes and, only where an operation needs them, the present properties: a
batch of plain `$set` is applied without reading a profile.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from profiles_app.ingest import limits
from profiles_app.ingest.outcome import RecordProblem
from profiles_app.ingest.values import check_container

Properties = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Draft:
    """Changes to one profile, to be written as `(properties - gone) || changes`.

    `present`: the stored properties, empty where no operation needs to know them.
    `wiped`: the stored properties go first. `members`: what lists hold, for those that `$union` has
    gone through; forgotten when the property is set.
    """

    present: Properties = field(default_factory=dict)
    changes: Properties = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    wiped: bool = False
    members: dict[str, set[Any]] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value as it would be now; None where it is not set."""
        if name in self.changes:
            return self.changes[name]
        return None if self.wiped or name in self.gone else self.present.get(name)

    def set(self, name: str, value: Any) -> None:
        self.changes[name] = value
        self.gone.discard(name)
        self.members.pop(name, None)

    def set_all(self, values: Properties) -> None:
        self.changes.update(values)
        if self.gone:
            self.gone -= values.keys()
        if self.members:
            self.members.clear()

    def unset(self, name: str) -> None:
        self.changes.pop(name, None)
        self.gone.add(name)
        self.members.pop(name, None)

    def wipe(self) -> None:
        self.wiped = True
        self.changes.clear()
        self.gone.clear()
        self.members.clear()

    def copy(self) -> "Draft":
        """A draft that changes on its own; the present properties are shared, since none changes them."""
        return Draft(present=self.present, changes=dict(self.changes), gone=set(self.gone), wiped=self.wiped)

    def count(self) -> int:
        """How many properties the profile would have, as far as the present ones are known."""
        kept = set() if self.wiped else self.present.keys() - self.gone
        return len(kept | self.changes.keys())


Apply = Callable[[Draft, str, Any], None]


def _set(draft: Draft, name: str, value: Any) -> None:
    draft.set(name, value)


def _set_once(draft: Draft, name: str, value: Any) -> None:
    if draft.get(name) is None:
        draft.set(name, value)


def _add(draft: Draft, name: str, value: Any) -> None:
    present = draft.get(name)
    present = 0 if present is None else present
    if not _is_number(present):
        raise RecordProblem(f"$add.{name}", f"cannot add to {_show(present)}, which is not a number.")
    draft.set(name, _fit_number(present + value, name))


def _append(draft: Draft, name: str, value: Any) -> None:
    _set_list(draft, name, [*_present_list(draft, name, "$append"), value], "$append")


def _union(draft: Draft, name: str, value: Any) -> None:
    present = _present_list(draft, name, "$union")
    held = draft.members.get(name)
    if held is None:
        held = {_identify(item) for item in present}
    fresh = {key: item for item in value if (key := _identify(item)) not in held}
    _set_list(draft, name, [*present, *fresh.values()], "$union")
    # Only now: a list that is refused for its size leaves what is known as it was.
    held.update(fresh)
    draft.members[name] = held


def _remove(draft: Draft, name: str, value: Any) -> None:
    present = _present_list(draft, name, "$remove")
    kept = _leave_out(present, value)
    if len(kept) != len(present):
        draft.set(name, kept)


def _present_list(draft: Draft, name: str, operation: str) -> list[Any]:
    present = draft.get(name)
    if present is None:
        return []
    if not isinstance(present, list):
        raise RecordProblem(f"{operation}.{name}", f"the present value, {_show(present)}, is not a list.")
    return present


def _leave_out(items: list[Any], value: Any) -> list[Any]:
    """The items without those that equal the value. `index` compares quickly, but takes true for
    1, so what it finds is looked at again."""
    kept: list[Any] = []
    start = 0
    for _ in items:
        try:
            place = items.index(value, start)
        except ValueError:
            break
        kept += items[start:place]
        if not _is_same(items[place], value):
            kept.append(items[place])
        start = place + 1
    return kept + items[start:]


def _set_list(draft: Draft, name: str, items: list[Any], operation: str) -> None:
    check_container(items, f"{operation}.{name}")
    draft.set(name, items)


def _is_number(value: Any) -> bool:
    return value.__class__ is int or value.__class__ is float


def _is_same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _identify(value: Any) -> Any:
    """Something to hash that is equal for values that are equal as JSON."""
    kind = value.__class__
    if kind is str:
        return value
    if kind is bool:
        return (kind, value)
    if kind in (int, float):
        return (float, value)
    return (kind, orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def _fit_number(number: float, name: str) -> float:
    """Whole numbers beyond 64 bits become floats, as they do when they are parsed."""
    if isinstance(number, int) and number not in limits.WHOLE_NUMBERS:
        number = float(number)
    if not math.isfinite(number):
        raise RecordProblem(f"$add.{name}", "the sum is too large.")
    return number


def _show(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 40 else text[:37] + "…"


def _refuse_non_number(name: str, value: Any) -> None:
    if not _is_number(value):
        raise RecordProblem(f"$add.{name}", f"{_show(value)} is not a number.")


def _refuse_non_list(name: str, value: Any) -> None:
    if not isinstance(value, list):
        raise RecordProblem(f"$union.{name}", f"{_show(value)} is not a list.")


def _allow_any(name: str, value: Any) -> None:
    pass


SET: Final = "$set"
UNSET: Final = "$unset"
DELETE: Final = "$delete"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation with an object of names and values.

    `creates`: it makes the profile where there is none. `reads`: it needs the present value.
    """

    key: str
    apply: Apply
    check: Callable[[str, Any], None] = _allow_any
    creates: bool = True
    reads: bool = True


OPERATIONS: Final = {
    operation.key: operation
    for operation in (
        Operation(key=SET, apply=_set, reads=False),
        Operation(key="$set_once", apply=_set_once),
        Operation(key="$add", apply=_add, check=_refuse_non_number),
        Operation(key="$append", apply=_append),
        Operation(key="$union", apply=_union, check=_refuse_non_list),
        Operation(key="$remove", apply=_remove, creates=False),
    )
}


def check_count(draft: Draft) -> None:
    """Raises `RecordProblem` when the profile would have more properties than are allowed."""
    if draft.count() > limits.PROPERTIES:
        raise RecordProblem("", f"the profile would have more than {limits.PROPERTIES:,} properties.")
