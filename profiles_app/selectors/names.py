"""Pages of the catalog's names, in the order of the alphabet."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from profiles_app.models import EventName, GroupKey, Project, PropertyDefinition, Scope

Named = TypeVar("Named", bound=Model)


def list_properties(
    project: Project, *, scope: Scope, group_key: GroupKey | None, search: str, after: str, limit: int
) -> tuple[list[PropertyDefinition], str | None]:
    """The first `limit` properties after a name whose name or label contains `search`, in any case, and
    the name to go on after: None at the end. Hidden ones are among them."""
    found = PropertyDefinition.objects.filter(project=project, scope=scope, group_key=group_key)
    return _cut(found, search=search, after=after, limit=limit)


def list_event_names(project: Project, *, search: str, after: str, limit: int) -> tuple[list[EventName], str | None]:
    """The same of the events of a project."""
    return _cut(EventName.objects.filter(project=project), search=search, after=after, limit=limit)


def _cut(names: QuerySet[Named], *, search: str, after: str, limit: int) -> tuple[list[Named], str | None]:
    if search:
        names = names.filter(name__icontains=search) | names.filter(label__icontains=search)
    if after:
        names = names.filter(name__gt=after)
    found = list(names.order_by("name")[: limit + 1])
    page = found[:limit]
    return page, getattr(page[-1], "name", None) if len(found) > limit else None
