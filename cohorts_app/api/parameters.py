"""Parameters of the cohorts' addresses."""

from typing import Any, Final

from rest_framework import serializers

from cohorts_app.models import Identify, Kind
from cohorts_app.models.cohort import LONGEST_DESCRIPTION, LONGEST_NAME, PRIVATE, PROJECT
from cohorts_app.models.lists import LONGEST_TEXT
from profiles_app.api.compatible import CompatibleParameters
from profiles_app.api.days import Day
from profiles_app.api.parameters import Cursor, FilterTree, KindOfGroup, Limit, Names, Parameters, Text
from profiles_app.api.profiles import DEFAULT_LIMIT

# A longer list comes as a file.
MOST_VALUES: Final = 50_000
_LONGEST_SEARCH: Final = 255


class NoParameters(Parameters):
    """None but the project."""


class CompatibleListParameters(CompatibleParameters):
    """None but those that are read over."""

    workspace_id = Text(required=False, allow_blank=True, help_text="Is read over: Roster has no workspaces.")


class CohortsParameters(Parameters):
    """Which cohorts."""

    search = Text(
        required=False, allow_blank=True, max_length=_LONGEST_SEARCH, help_text="Part of a name, in any case."
    )
    kind = serializers.ChoiceField(Kind.values, required=False, help_text="Only saved filters, or only lists.")
    group_key = KindOfGroup(required=False, help_text="The key of a kind of group: only cohorts of these.")


class CohortFieldsParameters(Parameters):
    """What a cohort is; what is missing stays as it is."""

    name = Text(required=False, min_length=1, max_length=LONGEST_NAME, help_text="Unique in the project, in any case.")
    description = Text(required=False, allow_blank=True, max_length=LONGEST_DESCRIPTION)
    filter = FilterTree(required=False, help_text="Who is in it, as a tree of the filter language.")
    visibility = serializers.ChoiceField(
        [PROJECT, PRIVATE],
        required=False,
        help_text="`project`: everybody sees and uses it; `private`: its maker alone.",
    )
    verified = serializers.BooleanField(required=False, help_text="The mark of the admins.")


class NewCohortParameters(CohortFieldsParameters):
    """A new cohort."""

    name = Text(min_length=1, max_length=LONGEST_NAME, help_text="Unique in the project, in any case.")
    kind = serializers.ChoiceField(
        Kind.values,
        default=Kind.DYNAMIC.value,
        help_text="`dynamic`: whoever matches `filter` when somebody asks. `static`: a list; with `filter`, of those "
        "who match it now.",
    )
    group_key = KindOfGroup(required=False, help_text="The key of a kind of group: a cohort of these.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == Kind.DYNAMIC and "filter" not in attrs:
            raise serializers.ValidationError({"filter": ["A dynamic cohort needs a filter."]}, code="required")
        return attrs


class ChangedCohortParameters(CohortFieldsParameters):
    """A change of a cohort."""

    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The version that the change was made over. When it is another by now, the answer is 409 and nothing "
        "is changed.",
    )


class MembersParameters(Parameters):
    """Which page of the members, and what of them."""

    columns = Names(required=False, help_text="The properties to return; all, where it is missing.")
    cursor = Cursor()
    limit = Limit(default=DEFAULT_LIMIT)


class MembersFileParameters(Parameters):
    """Which columns."""

    columns = Names(
        required=False, help_text="The properties, a column each, after the distinct id; all, where missing."
    )
    raw = serializers.BooleanField(
        default=False, help_text="Leave texts as they are that a spreadsheet would run as a formula."
    )


class ListParameters(Parameters):
    """What a list is for."""

    action = serializers.ChoiceField(["add", "remove"], default="add")
    identify = serializers.ChoiceField(
        Identify.values,
        default=Identify.EITHER.value,
        help_text="What they are. `either`: taken for an id first.",
    )
    create_unknown = serializers.BooleanField(
        default=False, help_text="Whether those whom nobody knows become users. Otherwise they are left out."
    )


class MembersChangeParameters(ListParameters):
    """People to add to a static cohort, or to remove from it."""

    values = serializers.ListField(
        child=Text(allow_blank=True, max_length=LONGEST_TEXT),
        min_length=1,
        max_length=MOST_VALUES,
        help_text="Distinct ids or e-mails.",
    )


class SizesParameters(Parameters):
    """Of which days."""

    from_date = Day(required=False, help_text="The first day, in the project's time zone.")
    to_date = Day(required=False, help_text="The last day, included.")
