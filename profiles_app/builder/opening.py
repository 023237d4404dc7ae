"""A filter document as a draft. Whatever the document says is shown; nothing is guessed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Final

from profiles_app.builder.draft import (
    AND,
    OR,
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
    make_draft,
    rebuild,
    walk,
)
from profiles_app.builder.texts import WINDOW_INPUTS, read_texts
from profiles_app.filters.comparisons import COMPARISON_INPUTS
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import OPERATORS, find_operator, list_types_of
from profiles_app.filters.tree import WITHOUT_PROPERTY, Aggregate, Type

_BRANCHES: Final = {"all": AND, "any": OR}


def open_draft(document: object) -> Draft:
    """The draft of a whole filter document, or of None: of everybody."""
    where = document.get("where") if isinstance(document, Mapping) else document
    return make_draft() if where in (None, {}) else _number(_Opening().top(where))


def _number(draft: Draft) -> Draft:
    """Numbers in the order of the form: the same for the same document."""
    numbers = {node.id: number for number, node in enumerate(walk(draft))}
    (numbered,) = rebuild(draft, lambda node: (replace(node, id=numbers[node.id]),))
    assert isinstance(numbered, Card)
    return numbered


class _Opening:
    """Each node gets a number of its own."""

    def __init__(self) -> None:
        self._ids: Iterator[int] = count(1)

    def top(self, where: object) -> Draft:
        """One card for conditions alone; else a card for each branch, and for each run of conditions."""
        branch = _find_branch(where)
        if branch is None or not branch[1]:
            card = self._alone(where)
            return make_draft(card) if card else make_draft()
        joiner, children = branch
        cards = tuple(self._split(tuple(self.item(child) for child in children), joiner))
        if len(cards) == 1:
            card = self._in_card(cards)
            return make_draft() if _is_everybody(card) else make_draft(card)
        return make_draft(*cards, joiner=joiner)

    def _split(self, items: tuple[Item, ...], joiner: str) -> Iterator[Card]:
        run: tuple[Item, ...] = ()
        for item in items:
            if not isinstance(item, Card):
                run = (*run, item)
                continue
            if run:
                yield self._in_card(run, joiner)
            run = ()
            yield item
        if run:
            yield self._in_card(run, joiner)

    def _in_card(self, items: tuple[Item, ...], joiner: str = AND) -> Card:
        """Something alone that is a card already stays that card."""
        if len(items) == 1 and isinstance(items[0], Card):
            card = items[0]
            is_plain = len(card.items) == 1 and not card.negated and not isinstance(card.items[0], Card)
            return replace(card, joiner=AND) if is_plain else card
        return Card(id=next(self._ids), items=items, joiner=joiner if len(items) > 1 else AND)

    def _alone(self, raw: object) -> Card | None:
        """The card of one node; None where it is everybody."""
        card = self._in_card((self.item(raw),))
        return None if _is_everybody(card) else card

    def item(self, raw: object) -> Item:
        branch = _find_branch(raw)
        if branch is not None:
            joiner, children = branch
            if not children:
                return ConstantRow(id=next(self._ids), everybody=joiner == AND)
            return Card(id=next(self._ids), joiner=joiner, items=tuple(self.item(child) for child in children))
        if isinstance(raw, Mapping) and set(raw) == {"not"}:
            return self._negate(self.item(raw["not"]))
        return self._row(raw)

    def _negate(self, item: Item) -> Item:
        """The exact complement; a row that has one of its own stays a row."""
        match item:
            case Card(negated=negated):
                return replace(item, negated=not negated)
            case EventRow(did=did) | SequenceRow(did=did):
                return replace(item, did=not did)
            case CohortRow(inside=inside):
                return replace(item, inside=not inside)
            case ConstantRow(everybody=everybody):
                return replace(item, everybody=not everybody)
            case PropertyRow() if (opposite := find_opposite(item)) is not None:
                return replace(item, op=opposite)
            case _:
                return Card(id=next(self._ids), items=(item,), negated=True)

    def _row(self, raw: object) -> Row:
        row = self._read_row(raw) if isinstance(raw, Mapping) else None
        return row or UnknownRow(id=next(self._ids), raw=_write_json(raw))

    def _read_row(self, raw: Mapping[str, object]) -> Row | None:
        if "property" in raw:
            return self._property(raw)
        if "event" in raw:
            return self._event(raw)
        if "sequence" in raw:
            return self._sequence(raw)
        return self._cohort(raw) if "cohort" in raw else None

    def _property(self, raw: Mapping[str, object]) -> PropertyRow | None:
        name, op, cast = raw["property"], raw.get("op"), raw.get("cast", False)
        if not isinstance(name, str) or not isinstance(op, str) or not isinstance(cast, bool):
            return None
        types = list_types_of(op)
        kind = raw.get("type", types[0] if len(types) == 1 else None)
        if not isinstance(kind, str):
            return None
        row = PropertyRow(id=next(self._ids), name=name, type=kind, op=op, cast=cast)
        if row.input is None:
            return replace(row, values=(_write_json(raw["value"]),) if "value" in raw else ())
        return replace(row, values=read_texts(row.input, raw.get("value")) if row.input is not Input.NONE else ())

    def _event(self, raw: Mapping[str, object]) -> EventRow | None:
        event, op = raw["event"], raw.get("op", "at_least")
        did, first_time = raw.get("did", True), raw.get("first_time", False)
        measure, window = _read_measure(raw.get("measure", {"count": True})), _read_window(raw)
        if measure is None or window is None or not isinstance(event, str) or not isinstance(op, str):
            return None
        if not isinstance(did, bool) or not isinstance(first_time, bool):
            return None
        values = read_texts(COMPARISON_INPUTS.get(op, Input.NUMBER), raw.get("value", 1))
        return EventRow(
            id=next(self._ids),
            event=event,
            did=did,
            measure=measure[0],
            of=measure[1],
            op=op,
            values=values,
            window=window,
            first_time=first_time,
            where=self._where(raw.get("where")),
        )

    def _sequence(self, raw: Mapping[str, object]) -> SequenceRow | None:
        written, did, window = raw["sequence"], raw.get("did", True), _read_window(raw)
        if window is None or not isinstance(did, bool) or not isinstance(written, list) or not written:
            return None
        number = next(self._ids)
        steps = [self._step(step) for step in written]
        found = tuple(step for step in steps if step is not None)
        return SequenceRow(id=number, steps=found, did=did, window=window) if len(found) == len(written) else None

    def _step(self, raw: object) -> StepRow | None:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("event"), str):
            return None
        within = read_texts(Input.SPAN, raw["within"]) if raw.get("within") is not None else ("", "day")
        if len(within) != 2:
            return None
        where = self._where(raw.get("where"))
        return StepRow(id=next(self._ids), event=str(raw["event"]), within=(within[0], within[1]), where=where)

    def _where(self, raw: object) -> Card | None:
        return None if raw in (None, {}) else self._alone(raw)

    def _cohort(self, raw: Mapping[str, object]) -> CohortRow | None:
        number, inside = raw["cohort"], raw.get("in", True)
        if isinstance(number, bool) or not isinstance(number, int) or not isinstance(inside, bool):
            return None
        return CohortRow(id=next(self._ids), cohort=str(number), inside=inside)


def _is_everybody(card: Card) -> bool:
    match card:
        case Card(items=(ConstantRow(everybody=True),), negated=False):
            return True
        case _:
            return False


def find_opposite(row: PropertyRow) -> str | None:
    """The key of the operator that is the exact complement, if there is one."""
    operator = find_operator(Type(row.type), row.op) if row.type in set(Type) else None
    if operator is None:
        return None
    if operator.positive:
        return operator.positive
    negative = (one.key for one in OPERATORS if one.type is operator.type and one.positive == operator.key)
    return next(negative, None)


def _find_branch(raw: object) -> tuple[str, list[object]] | None:
    """The connector and the children of an `all` or `any`."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    ((key, children),) = raw.items()
    return (_BRANCHES[key], children) if key in _BRANCHES and isinstance(children, list) else None


def _read_measure(raw: object) -> tuple[str, str] | None:
    """The key of a measure, and its property or ''."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    ((key, of),) = raw.items()
    if key in WITHOUT_PROPERTY:
        return (key, "") if of is True else None
    return (key, of) if key in set(Aggregate) and isinstance(of, str) else None


def _read_window(raw: Mapping[str, object]) -> Window | None:
    window = raw.get("window", {"last": {"n": 30, "unit": "day"}})
    if not isinstance(window, Mapping) or len(window) != 1:
        return None
    ((key, value),) = window.items()
    if key == "ever":
        return Window(kind="ever", texts=()) if value is True else None
    if key == "ago":
        return _read_ago(value)
    texts = read_texts(WINDOW_INPUTS[key], value) if key in WINDOW_INPUTS else ()
    return Window(kind=key, texts=texts) if texts else None


def _read_ago(value: object) -> Window | None:
    if not isinstance(value, Mapping):
        return None
    texts = (*read_texts(Input.SPAN, value.get("from")), *read_texts(Input.SPAN, value.get("to")))
    return Window(kind="ago", texts=texts) if len(texts) == 4 else None


def _write_json(raw: object) -> str:
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
