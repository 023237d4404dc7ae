"""Lists of people that scripts bring to static cohorts, and what became of each line."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.request import UnreadablePostError
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts_app.api.answers import Lists, OneList
from cohorts_app.api.base import CohortView
from cohorts_app.api.parameters import ListParameters, NoParameters
from cohorts_app.models import Cohort, Identify, MemberList
from cohorts_app.outcomes import respond_outcomes
from cohorts_app.selectors.cohorts import Actor
from cohorts_app.selectors.lists import get_list, list_lists
from cohorts_app.services.list_reading import read_file
from cohorts_app.services.lists import keep_list
from cohorts_app.services.members import check_static
from cohorts_app.work import start_list
from profiles_app.api.schema import describe
from profiles_app.errors import BadInput, TooLarge
from profiles_app.ingest.body import get_reader

MOST_BYTES: Final = 2**30
_KINDS: Final = ("text/csv", "text/plain", "application/gzip")
_PIECE: Final = 2**20
_ENCODINGS: Final = ("", "identity", "gzip", "x-gzip")
ACCEPTED: Final = (202, "application/json")


class NoParser(BaseParser):
    """Leaves the body where it is: it is read, and its kind judged, after the credentials were."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


def answer_list(actor: Actor, cohort: Cohort, lines: Iterable[str], chosen: Mapping[str, Any]) -> Response:
    """Keeps a list and applies it, or has it applied. `chosen` is what `ListParameters` read."""
    kept = keep_list(
        actor,
        cohort,
        lines,
        identify=Identify(chosen["identify"]),
        creates_unknown=chosen["create_unknown"],
        removes=chosen["action"] == "remove",
    )
    start_list(kept)
    return Response(OneList(MemberList.objects.get(pk=kept.pk)).data, status=202)


@describe(
    get=("list_lists", "List the lists that were brought to a cohort", NoParameters, Lists),
    csv=("bring_list", "Add or remove the people of a CSV file", ListParameters, {ACCEPTED: OneList}),
)
class ListsView(CohortView):
    """The lists of people that were brought to a static cohort, newest first.

    A POST brings one as CSV or plain text, as it is or packed with gzip: the column named `distinct_id` or `email`,
    else the first; up to 2,000,000 lines. Up to 5,000 are applied at once; more are `waiting`, and soon `done`: see
    `lists/{list_id}`.
    """

    parser_classes = [NoParser]

    def get(self, request: Request, cohort_id: int) -> Response:
        self.read(NoParameters)
        return Response({"results": OneList(list_lists(self.find(cohort_id)), many=True).data})

    def post(self, request: Request, cohort_id: int) -> Response:
        cohort, chosen = self.find(cohort_id), self.read(ListParameters)
        check_static(self.actor, cohort)
        if request._request.content_type not in _KINDS:
            raise UnsupportedMediaType(request.content_type)
        with _take_body(request._request) as file:
            return answer_list(self.actor, cohort, read_file(file), chosen)


@contextmanager
def _take_body(request: HttpRequest) -> Iterator[IO[bytes]]:
    """The body as a file that is gone afterwards. Raises `BadInput` and `TooLarge`."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        raise BadInput(f"Content-Encoding {encoding!r} is not understood. Send gzip or plain.")
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        read = get_reader(request)
        try:
            while piece := read(_PIECE):
                file.write(piece)
                if file.tell() > MOST_BYTES:
                    raise TooLarge(f"A list has at most {MOST_BYTES // 2**20:,} MB. Pack it with gzip, or divide it.")
        except UnreadablePostError:
            raise BadInput("The request ended before its body was complete. Send it again.") from None
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isdigit() and file.tell() < int(declared):
            raise BadInput("The request ended before its body was complete. Send it again.")
        file.seek(0)
        yield file


@describe(get=("get_list", "Get what became of a list", NoParameters, OneList))
class OneListView(CohortView):
    """How far a list of people has come, and how many of its lines had each outcome."""

    def get(self, request: Request, cohort_id: int, list_id: int) -> Response:
        self.read(NoParameters)
        return Response(OneList(get_list(self.find(cohort_id), list_id)).data)


@describe(
    get=("get_outcomes", "Get the outcome of each line as CSV", NoParameters, {(200, "text/csv"): OpenApiTypes.STR})
)
class OutcomesFile(CohortView):
    """Each line of a list that is done, with what became of it. Kept for 30 days."""

    def get(self, request: Request, cohort_id: int, list_id: int) -> StreamingHttpResponse:
        self.read(NoParameters)
        return respond_outcomes(get_list(self.find(cohort_id), list_id))
