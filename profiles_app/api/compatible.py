"""Parameters and answers of the queries in Mixpanel's format."""

from typing import Any, Final

from rest_framework import serializers

from profiles_app.api.days import Day
from profiles_app.api.parameters import MOST_NAMES, DistinctId, FilterTree, KindOfGroup, Name, Parameters, Text
from profiles_app.api.request_fields import parse_json_field
from profiles_app.errors import NotFound
from profiles_app.models import GroupKey

MOST_IDS: Final = 2_000
_LARGEST_NUMBER: Final = 2**31 - 1
_USE_FILTER: Final = (
    "Roster does not read expressions of this kind. Use the parameter filter, with a tree of Roster's filter language."
)


class CompatibleParameters(Parameters):
    """Parameters as clients of Mixpanel's API send them: an empty one counts as missing."""

    also_known = frozenset({"api_key", "sig", "expire", "format", "limit", "page_size"})
    workspace_id = Text(required=False, help_text="Is read over: Roster has no workspaces.")

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({name: value for name, value in data.items() if value != ""})


class JsonList(serializers.ListField):
    """A list of texts as a JSON array, in a field of a form."""

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, serializers.empty)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(parse_json_field(data))


class CohortChoice(serializers.Field[Any, Any, Any, Any]):
    """`{"id": 12}`, as JSON in a field of a form."""

    default_error_messages = {"invalid": 'Send {{"id": 12}} with the number of a cohort.'}

    def to_internal_value(self, data: Any) -> int:
        cohort = parse_json_field(data)
        number = cohort.get("id") if isinstance(cohort, dict) and len(cohort) == 1 else None
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= _LARGEST_NUMBER:
            self.fail("invalid")
        return number

    def to_representation(self, value: Any) -> Any:
        raise NotImplementedError("Cohorts are only read.")


class DataGroup(Name):
    """The number of a kind of group, as its page's address has it, or its key."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Raises `NotFound`."""
        text = super().run_validation(data)
        keys = GroupKey.objects.filter(project=self.context["project"])
        numbered = text.isascii() and text.isdigit() and len(text) < 10
        found = (keys.filter(pk=int(text)).first() if numbered else None) or keys.filter(key=text).first()
        if found is None:
            raise NotFound("This kind of group does not exist in this project.")
        return found


class Unreadable(Text):
    """An expression of another language. Reading over it would answer with everybody."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=0, help_text="Is refused, unless it is empty: use `filter`.")

    def to_internal_value(self, data: Any) -> Any:
        raise serializers.ValidationError(_USE_FILTER, code="not_supported")


class EngageParameters(CompatibleParameters):
    """Which profiles."""

    distinct_id = DistinctId(required=False, help_text="One distinct id.")
    distinct_ids = JsonList(
        child=DistinctId(), required=False, max_length=MOST_IDS, help_text="A JSON array of distinct ids."
    )
    filter = FilterTree(required=False, help_text="A tree of the filter language, as JSON (docs/filters.md).")
    filter_by_cohort = CohortChoice(required=False, help_text='`{"id": 12}`, as JSON.')
    include_all_users = serializers.BooleanField(
        default=True, help_text="With `filter_by_cohort`: also members who have no profile."
    )
    data_group_id = DataGroup(required=False, help_text="The number or the key of a kind of group.")
    group_key = KindOfGroup(required=False, help_text="The key of a kind of group.")
    output_properties = JsonList(
        child=Name(), required=False, max_length=MOST_NAMES, help_text="A JSON array of properties to return."
    )
    page = serializers.IntegerField(min_value=0, max_value=_LARGEST_NUMBER, default=0, help_text="Counts from 0.")
    session_id = Text(required=False, max_length=8_000, help_text="From an answer before; needed from page 1 on.")
    where = Unreadable()
    behaviors = Unreadable()
    selector = Unreadable()
    as_of_timestamp = Text(required=False, help_text="Is read over: it belongs to `behaviors`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["page"] > 0 and "session_id" not in attrs:
            raise serializers.ValidationError({"session_id": ["Is needed from page 1 on."]}, code="required")
        if "data_group_id" in attrs and "group_key" in attrs:
            raise serializers.ValidationError({"group_key": ["Goes without data_group_id."]}, code="contradiction")
        return attrs


class StreamParameters(CompatibleParameters):
    """Whose events, of which days."""

    distinct_ids = JsonList(child=DistinctId(), max_length=MOST_IDS, help_text="A JSON array of distinct ids.")
    from_date = Day(help_text="The first day, in the project's time zone.")
    to_date = Day(help_text="The last day, included.")


class OneEngaged(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        """The names are no names of Python."""
        return {"$distinct_id": serializers.CharField(), "$properties": serializers.DictField()}


class EngageAnswer(serializers.Serializer[Any]):
    page = serializers.IntegerField(min_value=0)
    page_size = serializers.IntegerField()
    session_id = serializers.CharField()
    status = serializers.CharField()
    total = serializers.IntegerField(min_value=0, help_text="Of all pages, as it was at page 0.")
    results = OneEngaged(many=True)


class StreamedEvent(serializers.Serializer[Any]):
    event = serializers.CharField()
    properties = serializers.DictField(help_text="With `time` in seconds since 1970, and `$distinct_id`.")


class StreamResults(serializers.Serializer[Any]):
    events = StreamedEvent(many=True)


class StreamAnswer(serializers.Serializer[Any]):
    status = serializers.CharField()
    results = StreamResults()
