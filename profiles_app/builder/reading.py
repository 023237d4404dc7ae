"""The draft that a posted form holds.

Each node of the form says `node=ID:PARENT:KIND`, parents first; what belongs to it is named `ID.field`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.http import QueryDict

from profiles_app.builder.draft import (
    AND,
    OR,
    ROOT,
    Card,
    CohortRow,
    ConstantRow,
    Draft,
    EventRow,
    Item,
    PropertyRow,
    Row,
    SequenceRow,
    StepRow,
    UnknownRow,
    Window,
)
from profiles_app.builder.texts import CHIPS, MANY, carry_texts, read_item, write_item_text
from profiles_app.errors import BadInput
from profiles_app.filters.comparisons import COMPARISON_INPUTS
from profiles_app.filters.inputs import Input
from profiles_app.filters.reading import MOST_VALUES

_MOST_NODES: Final = 500
_DEEPEST: Final = 12
_LAST_30_DAYS: Final = ("30", "day")
# How many fields each window has.
_WINDOW_FIELDS: Final = {"last": 2, "since": 1, "between": 2, "ever": 0, "before": 1, "ago": 4}


class BadForm(BadInput):
    """A form that no page of Roster has."""

    def __init__(self) -> None:
        super().__init__("This form is incomplete. Go back, load the page again, and repeat the last step.")


@dataclass(frozen=True)
class _Entry:
    id: int
    kind: str


class _Form:
    """The fields of a posted builder."""

    def __init__(self, params: QueryDict) -> None:
        self._params = params
        self._children: dict[int, list[_Entry]] = {ROOT: []}
        for text in params.getlist("node"):
            self._enter(text)

    def _enter(self, text: str) -> None:
        parts = text.split(":")
        if len(parts) != 3 or not all(part.isdecimal() and len(part) < 7 for part in parts[:2]):
            raise BadForm
        entry, parent = _Entry(int(parts[0]), parts[2]), int(parts[1])
        if entry.id in self._children or parent not in self._children or len(self._children) > _MOST_NODES:
            raise BadForm
        self._children[entry.id] = []
        self._children[parent].append(entry)

    def read(self) -> Draft:
        """Raises `BadForm`."""
        cards = tuple(self._read_card(entry, 0) for entry in self._children[ROOT])
        return Card(id=ROOT, items=cards or (Card(id=1),), joiner=self._joiner(ROOT))

    def read_joins(self) -> dict[int, str]:
        """The connectors in front of the nodes that have one."""
        return {node: join for node in self._children if (join := self.one(node, "join"))}

    def one(self, node: int, name: str) -> str:
        return self._params.get(f"{node}.{name}", "").replace("\0", "")

    def many(self, node: int, name: str) -> tuple[str, ...]:
        return tuple(text.replace("\0", "") for text in self._params.getlist(f"{node}.{name}"))

    def _joiner(self, node: int) -> str:
        return OR if self.one(node, "joiner") == OR else AND

    def _read_card(self, entry: _Entry, depth: int) -> Card:
        if entry.kind != "card" or depth > _DEEPEST:
            raise BadForm
        items = tuple(self._read_item(child, depth + 1) for child in self._children[entry.id])
        return Card(
            id=entry.id, items=items, joiner=self._joiner(entry.id), negated=self.one(entry.id, "negated") == "1"
        )

    def _read_item(self, entry: _Entry, depth: int) -> Item:
        if entry.kind == "card":
            return self._read_card(entry, depth)
        readers: Mapping[str, Callable[[int, int], Row]] = {
            "property": self._read_property,
            "event": self._read_event,
            "sequence": self._read_sequence,
            "cohort": self._read_cohort,
            "constant": lambda node, _: ConstantRow(id=node, everybody=self.one(node, "everybody") == "1"),
            "unknown": lambda node, _: UnknownRow(id=node, raw=self.one(node, "raw")),
        }
        if entry.kind not in readers:
            raise BadForm
        return readers[entry.kind](entry.id, depth)

    def _read_property(self, node: int, _: int) -> PropertyRow:
        kind, _dot, op = self.one(node, "op").partition(".")
        row = PropertyRow(id=node, name=self.one(node, "name"), type=kind, op=op, cast=self.one(node, "cast") == "1")
        was_type, _dot, was_op = self.one(node, "was").partition(".")
        was = replace(row, type=was_type, op=was_op)
        if (was_type, was_op) == (kind, op):
            values = self._read_values(node, was.input)
        else:
            values = carry_texts(self._read_values(node, was.input), was.input, row.input)
            row = replace(row, cast=row.cast and was_type == kind)
        return replace(row, values=values or (_LAST_30_DAYS if row.input is Input.SPAN else ()))

    def _read_values(self, node: int, kind: Input | None) -> tuple[str, ...]:
        """What the fields of this kind of input hold."""
        if kind not in MANY:
            return self.many(node, "value")
        values = (*self._read_list(node), *self._read_added(node, kind))
        return tuple(dict.fromkeys(values))[: MOST_VALUES + 1]

    def _read_added(self, node: int, kind: Input | None) -> tuple[str, ...]:
        """The value that was typed last; "pick" are those that were chosen from the suggestions, as JSON."""
        picked = [text for text in self.many(node, "pick") if text]
        if picked:
            return tuple(value for text in picked for value in _read_picked(text, kind))
        typed = self.one(node, "add").strip()
        item = read_item(typed) if kind is Input.ITEMS else None
        if isinstance(item, str):
            # With quotes or without, where both mean it: one chip.
            typed = write_item_text(item)
        return (typed,) if typed else ()

    def _read_list(self, node: int) -> tuple[str, ...]:
        """The chips."""
        try:
            values = json.loads(self.one(node, "list") or "[]")
        except (ValueError, RecursionError):
            raise BadForm from None
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise BadForm
        return tuple(values)

    def _read_event(self, node: int, depth: int) -> EventRow:
        op = self.one(node, "op")
        return EventRow(
            id=node,
            event=self.one(node, "event"),
            did=self.one(node, "did") != "did_not",
            measure=self.one(node, "measure") or "count",
            of=self.one(node, "of"),
            op=op,
            values=self._read_bounds(node, op),
            window=self._read_window(node),
            first_time=self.one(node, "first_time") == "1",
            where=self._read_where(node, depth),
        )

    def _read_bounds(self, node: int, op: str) -> tuple[str, ...]:
        texts = self.many(node, "value")
        return (*texts, "", "")[:2] if COMPARISON_INPUTS.get(op) is Input.NUMBER_RANGE else texts[:1]

    def _read_window(self, node: int) -> Window:
        kind = self.one(node, "window")
        if kind not in _WINDOW_FIELDS:
            raise BadForm
        return Window(kind=kind, texts=(*self.many(node, kind), "", "", "", "")[: _WINDOW_FIELDS[kind]])

    def _read_where(self, node: int, depth: int) -> Card | None:
        cards = [child for child in self._children[node] if child.kind == "card"]
        return self._read_card(cards[0], depth + 1) if cards else None

    def _read_sequence(self, node: int, depth: int) -> SequenceRow:
        steps = tuple(self._read_step(child, depth) for child in self._children[node])
        if not steps:
            raise BadForm
        return SequenceRow(id=node, steps=steps, did=self.one(node, "did") != "did_not", window=self._read_window(node))

    def _read_step(self, entry: _Entry, depth: int) -> StepRow:
        if entry.kind != "step":
            raise BadForm
        n, unit = (*self.many(entry.id, "within"), "", "")[:2]
        return StepRow(
            id=entry.id,
            event=self.one(entry.id, "event"),
            within=(n.strip(), unit or "day"),
            where=self._read_where(entry.id, depth + 1),
        )

    def _read_cohort(self, node: int, _: int) -> CohortRow:
        return CohortRow(id=node, cohort=self.one(node, "cohort"), inside=self.one(node, "in") != "not_in")


def read_form(params: QueryDict) -> tuple[Draft, dict[int, str]]:
    """The draft as it was shown, and the connectors that were chosen. Raises `BadForm`."""
    form = _Form(params)
    return form.read(), form.read_joins()


def _read_picked(text: str, kind: Input | None) -> tuple[str, ...]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise BadForm from None
    if isinstance(value, str) and kind in CHIPS:
        return (write_item_text(value) if kind is Input.ITEMS else value,)
    return (json.dumps(value),) if isinstance(read_item(json.dumps(value)), int | float) else ()
