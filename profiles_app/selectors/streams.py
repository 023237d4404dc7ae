"""The events of several people at once, in the order in which they happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles_app.models import Event, EventName, Profile, Project
from profiles_app.selectors.activity import ActivityRange


@dataclass(frozen=True, kw_only=True)
class StreamEvent:
    """One event and who did it."""

    name: str
    time: datetime
    distinct_id: str
    insert_id: str | None
    properties: dict[str, Any]


def list_stream(project: Project, *, distinct_ids: list[str], within: ActivityRange, limit: int) -> list[StreamEvent]:
    """The first `limit` events of these users, oldest first; unknown ids have none."""
    people = dict(
        Profile.objects.filter(project=project, group_key=None, distinct_id__in=distinct_ids, deleted_at=None)
        .values_list("id", "distinct_id")
    )  # fmt: skip
    names = dict(EventName.objects.filter(project=project).values_list("id", "name"))
    events = Event.objects.filter(project=project, profile_id__in=people)
    if within.start is not None:
        events = events.filter(time__gte=within.start)
    if within.end is not None:
        events = events.filter(time__lt=within.end)
    fields = ("name_id", "time", "profile_id", "insert_id", "properties")
    return [
        StreamEvent(name=names.get(row[0], ""), time=row[1], distinct_id=people[row[2]], insert_id=row[3],
                    properties=row[4])
        for row in events.order_by("time", "id").values_list(*fields)[:limit]
    ]  # fmt: skip
