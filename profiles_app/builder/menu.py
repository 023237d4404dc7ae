"""The menu from which conditions are chosen: properties, events and cohorts, searched by name or label."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from profiles_app.builder.actions import Target, parse_target
from profiles_app.builder.draft import Card, Draft, PropertyRow, StepRow, find_event_around, find_node
from profiles_app.builder.names import label_built_in, type_of_built_in, types_of_kinds
from profiles_app.builder.words import TYPE_ICONS, TYPE_LABELS
from profiles_app.display.labels import label_property
from profiles_app.filters.cohorts import CohortResolver
from profiles_app.filters.properties import BUILT_IN
from profiles_app.filters.tree import Type
from profiles_app.models import GroupKey, Project, PropertyDefinition, Scope
from profiles_app.selectors.catalog import list_shown_events, list_shown_properties

# Names that are searched, and rows of one section that are shown.
_MOST_NAMES: Final = 5_000
_MOST_SHOWN: Final = 60
_MOST_SHOWN_OF_ALL: Final = 25


class Offer(enum.StrEnum):
    """What a menu holds."""

    ALL = "all"
    EVENTS = "events"
    EVENT_PROPERTIES = "event_properties"


class Tab(enum.StrEnum):
    ALL = "all"
    PROPERTIES = "properties"
    EVENTS = "events"
    COHORTS = "cohorts"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`value` is that of the button: what `pick` reads. `kind` and `name` ask for its note."""

    value: str
    icon: str
    lead: str
    label: str
    name: str
    kind: str
    kind_label: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """`more` are left out of a section that is long."""

    title: str
    choices: list[Choice]
    more: int


@dataclass(frozen=True, kw_only=True)
class Menu:
    target: Target
    offer: Offer
    search: str
    tab: Tab
    tabs: list[tuple[Tab, str]]
    sections: list[Section]

    @property
    def title(self) -> str:
        return "Add a filter" if self.target.purpose == "add" else "Choose"


def offer_of(draft: Draft, target: Target) -> Offer:
    """What fits into this place of the draft."""
    node = find_node(draft, target.node)
    if target.purpose in {"where", "of"}:
        return Offer.EVENT_PROPERTIES
    if isinstance(node, StepRow):
        return Offer.EVENTS
    is_of_event = isinstance(node, Card | PropertyRow) and find_event_around(draft, node.id) is not None
    return Offer.EVENT_PROPERTIES if is_of_event else Offer.ALL


def build_menu(
    project: Project, group_key: GroupKey | None, cohorts: CohortResolver, *, target: Target, offer: Offer,
    search: str, tab: str,
) -> Menu:  # fmt: skip
    """The choices that contain `search` in name or label, in any case."""
    lister = _Lister(project, group_key, cohorts, target, search.strip().casefold())
    tabs, sections = lister.list_sections(offer)
    chosen = Tab(tab) if tab in {one for one, _ in tabs} else Tab.ALL
    keys = [key for key, _ in tabs[1:]] or [Tab.ALL]
    shown = [section for key, section in zip(keys, sections, strict=True) if chosen in {Tab.ALL, key}]
    most = _MOST_SHOWN_OF_ALL if len(shown) > 1 and not search else _MOST_SHOWN
    return Menu(
        target=target,
        offer=offer,
        search=search,
        tab=chosen,
        tabs=tabs,
        sections=[
            Section(title=title, choices=found[:most], more=max(0, len(found) - most))
            for title, found in shown
            if found
        ],
    )


# Tabs with their labels; titles with their choices.
Sections = tuple[list[tuple[Tab, str]], list[tuple[str, list[Choice]]]]


