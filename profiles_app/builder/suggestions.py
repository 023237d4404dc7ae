"""The values that a property has, offered while one types."""

import json
from typing import Any, Final

from django.http import QueryDict

from profiles_app.display.countries import COUNTRY_PROPERTIES, find_countries, say_country
from profiles_app.models import GroupKey, Project, Scope
from profiles_app.selectors.values import list_values

_MOST: Final = 30
_LONGEST_SEARCH: Final = 200
# A value is sent back to the form; one that is longer cannot be compared with anyway.
_LONGEST_VALUE: Final = 4_000

# There are fewer countries.
_MOST_CODES: Final = 300

# What is shown, what it means, the value as JSON, and how many have it.
Suggestion = tuple[str, str, str, int]


def read_suggestions(params: QueryDict, project: Project, group_key: GroupKey | None) -> list[Suggestion]:
    """The values of the property `name` that begin with `search`, the most frequent first; countries are found
    by their names too. `scope` is "event" for properties of the events of the name `event`."""
    name = params.get("name", "").replace("\0", "")
    search = params.get("search", "").strip().replace("\0", "")[:_LONGEST_SEARCH]
    scope = Scope.EVENT if params.get("scope") == "event" else Scope.PROFILE
    by_meaning = name in COUNTRY_PROPERTIES and search != ""
    found = list_values(
        project,
        scope=scope,
        group_key=group_key if scope == Scope.PROFILE else None,
        event=params.get("event") or None,
        name=name,
        prefix="" if by_meaning else search,
        limit=_MOST_CODES if by_meaning else _MOST,
    )
    if by_meaning:
        codes = find_countries(search)
        found = [(code, number) for code, number in found if _is_country(code, search, codes)][:_MOST]
    return [
        (show_value(value), say_country(name, value), json.dumps(value), number)
        for value, number in found
        if not isinstance(value, bool) and len(str(value)) <= _LONGEST_VALUE
    ]


def _is_country(code: object, search: str, codes: set[str]) -> bool:
    text = str(code)
    return text.upper() in codes or text.casefold().startswith(search.casefold())


def show_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
