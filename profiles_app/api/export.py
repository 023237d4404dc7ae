"""/api/v1/profiles/export.csv: the people whom a filter matches, as a file."""

from dataclasses import replace
from typing import Final

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request

from profiles_app.api.parameters import MOST_NAMES, DistinctId, Names, Text
from profiles_app.api.profiles import PeopleParameters, make_query
from profiles_app.api.schema import describe
from profiles_app.api.views import ProjectView
from profiles_app.export.response import respond_csv
from profiles_app.export.stream import ExportQuery
from profiles_app.selectors.catalog import list_property_names
from profiles_app.selectors.profiles import find_ids

_CSV: Final = {(200, "text/csv"): OpenApiTypes.STR}


class DistinctIds(Names):
    child = DistinctId()


class FileParameters(PeopleParameters):
    """Which people, in which order, and which columns."""

    columns = Names(
        required=False,
        help_text="The properties, a column each, after the distinct id; all, where it is missing.",
    )
    sort = Text(
        required=False,
        min_length=1,
        max_length=256,
        help_text="A property's name, with `-` first for descending and `+` where the name itself begins with a "
        "sign. People without the property come last. Default: `-$last_seen`.",
    )
    distinct_ids = DistinctIds(
        required=False,
        help_text="Only these people, at most 2,000: written as `columns` are. Ids that nobody has are left out, "
        "and so is who does not match the other parameters.",
    )
    raw = serializers.BooleanField(
        default=False,
        help_text="Leave texts as they are that a spreadsheet would run as a formula. Otherwise those that begin "
        "with `=`, `+`, `-`, `@`, a tab or a carriage return get a leading apostrophe.",
    )


@describe(
    get=("export_profiles", "Export profiles as CSV", FileParameters, _CSV),
    post=("query_export", "Export profiles as CSV, for long filters", FileParameters, _CSV),
)
class ProfilesFile(ProjectView):
    """Everybody whom a filter matches, a line each, in one stream, of one moment.

    The header has the properties' names. The file is UTF-8 without a byte order mark, in the form of RFC 4180;
    packed, where the request accepts gzip. `X-Total-Rows` says how many lines follow the header. An export that
    fails on its way breaks the connection.
    """

    def get(self, request: Request) -> StreamingHttpResponse:
        chosen = self.read(FileParameters)
        group_key, columns = chosen.get("group_key"), chosen.get("columns")
        if columns is None:
            columns = list_property_names(self.project, group_key=group_key, limit=MOST_NAMES)
        people = make_query(self.project, chosen, user_id=self.user_id)
        if "distinct_ids" in chosen:
            found = find_ids(self.project, group_key=group_key, distinct_ids=chosen["distinct_ids"])
            people = replace(people, ids=tuple(found))
        query = ExportQuery(people=people, columns=tuple(columns), raw=chosen["raw"])
        return respond_csv(request._request, query, name=group_key.key if group_key else "users")

    def post(self, request: Request) -> StreamingHttpResponse:
        return self.get(request)
