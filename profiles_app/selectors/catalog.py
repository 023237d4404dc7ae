"""Reading the catalog of names."""

from profiles_app.models import GroupKey, Project, PropertyDefinition, Scope


def list_property_names(project: Project, *, group_key: GroupKey | None, limit: int) -> list[str]:
    """The first `limit` names of profile properties that are not hidden, in the order in which they
    were first seen; names that came in one batch by alphabet."""
    names = PropertyDefinition.objects.filter(
        project=project, scope=Scope.PROFILE, group_key=group_key, hidden=False
    ).order_by("first_seen", "name")
    return list(names.values_list("name", flat=True)[:limit])
