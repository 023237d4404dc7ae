"""/api/v1/profiles/{distinct_id}/events: what somebody did, newest first."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from profiles_app.api.answers import EventsPage, show_event
from profiles_app.api.cursors import fingerprint, read_cursor, write_cursor
from profiles_app.api.days import Day, make_range
from profiles_app.api.parameters import Cursor, DistinctId, Limit
from profiles_app.api.profiles import ProfileParameters
from profiles_app.api.schema import describe
from profiles_app.api.views import ProjectView
from profiles_app.models import Project
from profiles_app.selectors.activity import FeedPosition, Subject, list_events
from profiles_app.selectors.profiles import get_profile
from profiles_app.selectors.time_limit import time_limit


class EventsParameters(ProfileParameters):
    """Whose events, of which days."""

    from_date = Day(required=False, help_text="The first day, in the project's time zone.")
    to_date = Day(required=False, help_text="The last day, included.")
    cursor = Cursor()
    limit = Limit(default=100)


class EventsByIdParameters(EventsParameters):
    """The same, and which profile."""

    distinct_id = DistinctId(help_text="The distinct id, any that there is.")


@describe(get=("list_profile_events", "List the events of a profile", EventsParameters, EventsPage))
class ProfileEvents(ProjectView):
    """What somebody did, newest first; for a group, the events that carry its id.

    For ids that end in `/` or `/events`: `/api/v1/profile/events?distinct_id=…`.
    """

    def get(self, request: Request, distinct_id: str) -> Response:
        return _answer_events(self.project, distinct_id, self.read(EventsParameters))


@describe(get=("list_events_by_id", "List the events of a profile, whatever its id", EventsByIdParameters, EventsPage))
class ProfileEventsById(ProjectView):
    """What somebody did, by a distinct id in the query string: good for any id."""

    def get(self, request: Request) -> Response:
        chosen = self.read(EventsByIdParameters)
        return _answer_events(self.project, chosen["distinct_id"], chosen)


def _answer_events(project: Project, distinct_id: str, chosen: dict[str, Any]) -> Response:
    group_key = chosen.get("group_key")
    within = make_range(chosen.get("from_date"), chosen.get("to_date"), project=project)
    profile = get_profile(project, group_key=group_key, distinct_id=distinct_id)
    subject = Subject(project=project, profile=profile, group_key=group_key)
    feed = fingerprint("events", project.pk, profile.pk, within)
    with time_limit():
        page = list_events(subject, within=within, after=_read(chosen.get("cursor"), feed), limit=chosen["limit"])
    return Response(
        {
            "next": _write(page.older, feed),
            "results": [show_event(event, distinct_id=distinct_id) for event in page.events],
        }
    )


def _write(position: FeedPosition | None, feed: str) -> str | None:
    return write_cursor(feed, position.time.isoformat(), position.id) if position else None


def _read(cursor: str | None, feed: str) -> FeedPosition | None:
    place = read_cursor(cursor, feed)
    return FeedPosition(time=datetime.fromisoformat(place[0]), id=place[1]) if place else None
