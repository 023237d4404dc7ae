"""What the catalog knows of the names in a draft: labels, kinds, and whether they have been seen."""

from dataclasses import dataclass, field
from typing import Final

from profiles_app.builder.draft import Card, CohortRow, Draft, EventRow, Node, PropertyRow, StepRow, list_children
from profiles_app.display.labels import label_property
from profiles_app.filters.check import knows_name
from profiles_app.filters.cohorts import CohortResolver, name_cohort
from profiles_app.filters.properties import BUILT_IN, CREATED_AT, DISTINCT_ID, FIRST_EVENT, LAST_EVENT, split_path
from profiles_app.filters.tree import Type
from profiles_app.models import EventName, GroupKey, Kind, Project, PropertyDefinition, Scope
from profiles_app.selectors.catalog import find_events, find_properties

# In this order the first kind of a property is the one that it is taken for.
TYPES_BY_KIND: Final = (
    (Kind.DATE, Type.DATE),
    (Kind.STRING, Type.STRING),
    (Kind.NUMBER, Type.NUMBER),
    (Kind.BOOLEAN, Type.BOOLEAN),
    (Kind.LIST, Type.LIST),
    (Kind.OBJECT, Type.ANY),
)
_BUILT_IN_LABELS: Final = {CREATED_AT: "Row created", FIRST_EVENT: "First event", LAST_EVENT: "Last event"}


def types_of_kinds(kinds: int) -> list[Type]:
    """The types that a property of these kinds can be asked by, the likeliest first."""
    return [kind for bit, kind in TYPES_BY_KIND if kinds & bit]


def type_of_built_in(name: str) -> Type:
    return Type.STRING if name == DISTINCT_ID else Type.DATE


def label_built_in(name: str) -> str:
    return _BUILT_IN_LABELS.get(name) or label_property(name)


@dataclass
class _Needed:
    properties: set[str] = field(default_factory=set)
    event_properties: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    cohorts: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Names:
    """Read once for a draft: three queries at most, none for an empty one."""

    properties: dict[str, PropertyDefinition]
    event_properties: dict[str, PropertyDefinition]
    events: dict[str, EventName]
    cohorts: dict[int, str | None]

    def label(self, name: str, *, of_event: bool) -> str:
        if not of_event and name in BUILT_IN:
            return label_built_in(name)
        known = (self.event_properties if of_event else self.properties).get(name)
        return (known.label if known else "") or label_property(name)

    def label_event(self, name: str) -> str:
        known = self.events.get(name)
        return (known.label if known else "") or name

    def types(self, name: str, *, of_event: bool) -> list[Type]:
        """The types that its values have had."""
        if not of_event and name in BUILT_IN:
            return [type_of_built_in(name)]
        known = (self.event_properties if of_event else self.properties).get(name)
        return types_of_kinds(known.kinds) if known else []

    def has_property(self, name: str, *, of_event: bool) -> bool:
        if not of_event and name in BUILT_IN:
            return True
        return knows_name(name, (self.event_properties if of_event else self.properties).__contains__)


def read_names(draft: Draft, project: Project, group_key: GroupKey | None, cohorts: CohortResolver) -> Names:
    needed = _Needed()
    _collect(draft, needed, of_event=False)
    return Names(
        properties=find_properties(project, scope=Scope.PROFILE, group_key=group_key, names=needed.properties),
        event_properties=find_properties(project, scope=Scope.EVENT, group_key=None, names=needed.event_properties),
        events=find_events(project, needed.events),
        cohorts={number: name_cohort(cohorts, number) for number in needed.cohorts},
    )


def _collect(node: Node, needed: _Needed, *, of_event: bool) -> None:
    match node:
        case PropertyRow(name=name):
            path = split_path(name)
            found = needed.event_properties if of_event else needed.properties
            found.update({name, path[0]} if path else {name})
        case EventRow(event=event, of=of):
            needed.events.add(event)
            needed.event_properties.update({of} if of else ())
        case StepRow(event=event):
            needed.events.add(event)
        case CohortRow(number=number) if number:
            needed.cohorts.add(number)
    inside = of_event or not isinstance(node, Card)
    for child in list_children(node):
        _collect(child, needed, of_event=inside and not isinstance(child, StepRow))
