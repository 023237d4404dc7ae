"""/api/v1/cohorts: cohorts, their members and their sizes."""

from dataclasses import replace
from typing import Any, Final

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts_app.api.answers import (
    Cohorts,
    ListedCohort,
    OneCohort,
    OneList,
    OneSize,
    Sizes,
    list_compatibly,
)
from cohorts_app.api.base import CohortView
from cohorts_app.api.lists import ACCEPTED, answer_list
from cohorts_app.api.parameters import (
    ChangedCohortParameters,
    CohortsParameters,
    CompatibleListParameters,
    MembersChangeParameters,
    MembersFileParameters,
    MembersParameters,
    NewCohortParameters,
    NoParameters,
    SizesParameters,
)
from cohorts_app.models import Kind, Size
from cohorts_app.models.cohort import PRIVATE
from cohorts_app.selectors.cohorts import list_cohorts
from cohorts_app.selectors.membership import query_members
from cohorts_app.services.cohorts import Fields, change_cohort, create_cohort, delete_cohorts, fields_of
from cohorts_app.services.members import create_list_of
from cohorts_app.services.sizes import record_sizes
from profiles_app.api.answers import ProfilesPage, show_person
from profiles_app.api.cursors import read_position, write_position
from profiles_app.api.days import make_range
from profiles_app.api.parameters import MOST_NAMES
from profiles_app.api.request_fields import JsonParser
from profiles_app.api.schema import NOTHING, describe
from profiles_app.export.response import respond_csv
from profiles_app.export.stream import ExportQuery
from profiles_app.filters.writing import write_filter
from profiles_app.selectors.catalog import list_property_names
from profiles_app.selectors.people import PeopleQuery, read_people

_CSV: Final = {(200, "text/csv"): OpenApiTypes.STR}
_CREATED: Final = (201, "application/json")
_COHORT_FIELDS: Final = {"name": "name", "description": "description", "verified": "is_verified"}


@describe(
    get=("list_cohorts", "List cohorts", CohortsParameters, Cohorts),
    post=("create_cohort", "Create a cohort", NewCohortParameters, {_CREATED: OneCohort}),
)
class CohortList(CohortView):
    """The cohorts that the caller may use, by name; private ones are their maker's alone."""

    def get(self, request: Request) -> Response:
        chosen = self.read(CohortsParameters)
        found = list_cohorts(self.project.pk, user_id=self.user_id)
        if chosen.get("search"):
            found = found.filter(name__icontains=chosen["search"])
        if "kind" in chosen:
            found = found.filter(kind=chosen["kind"])
        if "group_key" in chosen:
            found = found.filter(group_key=chosen["group_key"])
        return Response({"results": OneCohort(found, many=True).data})

    def post(self, request: Request) -> Response:
        chosen = self.read(NewCohortParameters)
        fields = _choose_fields(Fields(name=""), chosen)
        kind, group_key = Kind(chosen["kind"]), chosen.get("group_key")
        if kind == Kind.STATIC and "filter" in chosen:
            tree = chosen["filter"]
            query = PeopleQuery(
                project=self.project,
                group_key=group_key,
                population=tree.population,
                filter=tree,
                user_id=self.user_id,
            )
            cohort = create_list_of(self.actor, replace(fields, definition=None), query)
        else:
            cohort = create_cohort(self.actor, fields, kind=kind, group_key=group_key)
        record_sizes([cohort])
        return Response(OneCohort(self.find(cohort.pk)).data, status=201)


def _choose_fields(fields: Fields, chosen: dict[str, Any]) -> Fields:
    """The fields with those that a request gives."""
    changes = {ours: chosen[name] for name, ours in _COHORT_FIELDS.items() if name in chosen}
    if "visibility" in chosen:
        changes["is_private"] = chosen["visibility"] == PRIVATE
    if "filter" in chosen:
        changes["definition"] = write_filter(chosen["filter"])
    return replace(fields, **changes)


@describe(
    get=("get_cohort", "Get a cohort", NoParameters, OneCohort),
    patch=("change_cohort", "Change a cohort", ChangedCohortParameters, OneCohort),
    delete=("delete_cohort", "Delete a cohort", NoParameters, NOTHING),
)
class OneCohortView(CohortView):
    """One cohort. Who made it and admins change it. Filters that use a deleted one say so, and answer nobody."""

    def get(self, request: Request, cohort_id: int) -> Response:
        self.read(NoParameters)
        return Response(OneCohort(self.find(cohort_id)).data)

    def patch(self, request: Request, cohort_id: int) -> Response:
        cohort, chosen = self.find(cohort_id), self.read(ChangedCohortParameters)
        fields = _choose_fields(fields_of(cohort), chosen)
        change_cohort(self.actor, cohort, fields, version=chosen.get("version", cohort.version))
        return Response(OneCohort(self.find(cohort_id)).data)

    def delete(self, request: Request, cohort_id: int) -> Response:
        self.read(NoParameters)
        delete_cohorts(self.actor, [self.find(cohort_id)])
        return Response(status=204)


