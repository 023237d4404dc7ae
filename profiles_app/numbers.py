"""Numbers that addresses and forms name; their texts may be anything."""

from django.http import QueryDict

from profiles_app.filters.leaves import LARGEST_ID


def read_id(text: str) -> int | None:
    """The id that a text is; None for what can be none."""
    # Python refuses to read a number of thousands of digits.
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID)) else 0
    return number if 0 < number <= LARGEST_ID else None


def read_version(form: QueryDict) -> int:
    """The version that a form was made over. One without it is nobody's page, and counts as of an older version."""
    return read_id(form.get("version", "")) or 0
