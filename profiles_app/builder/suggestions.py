"""The values that a property has, offered while one types."""

import json
from typing import Any, Final

from django.http import QueryDict

from profiles_app.models import GroupKey, Project, Scope
from profiles_app.selectors.values import list_values

_MOST: Final = 30
_LONGEST_SEARCH: Final = 200
# A value is sent back to the form; one that is longer cannot be compared with anyway.
_LONGEST_VALUE: Final = 4_000

# What is shown, the value as JSON, and how many have it.
Suggestion = tuple[str, str, int]


def read_suggestions(params: QueryDict, project: Project, group_key: GroupKey | None) -> list[Suggestion]:
    """The values of the property `name` that begin with `search`, the most frequent first. `scope` is
    "event" for properties of the events of the name `event`."""
    scope = Scope.EVENT if params.get("scope") == "event" else Scope.PROFILE
    found = list_values(
        project,
        scope=scope,
        group_key=group_key if scope == Scope.PROFILE else None,
        event=params.get("event") or None,
        name=params.get("name", "").replace("\0", ""),
        prefix=params.get("search", "").strip().replace("\0", "")[:_LONGEST_SEARCH],
        limit=_MOST,
    )
    return [
        (show_value(value), json.dumps(value), number)
        for value, number in found
        if not isinstance(value, bool) and len(str(value)) <= _LONGEST_VALUE
    ]


def show_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
