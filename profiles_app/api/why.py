"""/api/v1/profiles/{distinct_id}/why: why a filter finds somebody, or does not."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from profiles_app.api.parameters import DistinctId, FilterTree
from profiles_app.api.profiles import ProfileParameters
from profiles_app.api.schema import describe
from profiles_app.api.views import ProjectView
from profiles_app.filters.leaves import LARGEST_ID
from profiles_app.filters.tree import CohortLeaf, Filter, Population
from profiles_app.models import Project
from profiles_app.selectors.people import PeopleQuery
from profiles_app.selectors.profiles import get_profile
from profiles_app.selectors.why import explain


class WhyParameters(ProfileParameters):
    """Which filter, or which cohort."""

    filter = FilterTree(required=False, help_text="A tree of the filter language (docs/filters.md).")
    cohort = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="The number of a cohort."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("filter" in attrs) == ("cohort" in attrs):
            message = "Give a filter or a cohort: one of them."
            raise serializers.ValidationError({"filter": [message]}, code="required")
        return attrs


class WhyByIdParameters(WhyParameters):
    """The same, and which profile."""

    distinct_id = DistinctId(help_text="The distinct id, any that there is.")


class OneReason(serializers.Serializer[Any]):
    text = serializers.CharField(help_text="The condition in words.")
    path = serializers.CharField(help_text="Its place in the filter; of a cohort's conditions, the cohort's.")
    depth = serializers.IntegerField(min_value=0)
    holds = serializers.BooleanField()
    found = serializers.CharField(help_text="The value that decided; empty for what consists of the rows below it.")


class Why(serializers.Serializer[Any]):
    matches = serializers.BooleanField()
    reasons = OneReason(many=True)


@describe(get=("explain_profile", "Say why a filter finds a profile, or not", WhyParameters, Why))
class ProfileWhy(ProjectView):
    """Each condition of a filter or a cohort with yes or no for this profile, and the value that decided.

    For ids that end in `/` or `/why`: `/api/v1/profile/why?distinct_id=…`.
    """

    def get(self, request: Request, distinct_id: str) -> Response:
        return _answer(self.project, distinct_id, self.read(WhyParameters), user_id=self.user_id)


@describe(get=("explain_profile_by_id", "Say why a filter finds a profile, whatever its id", WhyByIdParameters, Why))
class ProfileWhyById(ProjectView):
    """The same by a distinct id in the query string: good for any id."""

    def get(self, request: Request) -> Response:
        chosen = self.read(WhyByIdParameters)
        return _answer(self.project, chosen["distinct_id"], chosen, user_id=self.user_id)


def _answer(project: Project, distinct_id: str, chosen: dict[str, Any], *, user_id: int | None) -> Response:
    group_key = chosen.get("group_key")
    tree = chosen["filter"] if "filter" in chosen else Filter(Population.ALL, CohortLeaf(chosen["cohort"]))
    query = PeopleQuery(project=project, group_key=group_key, population=tree.population, filter=tree, user_id=user_id)
    found = explain(query, get_profile(project, group_key=group_key, distinct_id=distinct_id))
    rows = [
        {"text": row.text, "path": row.path, "depth": row.depth, "holds": row.holds, "found": row.found}
        for row in found.reasons
    ]
    return Response({"matches": found.matches, "reasons": rows})
