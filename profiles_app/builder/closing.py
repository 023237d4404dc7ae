"""A draft as a filter document: what is complete, and where in the document each row went."""

import json
from dataclasses import dataclass, field
from typing import Final

from profiles_app.builder.draft import (
    AND,
    Card,
    CohortRow,
    ConstantRow,
    Draft,
    EventRow,
    Item,
    PropertyRow,
    SequenceRow,
    StepRow,
    UnknownRow,
    Window,
    walk,
)
from profiles_app.builder.opening import find_opposite
from profiles_app.builder.texts import WINDOW_INPUTS, missing_of, read_number, write_span, write_value
from profiles_app.filters.comparisons import COMPARISON_INPUTS
from profiles_app.filters.inputs import Input
from profiles_app.filters.parse import DEEPEST
from profiles_app.filters.tree import WITHOUT_PROPERTY
from profiles_app.filters.writing import Document

_KEYS: Final = {AND: "all"}


@dataclass
class Written:
    """`where` is the node of the complete rows; None: nobody is left out. `places` are paths in it with the
    ids of their nodes; `missing` says of incomplete ones what to do."""

    where: Document | None = None
    places: dict[str, int] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)

    def find_node(self, path: str) -> int | None:
        """The id of the innermost node that this path of a fault lies in."""
        inside = [place for place in self.places if path == place or path.startswith((f"{place}.", f"{place}["))]
        return self.places[max(inside, key=len)] if inside else None


def write_draft(draft: Draft) -> Written:
    """The document's condition, as deep as the language allows where that is possible."""
    missing = {node.id: text for node in walk(draft) if not isinstance(node, Card) and (text := find_missing(node))}
    written = _Writing(compact=False).top(draft)
    if _measure_depth(written.where) > DEEPEST:
        written = _Writing(compact=True).top(draft)
    written.missing = missing
    return written


def find_missing(node: Item | StepRow) -> str:
    """What a row still needs, as a sentence; of a card, whether anything in it is complete."""
    match node:
        case Card(items=items):
            return "" if any(not find_missing(item) for item in items) else "This group has no conditions yet."
        case PropertyRow(input=kind, values=values):
            return missing_of(kind, values) if kind else ""
        case EventRow():
            return _find_missing_of_event(node)
        case SequenceRow(window=window):
            return _find_missing_of_window(window)
        case CohortRow(cohort=cohort):
            return "" if cohort else "Choose a cohort."
        case _:
            return ""


def _find_missing_of_event(row: EventRow) -> str:
    if row.measure not in WITHOUT_PROPERTY and not row.of:
        return "Choose the property to measure."
    kind = COMPARISON_INPUTS.get(row.op)
    return (missing_of(kind, row.values) if kind else "") or _find_missing_of_window(row.window)


def _find_missing_of_window(window: Window) -> str:
    if window.kind == "ago":
        halves = (window.texts[:2], window.texts[2:])
        return "Enter how long ago." if any(missing_of(Input.SPAN, half) for half in halves) else ""
    return "Choose the days of the window." if missing_of(WINDOW_INPUTS[window.kind], window.texts) else ""


def write_window(window: Window) -> Document:
    """The document of a complete window."""
    if window.kind == "ever":
        return {"ever": True}
    if window.kind == "ago":
        return {"ago": {"from": write_span(window.texts[:2]), "to": write_span(window.texts[2:])}}
    return {window.kind: write_value(WINDOW_INPUTS[window.kind], window.texts)}


