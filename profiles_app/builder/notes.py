"""What the menu says of the item under the pointer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.http import QueryDict

from profiles_app.builder.names import label_built_in, type_of_built_in, types_of_kinds
from profiles_app.builder.suggestions import show_value
from profiles_app.builder.words import TYPE_ICONS, TYPE_LABELS
from profiles_app.display.labels import label_property
from profiles_app.errors import TooSlow, Unavailable
from profiles_app.filters.properties import BUILT_IN
from profiles_app.filters.tree import Type
from profiles_app.models import GroupKey, Project, Scope
from profiles_app.selectors.catalog import find_events, find_properties
from profiles_app.selectors.values import list_values

_EXAMPLES: Final = 5
_BUILT_IN_TEXTS: Final = {
    "$distinct_id": "The ID that profiles and events are sent with.",
    "$created_at": "When Roster first heard of it.",
    "$last_seen": "When a property was last changed.",
    "$first_event": "The time of the first event.",
    "$last_event": "The time of the last event.",
}


@dataclass(frozen=True, kw_only=True)
class Note:
    label: str
    name: str
    kind: str
    icon: str
    text: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    examples: list[tuple[str, int]] = field(default_factory=list)


def read_note(params: QueryDict, project: Project, group_key: GroupKey | None) -> Note | None:
    """The note on `kind` and `name`; None for what is not in the catalog."""
    kind, name = params.get("kind", ""), params.get("name", "").replace("\0", "")
    if kind == "event":
        return _read_event(project, name)
    if kind == "cohort":
        return Note(label=name, name=name, kind="Cohort", icon="users", text="Whoever is in the cohort at this moment.")
    if kind == "property" and name in BUILT_IN:
        value_type = type_of_built_in(name)
        return Note(
            label=label_built_in(name),
            name=name,
            kind=TYPE_LABELS[value_type],
            icon=TYPE_ICONS[value_type],
            text=_BUILT_IN_TEXTS[name],
        )
    return _read_property(project, group_key, Scope.EVENT if kind == "event_property" else Scope.PROFILE, name)


def _read_event(project: Project, name: str) -> Note | None:
    event = find_events(project, [name]).get(name)
    if event is None:
        return None
    return Note(
        label=event.label or name,
        name=name,
        kind="Event",
        icon="mouse-pointer-click",
        first_seen=event.first_seen,
        last_seen=event.last_seen,
    )


def _read_property(project: Project, group_key: GroupKey | None, scope: Scope, name: str) -> Note | None:
    group_key = group_key if scope == Scope.PROFILE else None
    known = find_properties(project, scope=scope, group_key=group_key, names=[name]).get(name)
    if known is None:
        return None
    types = types_of_kinds(known.kinds) or [Type.ANY]
    return Note(
        label=known.label or label_property(name),
        name=name,
        kind=" or ".join(TYPE_LABELS[kind].lower() for kind in types).capitalize(),
        icon=TYPE_ICONS[types[0]],
        first_seen=known.first_seen,
        last_seen=known.last_seen,
        examples=_read_examples(project, group_key, scope, name),
    )


def _read_examples(project: Project, group_key: GroupKey | None, scope: Scope, name: str) -> list[tuple[str, int]]:
    """None where counting them takes too long: they are only a help."""
    try:
        found = list_values(
            project, scope=scope, group_key=group_key, event=None, name=name, prefix="", limit=_EXAMPLES
        )
    except (TooSlow, Unavailable):
        return []
    return [(show_value(value), number) for value, number in found]
