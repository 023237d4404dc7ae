"""/api/query/stream/query: the events of some people, in Mixpanel's format."""

from typing import Any, Final

from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from profiles_app.api.compatible import StreamAnswer, StreamParameters
from profiles_app.api.days import make_range
from profiles_app.api.request_fields import JsonParser
from profiles_app.api.schema import describe
from profiles_app.api.views import ProjectView
from profiles_app.errors import TooLarge
from profiles_app.selectors.streams import StreamEvent, list_stream
from profiles_app.selectors.time_limit import time_limit

MOST_EVENTS: Final = 20_000


@describe(
    get=("stream_query", "List the events of some people", StreamParameters, StreamAnswer),
    form=("stream_query_by_form", "List the events of some people, by form", StreamParameters, StreamAnswer),
)
class StreamQuery(ProjectView):
    """The events of some users, oldest first, in Mixpanel's format. `/api/2.0/stream/query` is the same.

    All of them or an error: more than 20,000 events are refused.
    """

    parser_classes = [FormParser, MultiPartParser, JsonParser]

    def get(self, request: Request) -> Response:
        chosen = self.read(StreamParameters)
        within = make_range(chosen["from_date"], chosen["to_date"], project=self.project)
        with time_limit():
            events = list_stream(
                self.project, distinct_ids=chosen["distinct_ids"], within=within, limit=MOST_EVENTS + 1
            )
        if len(events) > MOST_EVENTS:
            raise TooLarge(f"These are more than {MOST_EVENTS:,} events. Ask for fewer days or fewer people.")
        return Response({"status": "ok", "results": {"events": [_show(event) for event in events]}})

    def post(self, request: Request) -> Response:
        return self.get(request)


def _show(event: StreamEvent) -> dict[str, Any]:
    own: dict[str, Any] = {"time": int(event.time.timestamp()), "$distinct_id": event.distinct_id}
    # Mixpanel writes the id with and without `$`.
    own["distinct_id"] = event.distinct_id
    if event.insert_id is not None:
        own["$insert_id"] = event.insert_id
    return {"event": event.name, "properties": event.properties | own}