class _Writing:
    """`compact`: a card of one row is written as that row, which opens as another card."""

    def __init__(self, *, compact: bool) -> None:
        self._compact = compact
        self._written = Written()

    def top(self, draft: Draft) -> Written:
        cards = [card for card in draft.items if isinstance(card, Card) and not find_missing(card)]
        if len(cards) == 1 and not _needs_frame(cards[0]):
            self._written.where = self._card(cards[0], "where", alone=True)
        elif cards:
            key = _KEYS.get(draft.joiner, "any")
            children = [self._card(card, f"where.{key}[{number}]") for number, card in enumerate(cards)]
            self._written.where = {key: children}
        return self._written

    def _card(self, card: Card, path: str, *, alone: bool = False) -> Document:
        """`alone`: nothing stands beside it, so that its only row may stand for it."""
        self._written.places[path] = card.id
        items = [item for item in card.items if not find_missing(item)]
        if card.negated:
            return {"not": self._inside(card, items, f"{path}.not", bare=card.joiner == AND and _opens_negated(items))}
        return self._inside(card, items, path, bare=len(items) == 1 and not isinstance(items[0], Card) and alone)

    def _inside(self, card: Card, items: list[Item], path: str, *, bare: bool) -> Document:
        if len(items) == 1 and (bare or self._compact):
            return self._item(items[0], path)
        key = _KEYS.get(card.joiner, "any")
        return {key: [self._item(item, f"{path}.{key}[{number}]") for number, item in enumerate(items)]}

    def _item(self, item: Item, path: str) -> Document:
        if isinstance(item, Card):
            return self._card(item, path)
        self._written.places[path] = item.id
        match item:
            case PropertyRow():
                return _write_property(item)
            case EventRow():
                return self._event(item, path)
            case SequenceRow(steps=steps, did=did, window=window):
                written = [self._step(step, f"{path}.sequence[{number}]") for number, step in enumerate(steps)]
                return {"sequence": written, "did": did, "window": write_window(window)}
            case _:
                return _write_plain(item)

    def _event(self, row: EventRow, path: str) -> Document:
        kind = COMPARISON_INPUTS.get(row.op, Input.NUMBER)
        return {
            "event": row.event,
            "did": row.did,
            **self._where(row.where, path),
            "measure": {row.measure: row.of if row.of and row.measure not in WITHOUT_PROPERTY else True},
            "op": row.op,
            "value": write_value(kind, row.values),
            "window": write_window(row.window),
            "first_time": row.first_time,
        }

    def _step(self, step: StepRow, path: str) -> Document:
        self._written.places[path] = step.id
        within = {"within": write_span(step.within)} if step.within[0].strip() else {}
        return {"event": step.event, **self._where(step.where, path), **within}

    def _where(self, where: Card | None, path: str) -> Document:
        if where is None or find_missing(where):
            return {}
        return {"where": self._card(where, f"{path}.where", alone=True)}


def _write_plain(row: CohortRow | ConstantRow | UnknownRow) -> Document:
    match row:
        case CohortRow(cohort=cohort, inside=inside):
            return {"cohort": read_number(cohort), "in": inside}
        case ConstantRow(everybody=everybody):
            return {"all" if everybody else "any": []}
        case UnknownRow(raw=raw):
            return _read_json(raw)


def _needs_frame(card: Card) -> bool:
    """Whether, written without a card around it, its cards would open beside each other."""
    return not card.negated and any(isinstance(item, Card) and not find_missing(item) for item in card.items)


def _opens_negated(items: list[Item]) -> bool:
    """Whether the negation of this row alone opens as a card with it, not as the opposite row."""
    match items:
        case [PropertyRow() as row]:
            return find_opposite(row) is None
        case [UnknownRow()]:
            return True
        case _:
            return False


def _write_property(row: PropertyRow) -> Document:
    written: Document = {"property": row.name, "type": row.type, "op": row.op}
    if row.input is None and row.values:
        written["value"] = _read_json(row.values[0])
    elif row.input not in {None, Input.NONE}:
        assert row.input is not None
        written["value"] = write_value(row.input, row.values)
    if row.cast:
        written["cast"] = True
    return written


def _read_json(text: str) -> Document:
    """What no longer is JSON was changed by hand; it is refused where the document is read."""
    try:
        value: Document = json.loads(text)
    except (ValueError, RecursionError):
        return {"unreadable": True}
    return value


def _measure_depth(node: object) -> int:
    """How many branches stand inside each other; conditions on event properties go on counting."""
    if isinstance(node, list):
        return max(map(_measure_depth, node), default=0)
    if not isinstance(node, dict):
        return 0
    branches = [node[key] for key in ("all", "any", "not") if key in node]
    if branches:
        return 1 + _measure_depth(branches[0])
    return max((_measure_depth(node.get(key)) for key in ("where", "sequence")), default=0)
