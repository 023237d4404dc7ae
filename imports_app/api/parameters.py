"""What is sent to the addresses of imports, and what they answer."""

from typing import Any, Final

from rest_framework import serializers

from imports_app.models import Empty
from imports_app.reading.dialect import DELIMITERS, ENCODINGS, ESCAPES, LINE_ENDS, QUOTES
from profiles_app.api.parameters import MOST_NAMES, KindOfGroup, Parameters, Text
from profiles_app.ingest.typed import ValueKind

READING: Final[tuple[str, ...]] = ("delimiter", "quote", "escape", "encoding", "line_end", "header")


class NoParameters(Parameters):
    """Nothing but the project."""


class ListParameters(Parameters):
    """Which imports."""

    before = serializers.IntegerField(required=False, help_text="The id of an import: those before it.")


class UploadParameters(Parameters):
    """A form of several parts."""

    # An empty one is refused by what reads it, which says what to do.
    file = serializers.FileField(allow_empty_file=True, help_text="The CSV file, plain or packed with gzip.")
    group_key = KindOfGroup(required=False, help_text="The key of a kind of group; missing for users.")


class ColumnParameters(serializers.Serializer[Any]):
    index = serializers.IntegerField(min_value=0, help_text="The place of the column, from 0.")
    property = Text(max_length=1000, allow_blank=True, help_text="The name; `$distinct_id` identifies.")
    kind = Text(max_length=20, default=ValueKind.TEXT.value, help_text=f"One of {', '.join(ValueKind.values)}.")


class ImportChangeParameters(Parameters):
    """How the file is read, and which column becomes what. What is left out stays."""

    header = serializers.BooleanField(required=False, help_text="Whether the first row names the columns.")
    delimiter = serializers.ChoiceField(list(DELIMITERS), required=False)
    quote = serializers.ChoiceField(list(QUOTES), required=False, allow_blank=True)
    escape = serializers.ChoiceField(list(ESCAPES), required=False, allow_blank=True)
    encoding = serializers.ChoiceField(list(ENCODINGS), required=False)
    line_end = serializers.ChoiceField(list(LINE_ENDS), required=False)
    columns = serializers.ListField(child=ColumnParameters(), required=False, max_length=MOST_NAMES)
    empty = serializers.ChoiceField(Empty.choices, required=False)
    unguard = serializers.BooleanField(
        required=False, help_text="Take off the apostrophe that an export puts before = + - @."
    )


class Reading(serializers.Serializer[Any]):
    delimiter = serializers.CharField()
    quote = serializers.CharField(allow_blank=True)
    escape = serializers.CharField(allow_blank=True)
    encoding = serializers.CharField()
    line_end = serializers.CharField()
    header = serializers.BooleanField()


class OneColumn(serializers.Serializer[Any]):
    index = serializers.IntegerField(min_value=0)
    header = serializers.CharField(allow_blank=True)
    samples = serializers.ListField(child=serializers.CharField(allow_blank=True))
    property = serializers.CharField(allow_blank=True)
    kind = serializers.CharField()
    chosen = serializers.BooleanField()
    misfits = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many filled cells would be no value of each kind."
    )


class Problem(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class OneImport(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    bytes = serializers.IntegerField()
    group_key = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True, help_text="An e-mail address; null for a script.")
    state = serializers.CharField()
    error = Problem(allow_null=True)
    detected = Reading()
    reading = Reading()
    columns = OneColumn(many=True)
    empty = serializers.CharField()
    unguard = serializers.BooleanField()
    rows = serializers.IntegerField(allow_null=True, help_text="Rows of the file; null while it is being read.")
    read = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Of the unchanged: a later row of the file has the same id.")
    samples = serializers.ListField(child=serializers.DictField(), help_text="Changes that the check found.")
    percent = serializers.IntegerField(
        allow_null=True,
        help_text="How much of the file was read, of the rows imported, or of the profiles undone; "
        "null while nothing of that is under way.",
    )
    rows_per_second = serializers.IntegerField(allow_null=True)
    seconds_left = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    can_undo = serializers.BooleanField()
    restored = serializers.IntegerField()
    removed = serializers.IntegerField()
    kept = serializers.IntegerField()


class Imports(serializers.Serializer[Any]):
    results = OneImport(many=True)
