"""From an import to the people it was about, as a filter of the table."""

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.db import connection

from imports_app.mapping.columns import Column
from imports_app.mapping.facts import Facts
from imports_app.models import Import
from profiles_app.ingest.typed import ValueKind
from profiles_app.users_page.addresses import address_of_people

# Ids that fit into an address.
_MOST_IDS: Final = 50
_MOST_BYTES: Final = 3_000

_CHANGED: Final = """
SELECT present.distinct_id FROM imports_app_change AS change
JOIN profiles_app_profile AS present ON present.id = change.profile_id AND present.deleted_at IS NULL
WHERE change.of_id = %s ORDER BY present.distinct_id COLLATE "C" LIMIT %s
"""


@dataclass(frozen=True, kw_only=True)
class Link:
    url: str
    text: str


def link_people(job: Import) -> Link | None:
    """Few by their ids; many by the value that all rows have in common, or else by the day on which they were
    updated. None where nobody was changed."""
    ids = _list_changed(job)
    if not ids:
        return None
    if len(ids) <= _MOST_IDS and sum(map(len, ids)) < _MOST_BYTES:
        text = "See the profile" if len(ids) == 1 else f"See the {len(ids)} profiles"
        return Link(url=_address(job, "$distinct_id", "string", "is", ids), text=text)
    common = _find_common(job)
    if common is not None:
        column, value = common
        return Link(
            url=_address(job, column.name, "string", "is", [value]), text=f"See all with {column.name} = {value}"
        )
    assert job.moment is not None
    day = job.moment.astimezone(job.project.zone).date()
    return Link(
        url=_address(job, "$last_seen", "date", "on", [day.isoformat()]), text=f"See all updated on {day:%-d %B %Y}"
    )


def _list_changed(job: Import) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [job.pk, _MOST_IDS + 1])
        return [distinct_id for (distinct_id,) in cursor.fetchall()]


def _find_common(job: Import) -> tuple[Column, str] | None:
    """A text that every row has, as in a file that puts people into a cohort."""
    facts = Facts.from_json(job.facts)
    for document in job.columns:
        column = Column.from_json(document)
        own = facts.columns[column.index]
        is_common = own.distinct == 1 and own.filled == facts.rows - facts.rejected and facts.first
        if column.chosen and column.kind == ValueKind.TEXT and is_common:
            value = facts.first[0][1][column.index]
            if len(value) < 100:
                return column, value
    return None


def _address(job: Import, name: str, kind: str, operator: str, value: list[Any]) -> str:
    tree = {"where": {"property": name, "type": kind, "op": operator, "value": value}}
    return (
        f"{address_of_people(job.project, job.group_key)}?filter={quote(json.dumps(tree, ensure_ascii=False), safe='')}"
    )
