"""The form of a draft, ready for its templates."""

from dataclasses import replace
from typing import Any

from profiles_app.builder.actions import Target, can_chain
from profiles_app.builder.behaviour_fields import make_event_fields, make_step_fields
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
    find_event_around,
    find_node,
)
from profiles_app.builder.judging import Judgement, judge_draft
from profiles_app.builder.layout import Builder, CardView, Line, Place
from profiles_app.builder.menu import Offer, build_menu, offer_of
from profiles_app.builder.names import Names, read_names
from profiles_app.builder.options import Option, list_options, list_words
from profiles_app.builder.property_fields import make_event_property_fields, make_property_fields
from profiles_app.filters.cohorts import cohorts_of


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
                connector=list_words([AND, OR], self._draft.joiner) if number else [],
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

    def _draw(self, item: Item, before: Item | None, card: Card, *, of_event: bool) -> list[Line | CardView]:
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

    def _connect(self, item: Item, before: Item | None, card: Card, *, of_event: bool) -> list[Option]:
        if before is None:
            return []
        can_follow = not of_event and can_chain(item) and can_chain(before)
        return list_words([AND, OR, THEN] if can_follow else [AND, OR], card.joiner)

    def _line(self, node: int, kind: str, *, fields: dict[str, Any], is_seen: bool = True) -> Line:
        return Line(
            id=node,
            parent=0,
            kind=kind,
            template=f"builder/_{kind}.html",
            faults=self._judgement.faults.get(node, []),
            missing=self._judgement.missing.get(node, ""),
            unseen="" if is_seen else "not seen yet",
            fields=fields,
        )

    def _property(self, row: PropertyRow, *, of_event: bool) -> Line:
        if of_event:
            around = find_event_around(self._draft, row.id)
            fields = make_event_property_fields(row, self._names, event=around.event if around else "")
        else:
            fields = make_property_fields(row, self._names, subject=self._place.subject)
        is_seen = self._names.has_property(row.name, of_event=of_event)
        return self._line(row.id, "property", fields=fields, is_seen=is_seen)

    def _event(self, row: EventRow) -> Line:
        of_seen = not row.of or self._names.has_property(row.of, of_event=True)
        fields = make_event_fields(row, self._names) | self._where(row)
        return self._line(row.id, "event", fields=fields, is_seen=row.event in self._names.events and of_seen)

    def _sequence(self, row: SequenceRow, card: Card, connector: list[Option]) -> list[Line]:
        """The first line has what the whole sequence has."""
        first, *rest = [self._step(step, row, card) for step in row.steps]
        whole = self._line(row.id, "sequence", fields={})
        first = replace(
            first,
            connector=connector,
            lead="" if connector else "who",
            faults=[*whole.faults, *first.faults],
            missing=whole.missing or first.missing,
        )
        return [first, *(replace(line, connector=list_words([AND, OR, THEN], THEN)) for line in rest)]

    def _step(self, step: StepRow, row: SequenceRow, card: Card) -> Line:
        fields = make_step_fields(step, row, self._names, parent=card.id) | self._where(step)
        line = self._line(step.id, "step", fields=fields, is_seen=step.event in self._names.events)
        return replace(line, parent=row.id)

    def _where(self, row: EventRow | StepRow) -> dict[str, Any]:
        return {"where": self._card(row.where, row.id, of_event=True, nested=True)} if row.where else {}

    def _cohort(self, row: CohortRow) -> Line:
        return self._line(
            row.id,
            "cohort",
            fields={
                "cohort": row.cohort,
                "label": self._names.cohorts.get(row.number) or f"Cohort {row.cohort}",
                "target": Target(purpose="set", node=row.id),
                "offer": Offer.ALL,
                "inside": list_options([("in", "in"), ("not_in", "not in")], "in" if row.inside else "not_in"),
            },
        )