@describe(
    get=("list_members", "List the members of a cohort", MembersParameters, ProfilesPage),
    post=(
        "change_members",
        "Add or remove members of a static cohort",
        MembersChangeParameters,
        {ACCEPTED: OneList},
    ),
)
class Members(CohortView):
    """Who is in a cohort at this moment: a page of them, and how many in all.

    A POST brings distinct ids or e-mails. Up to 5,000 are applied at once; more are `waiting`, and soon `done`:
    see `lists/{list_id}`.
    """

    def get(self, request: Request, cohort_id: int) -> Response:
        cohort, chosen = self.find(cohort_id), self.read(MembersParameters)
        query = query_members(cohort, user_id=self.user_id)
        page, total = read_people(query, at=read_position(chosen.get("cursor"), query), limit=chosen["limit"])
        rows = [
            show_person(person, group_key=cohort.group_key, columns=chosen.get("columns")) for person in page.people
        ]
        return Response({"total": total, "next": write_position(page.next, query), "results": rows})

    def post(self, request: Request, cohort_id: int) -> Response:
        cohort, chosen = self.find(cohort_id), self.read(MembersChangeParameters)
        return answer_list(self.actor, cohort, chosen["values"], chosen)


@describe(get=("export_members", "Export the members of a cohort as CSV", MembersFileParameters, _CSV))
class MembersFile(CohortView):
    """Everybody in a cohort, a line each, in one stream: see `/api/v1/profiles/export.csv`."""

    def get(self, request: Request, cohort_id: int) -> StreamingHttpResponse:
        cohort, chosen = self.find(cohort_id), self.read(MembersFileParameters)
        columns = chosen.get("columns")
        if columns is None:
            columns = list_property_names(self.project, group_key=cohort.group_key, limit=MOST_NAMES)
        people = query_members(cohort, user_id=self.user_id)
        query = ExportQuery(people=people, columns=tuple(columns), raw=chosen["raw"])
        return respond_csv(request._request, query, name=f"cohort-{cohort.pk}")


@describe(
    get=("list_sizes", "List the sizes of a cohort over time", SizesParameters, Sizes),
    post=("record_size", "Record the size of a cohort now", NoParameters, {_CREATED: OneSize}),
)
class SizesView(CohortView):
    """How large a cohort was, oldest first: it is recorded daily, after each change, and by a POST here."""

    def get(self, request: Request, cohort_id: int) -> Response:
        cohort, chosen = self.find(cohort_id), self.read(SizesParameters)
        within = make_range(chosen.get("from_date"), chosen.get("to_date"), project=self.project)
        sizes = Size.objects.filter(cohort=cohort).defer("members").order_by("at")
        if within.start:
            sizes = sizes.filter(at__gte=within.start)
        if within.end:
            sizes = sizes.filter(at__lt=within.end)
        return Response({"results": OneSize(sizes, many=True).data})

    def post(self, request: Request, cohort_id: int) -> Response:
        self.read(NoParameters)
        cohort = self.find(cohort_id)
        record_sizes([cohort])
        return Response(OneSize(Size.objects.filter(cohort=cohort).latest("at")).data, status=201)


@describe(
    get=("compatible_cohorts", "List cohorts in Mixpanel's format", CompatibleListParameters, ListedCohort(many=True)),
    form=("compatible_cohorts_by_form", "List cohorts, by form", CompatibleListParameters, ListedCohort(many=True)),
)
class CompatibleList(CohortView):
    """The cohorts in Mixpanel's format; those of kinds of groups are among them. `/api/2.0/cohorts/list` is the same.
    For the members of one ask `/api/query/engage` with `filter_by_cohort`."""

    parser_classes = [FormParser, MultiPartParser, JsonParser]

    def get(self, request: Request) -> Response:
        self.read(CompatibleListParameters)
        return Response([list_compatibly(cohort) for cohort in list_cohorts(self.project.pk, user_id=self.user_id)])

    def post(self, request: Request) -> Response:
        return self.get(request)
