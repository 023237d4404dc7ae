"""The form of a draft, ready for its templates (templates/builder/)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from profiles_app.builder.actions import Target, can_chain
from profiles_app.builder.closing import find_missing
from profiles_app.builder.draft import (
    AND,
    OR,
    THEN,
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
    find_node,
)
from profiles_app.builder.judging import Judgement, judge_draft
from profiles_app.builder.menu import Menu, Offer, build_menu, offer_of
from profiles_app.builder.names import Names, read_names
from profiles_app.builder.reading import WINDOWS
from profiles_app.builder.texts import CHIPS, MANY
from profiles_app.builder.words import (
    MEASURE_LABELS,
    TYPE_ICONS,
    TYPE_LABELS,
    UNITS,
    WINDOW_LABELS,
    label_window,
)
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.comparisons import COMPARISONS
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import OPERATORS, find_operator
from profiles_app.filters.tree import Aggregate, Type
from profiles_app.models import GroupKey, Project

# Value, label, whether it is chosen.
Choice = tuple[str, str, bool]

_TABS: Final = tuple((kind, WINDOW_LABELS[kind]) for kind in WINDOWS)
_PLAIN: Final = frozenset({Aggregate.COUNT, Aggregate.DAYS})
# Which template draws the fields of an input.
_WIDGETS: Final = {
    Input.NONE: "",
    Input.PATTERN: "text",
    Input.NUMBER: "number",
    Input.LENGTH: "number",
    Input.NUMBER_RANGE: "number_range",
    Input.DAY: "day",
    Input.DAYS: "days",
    Input.DAY_RANGE: "day_range",
    Input.SPAN: "span",
    **dict.fromkeys(CHIPS, "chips"),
}
_NO_WINDOW: Final[dict[str, tuple[str, ...]]] = {
    "last": ("30", "day"),
    "since": ("",),
    "between": ("", ""),
    "before": ("",),
    "ago": ("60", "day", "30", "day"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a builder stands. `action`: the address that its form is posted to; `target`: a CSS selector of
    what htmx puts the answer into; `hidden`: further fields; `menu_url` and `values_url`: of its menus."""

    project: Project
    group_key: GroupKey | None
    user_id: int
    action: str
    menu_url: str
    values_url: str
    note_url: str
    hidden: Sequence[tuple[str, str]] = ()
    target: str = "#results"

    @property
    def cohorts_scope(self) -> Scope:
        group = self.group_key.pk if self.group_key else None
        return Scope(project_id=self.project.pk, group_key_id=group, user_id=self.user_id)

    @property
    def everybody(self) -> str:
        return f"All {self.group_key.label if self.group_key else 'users'}"

    @property
    def subject(self) -> str:
        """Whose properties they are, in front of a property's name."""
        return self.group_key.label if self.group_key else "User"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the form. `connector` are the choices in front of it, `lead` a word where there are none;
    `template` draws the rest from `fields`."""

    id: int
    parent: int
    kind: str
    template: str
    lead: str = ""
    connector: list[Choice] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    missing: str = ""
    unseen: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        return bool(self.faults or self.missing)


@dataclass(frozen=True, kw_only=True)
class CardView:
    id: int
    parent: int
    joiner: str
    negated: bool
    connector: list[Choice]
    lines: "list[Line | CardView]"
    of_event: bool
    nested: bool
    missing: str
    is_only: bool
    add: Target
    offer: Offer

    # Beside `Line`, so that a template can ask which of both it has.
    is_card: bool = True


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A form to be drawn by builder/_form.html, or inside another form by builder/_cards.html."""

    place: Place
    joiner: str
    cards: list[CardView]
    faults: list[str]
    is_empty: bool
    is_open: bool
    menu: Menu | None = None

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        return UNITS


def draw_builder(
    place: Place, draft: Draft, *, judgement: Judgement | None = None, target: Target | None = None, search: str = "",
    is_open: bool = True,
) -> Builder:  # fmt: skip
    """`judgement`: of this draft, where it is known already. `target` opens the menu for it inside the form,
    which pages without JavaScript need."""
    cohorts = cohorts_of(place.cohorts_scope)
    judgement = judgement or judge_draft(draft, cohorts=cohorts)
    names = read_names(draft, place.project, place.group_key, cohorts)
    drawing = _Drawing(place, draft, judgement, names)
    menu = None
    if target is not None and find_node(draft, target.node) is not None:
        offer = offer_of(draft, target)
        menu = build_menu(place.project, place.group_key, cohorts, target=target, offer=offer, search=search, tab="all")
    return Builder(
        place=place,
        joiner=draft.joiner,
        cards=drawing.cards(),
        faults=judgement.faults.get(draft.id, []),
        is_empty=not any(card.items for card in draft.items if isinstance(card, Card)),
        is_open=is_open,
        menu=menu,
    )


