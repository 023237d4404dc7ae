"""Reading the catalog of names."""

from dataclasses import dataclass

from profiles_app.models import GroupKey, Kind, Project, PropertyDefinition, Scope


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
