"""What somebody did: pages of events, newest first, and a summary by day and name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, F, Func, JSONField, Max, Q, QuerySet, Value
from django.db.models.functions import TruncDay

from profiles_app.models import Event, EventName, GroupKey, Profile, Project

PAGE_SIZE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose events: a user's own, or those that carry a group's id under the group key."""

    project: Project
    profile: Profile
    group_key: GroupKey | None = None


@dataclass(frozen=True, kw_only=True)
class ActivityRange:
    """Events from `start` until before `end`; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FeedPosition:
    """The last event that was shown."""

    time: datetime
    id: int


@dataclass(frozen=True, kw_only=True)
class FeedEvent:
    """`actor`: who did it, where it is asked for: on the page of a group."""

    id: int
    name: str
    time: datetime
    properties: dict[str, Any]
    actor: Profile | None = None


@dataclass(frozen=True, kw_only=True)
class FeedPage:
    events: list[FeedEvent]
    older: FeedPosition | None


@dataclass(frozen=True, kw_only=True)
class ActivitySummary:
    """Counts of events by day (in the project's time zone), and by name, hidden ones included."""

    by_day: Counter[date] = field(default_factory=Counter)
    by_name: Counter[str] = field(default_factory=Counter)

    @property
    def shown(self) -> int:
        return self.by_day.total()


class _Property(Func):
    function = "jsonb_extract_path"
    output_field = JSONField()


def list_events(
    subject: Subject,
    *,
    within: ActivityRange,
    hidden: Sequence[str] = (),
    after: FeedPosition | None = None,
    limit: int = PAGE_SIZE,
) -> FeedPage:
    """The newest `limit` events, or those older than a position."""
    events = _events(subject, within=within)
    names = _names_of(subject.project)
    if hidden:
        events = events.exclude(name_id__in=[number for number, name in names.items() if name in set(hidden)])
    if after is not None:
        # `time <=` alone lets the index begin at the right place; the rest settles ties.
        events = events.filter(Q(time__lt=after.time) | Q(id__lt=after.id), time__lte=after.time)
    fields = ("id", "name_id", "time", "properties", "profile_id")
    found = list(events.order_by("-time", "-id").values_list(*fields)[: limit + 1])
    actors = _list_actors(subject, {row[4] for row in found})
    page = [
        FeedEvent(id=row[0], name=names.get(row[1], ""), time=row[2], properties=row[3], actor=actors.get(row[4]))
        for row in found[:limit]
    ]
    more = len(found) > limit
    return FeedPage(events=page, older=FeedPosition(time=page[-1].time, id=page[-1].id) if more else None)


def summarize_activity(subject: Subject, *, within: ActivityRange, hidden: Sequence[str] = ()) -> ActivitySummary:
    """How many events on which day and of which name."""
    names = _names_of(subject.project)
    day = TruncDay("time", tzinfo=subject.project.zone)
    rows = _events(subject, within=within).values_list(day, "name_id").annotate(number=Count("*")).order_by()
    summary = ActivitySummary()
    for moment, name_id, number in rows:
        name = names.get(name_id, "")
        summary.by_name[name] += number
        if name not in hidden:
            summary.by_day[moment.date()] += number
    return summary


def find_last_event_time(subject: Subject) -> datetime | None:
    """When the newest event of all happened."""
    found: datetime | None = _events(subject, within=ActivityRange()).aggregate(last=Max("time"))["last"]
    return found


def _events(subject: Subject, *, within: ActivityRange) -> QuerySet[Event]:
    events = Event.objects.filter(project=subject.project)
    if subject.group_key is None:
        events = events.filter(profile=subject.profile)
    else:
        # `@>` holds for an equal string and for a list that contains it.
        events = events.alias(group=_Property(F("properties"), Value(subject.group_key.key))).filter(
            group__contains=subject.profile.distinct_id
        )
    if within.start is not None:
        events = events.filter(time__gte=within.start)
    return events if within.end is None else events.filter(time__lt=within.end)


def _list_actors(subject: Subject, numbers: set[int]) -> dict[int, Profile]:
    """Whoever did the events of a group; on their own page, people know whose it is."""
    if subject.group_key is None:
        return {}
    actors = Profile.objects.filter(project=subject.project, group_key=None, deleted_at=None).in_bulk(numbers)
    for actor in actors.values():
        actor.project = subject.project
    return actors


def _names_of(project: Project) -> dict[int, str]:
    return dict(EventName.objects.filter(project=project).values_list("id", "name"))