class _Drawing:
    def __init__(self, place: Place, draft: Draft, judgement: Judgement, names: Names) -> None:
        self._place = place
        self._draft = draft
        self._judgement = judgement
        self._names = names

    def cards(self) -> list[CardView]:
        cards = [card for card in self._draft.items if isinstance(card, Card)]
        return [
            replace(
                self._card(card, self._draft.id, of_event=False, nested=False),
                connector=_choose([(AND, AND), (OR, OR)], self._draft.joiner) if number else [],
                is_only=len(cards) == 1,
            )
            for number, card in enumerate(cards)
        ]

    def _card(self, card: Card, parent: int, *, of_event: bool, nested: bool) -> CardView:
        lines: list[Line | CardView] = []
        before: Item | None = None
        for item in card.items:
            lines += self._draw(item, before, card, of_event=of_event)
            before = item
        target = Target(purpose="add", node=card.id)
        return CardView(
            id=card.id,
            parent=parent,
            joiner=card.joiner,
            negated=card.negated,
            connector=[],
            lines=lines,
            of_event=of_event,
            nested=nested,
            missing=find_missing(card) if not card.items else "",
            is_only=False,
            add=target,
            offer=offer_of(self._draft, target),
        )

    def _draw(self, item: Item, before: Item | None, card: Card, *, of_event: bool) -> "list[Line | CardView]":
        connector = self._connect(item, before, card, of_event=of_event)
        match item:
            case Card():
                nested = self._card(item, card.id, of_event=of_event, nested=True)
                return [replace(nested, connector=connector)]
            case SequenceRow():
                return [*self._sequence(item, card, connector)]
            case PropertyRow():
                line = self._property(item, of_event=of_event)
            case EventRow():
                line = self._event(item)
            case CohortRow():
                line = self._cohort(item)
            case ConstantRow(everybody=everybody):
                line = self._line(item.id, "constant", fields={"everybody": everybody})
            case UnknownRow(raw=raw):
                line = self._line(item.id, "unknown", fields={"raw": raw})
        lead = "" if connector else ("who" if isinstance(item, EventRow) else "where")
        return [replace(line, parent=card.id, connector=connector, lead=lead)]

    def _connect(self, item: Item, before: Item | None, card: Card, *, of_event: bool) -> list[Choice]:
        if before is None:
            return []
        choices = [(AND, AND), (OR, OR)]
        if not of_event and can_chain(item) and can_chain(before):
            choices.append((THEN, THEN))
        return _choose(choices, card.joiner)

    def _line(self, node: int, kind: str, *, fields: dict[str, Any], unseen: str = "") -> Line:
        return Line(
            id=node,
            parent=0,
            kind=kind,
            template=f"builder/_{kind}.html",
            faults=self._judgement.faults.get(node, []),
            missing=self._judgement.missing.get(node, ""),
            unseen=unseen,
            fields=fields,
        )

    def _property(self, row: PropertyRow, *, of_event: bool) -> Line:
        types = self._names.types(row.name, of_event=of_event)
        seen = self._names.has_property(row.name, of_event=of_event)
        kind = Type(row.type) if row.type in set(Type) else None
        operator = find_operator(kind, row.op) if kind else None
        return self._line(
            row.id,
            "property",
            unseen="" if seen else "not seen yet",
            fields={
                "name": row.name,
                "label": self._names.label(row.name, of_event=of_event),
                "subject": "Event" if of_event else self._place.subject,
                "icon": TYPE_ICONS[kind or Type.ANY],
                "target": Target(purpose="set", node=row.id),
                "offer": Offer.EVENT_PROPERTIES if of_event else Offer.ALL,
                "operators": _group_operators(row, types),
                "was": f"{row.type}.{row.op}",
                "widget": _WIDGETS[row.input] if row.input else "text",
                "values": _pad(row),
                "list": json.dumps(row.values, ensure_ascii=False) if row.input in MANY else "",
                "suggests": row.input in CHIPS,
                "scope": "event" if of_event else "profile",
                "event": self._event_around(row.id) if of_event else "",
                "units": _choose_unit(row.values[1] if row.input is Input.SPAN else "day"),
                "includes_unset": bool(operator and operator.negative),
                "cast": row.cast,
                "castable": kind in {Type.NUMBER, Type.BOOLEAN},
                "kind": kind or "",
                "treat": [(one.value, TYPE_LABELS[one], one is kind) for one in Type if one is not Type.ANY],
            },
        )

    def _event_around(self, node: int) -> str:
        """The name of the event that a row about event properties belongs to."""
        for card in self._draft.items:
            for outer in _list_events(card):
                if find_node(outer.where or Card(id=-1), node):
                    return outer.event
        return ""

    def _event(self, row: EventRow) -> Line:
        measured = Aggregate(row.measure) if row.measure in set(Aggregate) else Aggregate.COUNT
        seen = row.event in self._names.events
        of_seen = not row.of or self._names.has_property(row.of, of_event=True)
        where = self._where(row.where, row.id)
        return self._line(
            row.id,
            "event",
            unseen="" if seen and of_seen else "not seen yet",
            fields=self._event_fields(row.id, row.event)
            | self._did(did=row.did, window=row.window)
            | {
                "measures": _choose(MEASURE_LABELS.items(), measured),
                "needs_of": measured not in _PLAIN,
                "of": row.of,
                "of_label": self._names.label(row.of, of_event=True) if row.of else "Choose a property",
                "of_target": Target(purpose="of", node=row.id),
                "comparisons": _choose_comparison(row.op),
                "values": row.values,
                "is_range": len(row.values) > 1,
                "first_time": row.first_time,
                "where": where,
            },
        )

    def _event_fields(self, node: int, event: str) -> dict[str, Any]:
        target = Target(purpose="set", node=node)
        return {
            "event": event,
            "label": self._names.label_event(event),
            "target": target,
            "offer": offer_of(self._draft, target),
            "where_target": Target(purpose="where", node=node),
        }

    def _did(self, *, did: bool, window: Window) -> dict[str, Any]:
        panes = [
            {
                "kind": kind,
                "label": label,
                "chosen": kind == window.kind,
                "texts": texts,
                "units": [_choose_unit(text) for text in texts[1::2]],
            }
            for kind, label in _TABS
            for texts in [window.texts if kind == window.kind else _NO_WINDOW.get(kind, ())]
        ]
        return {
            "did": _choose([("did", "did"), ("did_not", "did not")], "did" if did else "did_not"),
            "window_label": label_window(window),
            "window": panes,
        }

    def _where(self, where: Card | None, parent: int) -> CardView | None:
        return self._card(where, parent, of_event=True, nested=True) if where else None

    def _sequence(self, row: SequenceRow, card: Card, connector: list[Choice]) -> list[Line]:
        """The first line has what the whole sequence has."""
        head = self._line(row.id, "sequence", fields={})
        lines = []
        for number, step in enumerate(row.steps):
            shared = self._did(did=row.did, window=row.window) if number == 0 else {}
            line = self._line(
                step.id,
                "step",
                unseen="" if step.event in self._names.events else "not seen yet",
                fields=self._event_fields(step.id, step.event)
                | shared
                | {
                    "is_first": number == 0,
                    "sequence": row.id,
                    "sequence_parent": card.id,
                    "within": step.within[0],
                    "within_units": _choose_unit(step.within[1]),
                    "where": self._where(step.where, step.id),
                },
            )
            joins = connector if number == 0 else _choose([(AND, AND), (OR, OR), (THEN, THEN)], THEN)
            lines.append(replace(line, parent=row.id, connector=joins, lead="" if joins else "who"))
        first = replace(lines[0], faults=[*head.faults, *lines[0].faults], missing=head.missing or lines[0].missing)
        # The connector in front of the first step is that of the sequence.
        return [replace(first, fields=first.fields | {"join_node": row.id}), *lines[1:]]

    def _cohort(self, row: CohortRow) -> Line:
        number = int(row.cohort) if row.cohort.isdecimal() and len(row.cohort) < 19 else 0
        name = self._names.cohorts.get(number)
        return self._line(
            row.id,
            "cohort",
            fields={
                "cohort": row.cohort,
                "label": name or f"Cohort {row.cohort}",
                "target": Target(purpose="set", node=row.id),
                "offer": Offer.ALL,
                "inside": _choose([("in", "in"), ("not_in", "not in")], "in" if row.inside else "not_in"),
            },
        )


