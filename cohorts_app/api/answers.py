"""The answers about cohorts, and their description for the schema."""

from datetime import UTC
from typing import Any, Final

from rest_framework import serializers

from cohorts_app.models import Cohort, Kind, ListState
from cohorts_app.models.cohort import PRIVATE, PROJECT

# The format of the compatible list has no room for a zone; it is UTC.
_TIME: Final = "%Y-%m-%d %H:%M:%S"


class OneCohort(serializers.Serializer[Any]):
    """A `Cohort`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.ChoiceField(Kind.values)
    group_key = serializers.CharField(
        source="group_key.key", allow_null=True, help_text="The key of the kind of group; null for users."
    )
    visibility = serializers.ChoiceField([PROJECT, PRIVATE])
    verified = serializers.BooleanField(source="is_verified")
    filter = serializers.DictField(source="definition", allow_null=True, help_text="The tree of a dynamic cohort.")
    version = serializers.IntegerField(help_text="Counts its changes; send it back with yours.")
    created_by = serializers.CharField(
        source="created_by.email", allow_null=True, help_text="An e-mail address; null for a script."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    size = serializers.IntegerField(allow_null=True, help_text="As it was recorded last; null before the first time.")
    size_at = serializers.DateTimeField(allow_null=True)
    size_error = serializers.CharField(help_text="Why the recording after that failed; empty where it did not.")


class Cohorts(serializers.Serializer[Any]):
    results = OneCohort(many=True)


class OneSize(serializers.Serializer[Any]):
    """A `Size`."""

    at = serializers.DateTimeField()
    size = serializers.IntegerField(allow_null=True, help_text="Null where the recording failed.")
    version = serializers.IntegerField(help_text="The version of the cohort that was measured.")
    error = serializers.CharField()
    computed_later = serializers.BooleanField(
        source="is_past", help_text="Whether it was found afterwards, from what is known now."
    )


class Sizes(serializers.Serializer[Any]):
    results = OneSize(many=True)


class OneList(serializers.Serializer[Any]):
    """A `MemberList`."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(ListState.values)
    lines = serializers.IntegerField()
    counts = serializers.DictField(help_text="How many lines had each outcome.")
    error = serializers.CharField()


class Lists(serializers.Serializer[Any]):
    results = OneList(many=True)


class ListedCohort(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    count = serializers.IntegerField(help_text="As it was recorded last; 0 before the first time.")
    created = serializers.CharField()
    is_visible = serializers.IntegerField(help_text="0 for a private one.")
    project_id = serializers.IntegerField()


def list_compatibly(cohort: Cohort) -> dict[str, Any]:
    """As Mixpanel's list has it."""
    return {
        "id": cohort.pk,
        "name": cohort.name,
        "description": cohort.description,
        "count": cohort.size or 0,
        "created": cohort.created_at.astimezone(UTC).strftime(_TIME),
        "is_visible": int(not cohort.is_private),
        "project_id": cohort.project_id,
    }
