"""From distinct ids to rows, for events.

Most events come from people who sent some before, so each process remembers row ids. Whom it
remembers has an event, and somebody with an event is not declared gone, so the row stays as it is.
Whoever deletes events or rows all the same calls `raise_epoch`: a memory of an older epoch is worth
nothing. The epoch is read, and raised, under the lock of `hold_people`.
"""

from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction

from profiles_app.ingest.transactions import share_people

# About 130 bytes each.
_REMEMBER_AT_MOST: Final = 400_000


@dataclass(kw_only=True)
class Memory:
    """Row ids by distinct id, as of `epoch`."""

    epoch: int
    known: dict[str, int] = field(default_factory=dict)


_memories: dict[int, Memory] = {}


def forget() -> None:
    """Empties this process's memory."""
    _memories.clear()


def number_people(project_id: int, distinct_ids: set[str]) -> dict[str, int]:
    """Row ids by distinct id, for these and maybe more. Those who are new, or were deleted, are
    users from now on. Shares the people of the project until the end of the transaction."""
    memory = _recall(project_id)
    unknown = distinct_ids - memory.known.keys()
    if not unknown:
        return memory.known
    found = _find_or_add(project_id, unknown)
    transaction.on_commit(lambda: _remember(memory, found))
    if len(unknown) == len(distinct_ids):
        return found
    return found | {distinct_id: memory.known[distinct_id] for distinct_id in distinct_ids - unknown}


def _recall(project_id: int) -> Memory:
    epoch = share_people(project_id)
    memory = _memories.get(project_id)
    if memory is None or memory.epoch != epoch:
        memory = _memories[project_id] = Memory(epoch=epoch)
    return memory


def _remember(memory: Memory, found: dict[str, int]) -> None:
    if sum(len(other.known) for other in _memories.values()) + len(found) > _REMEMBER_AT_MOST:
        # Other threads may be reading the old dictionaries, so these are left alone.
        for project_id, other in list(_memories.items()):
            _memories[project_id] = Memory(epoch=other.epoch)
        return
    memory.known.update(found)


def raise_epoch(project_id: int) -> None:
    """Makes every process forget the people of a project, once this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE profiles_app_project SET people_epoch = people_epoch + 1 WHERE id = %s", [project_id])


_FIND: Final = """
SELECT distinct_id, id FROM profiles_app_profile
WHERE project_id = %s AND group_key_id IS NULL AND distinct_id = ANY(%s) AND deleted_at IS NULL
"""
_ADD: Final = """
INSERT INTO profiles_app_profile AS present (project_id, distinct_id, properties, created_at)
SELECT %s, distinct_id, '{}', now() FROM unnest(%s::text[]) AS incoming (distinct_id)
ON CONFLICT (project_id, group_key_id, distinct_id)
DO UPDATE SET deleted_at = NULL, created_at = now(), xid = pg_current_xact_id()
WHERE present.deleted_at IS NOT NULL
RETURNING distinct_id, id
"""


def _find_or_add(project_id: int, distinct_ids: set[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [project_id, list(distinct_ids)])
        people: dict[str, int] = dict(cursor.fetchall())
        missing = sorted(distinct_ids - people.keys())
        if missing:
            cursor.execute(_ADD, [project_id, missing])
            people.update(cursor.fetchall())
        if len(people) < len(distinct_ids):  # Somebody else added them in this very moment.
            cursor.execute(_FIND, [project_id, list(distinct_ids - people.keys())])
            people.update(cursor.fetchall())
    return people