class _Lister:
    def __init__(
        self, project: Project, group_key: GroupKey | None, cohorts: CohortResolver, target: Target, search: str
    ) -> None:
        self._project = project
        self._group_key = group_key
        self._cohorts = cohorts
        self._target = target
        self._search = search
        self._subject = group_key.label if group_key else "User"

    def list_sections(self, offer: Offer) -> Sections:
        """Tabs, and the section of each but the first, or without tabs the only one."""
        if offer is Offer.EVENTS:
            return [], [("Events", self.events())]
        if offer is Offer.EVENT_PROPERTIES:
            return [], [("Event properties", self.event_properties())]
        return self._everything()

    def _everything(self) -> Sections:
        """Cohorts only where there are some."""
        tabs = [
            (Tab.ALL, "All"),
            (Tab.PROPERTIES, self._subject),
            (Tab.EVENTS, f"{self._plural} who did…"),
        ]
        sections = [(f"{self._subject} properties", self.properties()), (f"{self._plural} who did", self.events())]
        names = self._cohorts.list_names()
        if names:
            tabs.append((Tab.COHORTS, "Cohorts"))
            sections.append(("Cohorts", self._match(self._cohort(number, name) for number, name in names)))
        return tabs, sections

    @property
    def _plural(self) -> str:
        return self._group_key.label if self._group_key else "Users"

    def properties(self) -> list[Choice]:
        seen = list_shown_properties(self._project, scope=Scope.PROFILE, group_key=self._group_key, limit=_MOST_NAMES)
        stored = [self._property(one, lead=self._subject) for one in seen if one.name not in BUILT_IN]
        built_in = [
            self._property_choice(name, label_built_in(name), type_of_built_in(name), self._subject)
            for name in BUILT_IN
        ]
        return self._match(sorted([*stored, *built_in], key=lambda one: one.label.casefold()))

    def event_properties(self) -> list[Choice]:
        seen = list_shown_properties(self._project, scope=Scope.EVENT, group_key=None, limit=_MOST_NAMES)
        found = [self._property(one, lead="Event") for one in seen]
        return self._match(sorted(found, key=lambda one: one.label.casefold()))

    def _property(self, definition: PropertyDefinition, *, lead: str) -> Choice:
        types = types_of_kinds(definition.kinds)
        label = definition.label or label_property(definition.name)
        return self._property_choice(definition.name, label, types[0] if types else Type.STRING, lead)

    def _property_choice(self, name: str, label: str, kind: Type, lead: str) -> Choice:
        return Choice(
            value=f"pick:{self._target}:property.{kind}:{name}",
            icon=TYPE_ICONS[kind],
            lead=lead,
            label=label,
            name=name,
            kind="event_property" if lead == "Event" else "property",
            kind_label=TYPE_LABELS[kind],
        )

    def events(self) -> list[Choice]:
        seen = list_shown_events(self._project, limit=_MOST_NAMES)
        return self._match(
            Choice(
                value=f"pick:{self._target}:event:{event.name}",
                icon="mouse-pointer-click",
                lead="Event",
                label=event.label or event.name,
                name=event.name,
                kind="event",
                kind_label="Event",
            )
            for event in seen
        )

    def _cohort(self, number: int, name: str) -> Choice:
        return Choice(
            value=f"pick:{self._target}:cohort:{number}",
            icon="users",
            lead="In cohort",
            label=name,
            name=name,
            kind="cohort",
            kind_label="Cohort",
        )

    def _match(self, choices: Iterable[Choice]) -> list[Choice]:
        """Those that begin with what is searched stand first."""
        text = self._search
        found = [one for one in choices if text in one.label.casefold() or text in one.name.casefold()]
        return sorted(found, key=lambda one: not one.label.casefold().startswith(text)) if text else found


def read_menu(params: QueryDict, project: Project, group_key: GroupKey | None, cohorts: CohortResolver) -> Menu:
    """The menu that a page asks for by `for`, `offer`, `search` and `tab`. Raises `BadForm`."""
    offer = params.get("offer", "")
    return build_menu(
        project,
        group_key,
        cohorts,
        target=parse_target(params.get("for", "")),
        offer=Offer(offer) if offer in set(Offer) else Offer.ALL,
        search=params.get("search", "")[:255],
        tab=params.get("tab", ""),
    )