def _list_events(item: Item | StepRow) -> "list[EventRow | StepRow]":
    """The events of an item; not those inside them, for there are none."""
    match item:
        case EventRow() | StepRow():
            return [item]
        case SequenceRow(steps=steps):
            return list(steps)
        case Card(items=items):
            return [event for child in items for event in _list_events(child)]
        case _:
            return []


def _choose(choices: Iterable[tuple[str, str]], chosen: str) -> list[Choice]:
    return [(str(value), label, value == chosen) for value, label in choices]


def _choose_unit(unit: str) -> list[Choice]:
    return _choose(UNITS, unit)


def _choose_comparison(op: str) -> list[Choice]:
    known = [(one.key, _capital(one.label)) for one in COMPARISONS]
    unknown = [] if op in dict(known) else [(op, f"{op} (not known)")]
    return _choose([*unknown, *known], op)


def _group_operators(row: PropertyRow, types: list[Type]) -> list[tuple[str, list[Choice]]]:
    """The operators of the kinds that the property has had, and those for any; then the others."""
    chosen = f"{row.type}.{row.op}"
    first = [*dict.fromkeys([*(kind for kind in [row.type, *types] if kind in set(Type))])]
    order = [*(Type(kind) for kind in first if kind != Type.ANY), Type.ANY]
    order += [kind for kind in Type if kind not in order]
    groups = [
        (
            TYPE_LABELS[kind],
            _choose([(f"{kind}.{one.key}", _capital(one.label)) for one in OPERATORS if one.type is kind], chosen),
        )
        for kind in order
    ]
    unknown = [] if row.input is not None else [("Not known here", [(chosen, row.op, True)])]
    return unknown + groups


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _pad(row: PropertyRow) -> tuple[str, ...]:
    """As many texts as the input has fields."""
    if row.input in {Input.NUMBER_RANGE, Input.DAY_RANGE}:
        return (*row.values, "", "")[:2]
    return row.values or ("",) if row.input not in MANY else row.values
