"""Reading the catalog of names."""

from collections.abc import Collection
from dataclasses import dataclass

from profiles_app.models import EventName, GroupKey, Kind, Project, PropertyDefinition, Scope


def list_property_names(project: Project, *, group_key: GroupKey | None, limit: int) -> list[str]:
    """The first `limit` names of profile properties that are not hidden, in the order in which they
    were first seen; names that came in one batch by alphabet."""
    names = PropertyDefinition.objects.filter(
        project=project, scope=Scope.PROFILE, group_key=group_key, hidden=False
    ).order_by("first_seen", "name")
    return list(names.values_list("name", flat=True)[:limit])


@dataclass(frozen=True, kw_only=True)
class SeenProperty:
    """A property of profiles: the kinds of value that it has had, and whether admins hide it."""

    kinds: Kind
    hidden: bool


def list_seen_properties(project: Project, *, group_key: GroupKey | None) -> dict[str, SeenProperty]:
    """All properties of profiles by their names, hidden ones too."""
    found = PropertyDefinition.objects.filter(project=project, scope=Scope.PROFILE, group_key=group_key)
    return {
        name: SeenProperty(kinds=Kind(kinds), hidden=hidden)
        for name, kinds, hidden in found.values_list("name", "kinds", "hidden")
    }


def find_properties(
    project: Project, *, scope: Scope, group_key: GroupKey | None, names: Collection[str]
) -> dict[str, PropertyDefinition]:
    """Those of the names that have been seen."""
    if not names:
        return {}
    found = PropertyDefinition.objects.filter(project=project, scope=scope, group_key=group_key, name__in=names)
    return {definition.name: definition for definition in found}


def find_events(project: Project, names: Collection[str]) -> dict[str, EventName]:
    """Those of the names that have been seen."""
    if not names:
        return {}
    return {event.name: event for event in EventName.objects.filter(project=project, name__in=names)}


def list_shown_properties(
    project: Project, *, scope: Scope, group_key: GroupKey | None, limit: int
) -> list[PropertyDefinition]:
    """The first `limit` by name that are not hidden."""
    found = PropertyDefinition.objects.filter(project=project, scope=scope, group_key=group_key, hidden=False)
    return list(found.order_by("name")[:limit])


def list_shown_events(project: Project, *, limit: int) -> list[EventName]:
    """The first `limit` by name that are not hidden."""
    return list(EventName.objects.filter(project=project, hidden=False).order_by("name")[:limit])
