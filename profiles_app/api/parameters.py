"""Parameters of requests: their kinds, limits and defaults."""

import csv
import io
from typing import Any, Final

from rest_framework import serializers

from profiles_app.api.request_fields import parse_json_field
from profiles_app.errors import NotFound
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter
from profiles_app.ingest.limits import DISTINCT_ID_LENGTH, NAME_LENGTH
from profiles_app.models import GroupKey

MOST_ROWS: Final = 1_000
MOST_NAMES: Final = 2_000
LONGEST_CURSOR: Final = 8_000
_EVERYWHERE: Final = {"project_id"}


class Parameters(serializers.Serializer[Any]):
    """Parameters by name. One that is not known is refused: a filter whose name is misspelt would
    otherwise be everybody. `also_known` ones are read over."""

    also_known: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        for name in data.keys() - self.fields.keys() - self.also_known - _EVERYWHERE:
            message = "There is no parameter of this name here" + (
                f". There are: {', '.join(self.fields)}." if self.fields else ", nor any other."
            )
            raise serializers.ValidationError({str(name)[:60]: [message]}, code="unknown")
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text as it was sent: blanks at its ends stay, and no number is taken for text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Name(Text):
    """The name of a property or an event."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_length": 1, "max_length": NAME_LENGTH} | options)


class DistinctId(Text):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_length": 1, "max_length": DISTINCT_ID_LENGTH} | options)


class Cursor(Text):
    """`next` of the page before; null and empty ask for the first page."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_null=True,
            allow_blank=True,
            max_length=LONGEST_CURSOR,
            help_text="`next` of the page before; missing for the first page.",
        )


class Limit(serializers.IntegerField):
    def __init__(self, *, default: int) -> None:
        super().__init__(min_value=1, max_value=MOST_ROWS, default=default, help_text="How many at most.")


class Names(serializers.ListField):
    """A list of names. In a query string: between commas, where a name with a comma stands in
    double quotes; or a JSON array, which takes any name."""

    child: Text = Name()

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_NAMES, **options)

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, serializers.empty)

    def to_internal_value(self, data: Any) -> Any:
        return list(dict.fromkeys(super().to_internal_value(_split(data) if isinstance(data, str) else data)))


def _split(text: str) -> Any:
    if text.startswith("["):
        return parse_json_field(text)
    line = text.replace("\r", " ").replace("\n", " ")
    return [name for row in csv.reader(io.StringIO(line)) for name in row if name]


class FilterTree(serializers.Field[Any, Any, Any, Any]):
    """A tree of the filter language; in a query string as JSON text."""

    def to_internal_value(self, data: Any) -> Filter:
        """Raises `BadFilter`, whose details say where in the tree."""
        document = parse_json_field(data)
        if document is None:
            self.fail("null")
        return parse_filter(document)

    def to_representation(self, value: Any) -> Any:
        raise NotImplementedError("Filters are only read.")


class PropertyValues(serializers.DictField):
    """Names of properties with values, which may be anything that JSON has."""

    child = serializers.JSONField(allow_null=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        if len(values) > MOST_NAMES:
            raise serializers.ValidationError(f"At most {MOST_NAMES:,} at a time.", code="max_length")
        return values


class KindOfGroup(Name):
    """The key of a group key of the project."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Raises `NotFound`."""
        key = super().run_validation(data)
        found = GroupKey.objects.filter(project=self.context["project"], key=key).first()
        if found is None:
            raise NotFound("This kind of group does not exist in this project.")
        return found
