"""Learning property and event names, without slowing the path.

Each process remembers what the catalog holds and writes only what is new. It forgets after an
hour, so `last_seen` moves, and learns anew what others wrote. Memory changes after the commit
only: a batch that is undone is not remembered as learned.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from profiles_app.ingest import limits
from profiles_app.ingest.values import Signature
from profiles_app.models import EventName, Kind, PropertyDefinition, Scope

_FORGET_AFTER_SECONDS: Final = 3600.0
_SMALL: Final = 200
_REMEMBER_AT_MOST: Final = 200_000
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z")
_KIND_OF_TYPE: Final[dict[type, int]] = {
    str: Kind.STRING,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
    bool: Kind.BOOLEAN,
    list: Kind.LIST,
    dict: Kind.OBJECT,
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a set of property names lives."""

    project_id: int
    scope: Scope
    group_key_id: int | None = None


@dataclass(kw_only=True)
class Memory:
    """Kinds by property name, or numbers by event name, as learned since `since` (monotonic s).

    `before`: how many names the catalog held then.
    """

    before: int = 0
    known: dict[str, int] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)


_properties: dict[Place, Memory] = {}
_event_names: dict[int, Memory] = {}


def forget() -> None:
    """Empties this process's memory."""
    _properties.clear()
    _event_names.clear()


def find_dates(dictionaries: Sequence[dict[str, Any]]) -> set[str]:
    """The names of properties of which some value is a date.

    A date is stored as the text that it is; that a property holds dates only decides which
    operators are offered first. So of a large batch every eighth record is looked at.
    """
    return {
        name
        for properties in (dictionaries if len(dictionaries) < _SMALL else dictionaries[::8])
        for name, value in properties.items()
        if value.__class__ is str and value[4:5] == "-" and _DATE.match(value)
    }


def learn_properties(place: Place, signature: Signature, dates: set[str]) -> None:
    """Writes the names and kinds that are new. Comes last in a transaction: whoever waits here for
    another batch to commit holds nothing that the other still needs."""
    known = _recall_properties(place).known
    fresh: dict[str, int] = {}
    for name, kind in signature:
        bits = _KIND_OF_TYPE.get(kind, 0)
        if name not in known or bits & ~known[name]:
            fresh[name] = int(fresh.get(name, 0) | bits)
    for name in dates:
        if not known.get(name, 0) & Kind.DATE:
            fresh[name] = int(fresh.get(name, 0) | Kind.DATE)
    if fresh:
        _write_properties(place, fresh)
        transaction.on_commit(lambda: _remember(known, fresh))


def find_excess_properties(place: Place, names: set[str]) -> set[str]:
    """Those of the names that are new and for which the project has no room."""
    fresh = names - _recall_properties(place).known.keys()
    if not fresh:
        return set()
    rows = PropertyDefinition.objects.filter(project_id=place.project_id)
    here = rows.filter(scope=place.scope, group_key_id=place.group_key_id)
    return _find_excess(fresh, rows, here, most=limits.PROPERTY_NAMES)


def find_excess_events(project_id: int, names: set[str]) -> set[str]:
    """The same for the names of events."""
    memory = _event_names.get(project_id)
    fresh = names - memory.known.keys() if memory else names
    rows = EventName.objects.filter(project_id=project_id)
    return _find_excess(fresh, rows, rows, most=limits.EVENT_NAMES) if fresh else set()


def _find_excess(fresh: set[str], rows: QuerySet[Any], here: QuerySet[Any], *, most: int) -> set[str]:
    count = rows.count()
    if count + len(fresh) <= most:
        return set()
    # What cannot be stored fails for that, and cannot be asked for.
    storable = {name for name in fresh if "\0" not in name and name == name.encode(errors="ignore").decode()}
    unknown = storable - set(here.filter(name__in=storable).values_list("name", flat=True))
    return set(sorted(unknown)[max(0, most - count) :])


def count_names(place: Place) -> int:
    """How many property names there are at this place, at the most."""
    memory = _recall_properties(place)
    return memory.before + len(memory.known)


def _remember(known: dict[str, int], fresh: dict[str, int]) -> None:
    if sum(len(memory.known) for memory in _properties.values()) > _REMEMBER_AT_MOST:
        _properties.clear()
    for name, bits in fresh.items():
        known[name] = known.get(name, 0) | bits


def _recall_properties(place: Place) -> Memory:
    memory = _properties.get(place)
    if memory is None or time.monotonic() - memory.since > _FORGET_AFTER_SECONDS:
        memory = _properties[place] = Memory(before=_count_in_database(place))
    return memory


def _count_in_database(place: Place) -> int:
    return PropertyDefinition.objects.filter(
        project_id=place.project_id, scope=place.scope, group_key_id=place.group_key_id
    ).count()


_UPSERT_PROPERTIES: Final = """
INSERT INTO profiles_app_propertydefinition AS known (project_id, scope, group_key_id, name, kinds)
SELECT %s, %s, %s, name, kinds FROM unnest(%s::text[], %s::smallint[]) AS fresh (name, kinds) ORDER BY name
ON CONFLICT (project_id, scope, group_key_id, name)
DO UPDATE SET kinds = known.kinds | EXCLUDED.kinds, last_seen = now()
"""


def _write_properties(place: Place, fresh: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT_PROPERTIES,
            [place.project_id, place.scope.value, place.group_key_id, list(fresh), list(fresh.values())],
        )


_UPSERT_EVENT_NAMES: Final = """
INSERT INTO profiles_app_eventname (project_id, name)
SELECT %s, name FROM unnest(%s::text[]) AS fresh (name) ORDER BY name
ON CONFLICT (project_id, name) DO UPDATE SET last_seen = now()
RETURNING name, id
"""


def number_event_names(project_id: int, names: set[str]) -> dict[str, int]:
    """The number of each event name; new names get one."""
    memory = _event_names.get(project_id)
    if memory is None or time.monotonic() - memory.since > _FORGET_AFTER_SECONDS:
        memory = _event_names[project_id] = Memory()
    fresh = names - memory.known.keys()
    if not fresh:
        return memory.known
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_EVENT_NAMES, [project_id, list(fresh)])
        numbers = dict(cursor.fetchall())
    transaction.on_commit(lambda known=memory.known: known.update(numbers))  # type: ignore[misc]
    return memory.known | numbers
