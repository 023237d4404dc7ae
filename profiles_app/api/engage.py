"""/api/query/engage: profiles in Mixpanel's format, a thousand a page."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from typing import Any, Final

from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from profiles_app.api.answers import choose_properties
from profiles_app.api.compatible import EngageAnswer, EngageParameters
from profiles_app.api.engage_pages import PAGE_SIZE, get_page
from profiles_app.api.request_fields import JsonParser
from profiles_app.api.schema import describe
from profiles_app.api.views import ProjectView
from profiles_app.display.labels import DISTINCT_ID, UPDATED_AT
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.tree import All, CohortLeaf, Filter, Node, Population, Property, Type
from profiles_app.models import Project
from profiles_app.selectors.people import PeopleQuery, Person

# The format has no room for a zone; it is UTC.
_TIME: Final = "%Y-%m-%dT%H:%M:%S"


@describe(
    get=("engage", "Query profiles", EngageParameters, EngageAnswer),
    form=("engage_by_form", "Query profiles, by form", EngageParameters, EngageAnswer),
)
class Engage(ProjectView):
    """Profiles in Mixpanel's format. `/api/2.0/engage` is the same.

    For the next page send `page` + 1 with the `session_id` of any answer before, and otherwise the same
    parameters; a page with fewer than `page_size` results is the last. Instead of `where` and
    `behaviors`, which are refused, there is `filter`.
    """

    parser_classes = [FormParser, MultiPartParser, JsonParser]

    def get(self, request: Request) -> Response:
        chosen = self.read(EngageParameters)
        query = _make_query(self.project, chosen, user_id=self.user_id)
        with _faults_of(chosen):
            page = get_page(query, page=chosen["page"], session_id=chosen.get("session_id", ""))
        return Response(
            {
                "page": chosen["page"],
                "page_size": PAGE_SIZE,
                "session_id": page.session_id,
                "status": "ok",
                "total": page.total,
                "results": [_show(person, chosen.get("output_properties")) for person in page.people],
            }
        )

    def post(self, request: Request) -> Response:
        return self.get(request)


def _make_query(project: Project, chosen: dict[str, Any], *, user_id: int | None) -> PeopleQuery:
    return PeopleQuery(
        project=project,
        group_key=chosen.get("data_group_id") or chosen.get("group_key"),
        population=_choose_population(chosen),
        filter=Filter(where=All(tuple(node for _, node in _list_conditions(chosen)))),
        sort=DISTINCT_ID,
        descending=False,
        user_id=user_id,
    )


def _choose_population(chosen: dict[str, Any]) -> Population:
    """People without a profile come with the members of a cohort, unless they are not wanted; or where
    the filter asks for them."""
    if "filter" in chosen:
        return Population(chosen["filter"].population)
    everybody = "filter_by_cohort" in chosen and chosen["include_all_users"]
    return Population.ALL if everybody else Population.PROFILES


def _list_conditions(chosen: dict[str, Any]) -> Iterable[tuple[str, Node]]:
    """All of which must hold, with the parameters that they come from."""
    if "filter" in chosen:
        yield "filter", chosen["filter"].where
    if "filter_by_cohort" in chosen:
        yield "filter_by_cohort", CohortLeaf(cohort=chosen["filter_by_cohort"])
    if "distinct_id" in chosen:
        yield "distinct_id", _is_one_of([chosen["distinct_id"]])
    if "distinct_ids" in chosen:
        yield "distinct_ids", _is_one_of(chosen["distinct_ids"])


@contextmanager
def _faults_of(chosen: dict[str, Any]) -> Iterator[None]:
    """Tells the faults of the whole tree at the places in the parameters that they come from."""
    try:
        yield
    except BadFilter as bad:
        places = {f"where.all[{number}]": name for number, (name, _) in enumerate(_list_conditions(chosen))}
        raise BadFilter([replace(fault, path=_find_place(fault.path, places)) for fault in bad.problems]) from None


def _find_place(path: str, places: dict[str, str]) -> str:
    start, bracket, rest = path.partition("]")
    name = places[start + bracket]
    return f"where{rest}" if name == "filter" else name


def _is_one_of(distinct_ids: list[str]) -> Node:
    return Property(name=DISTINCT_ID, type=Type.STRING, op="is", value=tuple(distinct_ids))


def _show(person: Person, names: list[str] | None) -> dict[str, Any]:
    properties = dict(person.properties)
    if person.updated_at is not None:
        properties[UPDATED_AT] = person.updated_at.astimezone(UTC).strftime(_TIME)
    return {"$distinct_id": person.distinct_id, "$properties": choose_properties(properties, names)}
