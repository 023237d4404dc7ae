"""The values that a property has, most frequent first."""

import json
from typing import Any, Final

from django.db import connection

from profiles_app.models import GroupKey, Project, Scope
from profiles_app.selectors.time_limit import time_limit

# Elements of lists count one by one; objects and null are no values to choose from.
_VALUES: Final = """
    SELECT value::text, count(*) FROM ({rows}) AS row (found),
    LATERAL jsonb_array_elements(
        CASE jsonb_typeof(found) WHEN 'array' THEN found ELSE jsonb_build_array(found) END
    ) AS element (value)
    WHERE jsonb_typeof(value) IN ('string', 'number', 'boolean') AND starts_with(lower(value #>> '{{}}'), lower(%s))
    GROUP BY value ORDER BY count(*) DESC, value LIMIT %s
"""
_OF_PROFILES: Final = """
    SELECT jsonb_extract_path(properties, %s) FROM profiles_app_profile
    WHERE project_id = %s AND group_key_id IS NOT DISTINCT FROM %s AND deleted_at IS NULL
"""
_OF_EVENTS: Final = """
    SELECT jsonb_extract_path(event.properties, %s) FROM profiles_app_event AS event
    JOIN profiles_app_eventname AS kind ON kind.id = event.name_id
    WHERE event.project_id = %s AND (%s::text IS NULL OR kind.name = %s)
"""


def list_values(
    project: Project, *, scope: Scope, group_key: GroupKey | None, event: str | None, name: str, prefix: str, limit: int
) -> list[tuple[Any, int]]:
    """The first `limit` values of a property that begin with `prefix`, in any case, each with how often
    it occurs. `event` narrows event properties to the events of one name."""
    of_whom: list[Any]
    rows, of_whom = _OF_PROFILES, [project.pk, group_key.pk if group_key else None]
    if scope == Scope.EVENT:
        rows, of_whom = _OF_EVENTS, [project.pk, event, event]
    with time_limit(), connection.cursor() as cursor:
        cursor.execute(_VALUES.format(rows=rows), [name, *of_whom, prefix, limit])
        return [(json.loads(value), count) for value, count in cursor.fetchall()]
