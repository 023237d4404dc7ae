"""A database that a dump was restored to: the transaction ids in its rows are those of another cluster.

They may lie far ahead of this cluster's own, and then the tail would take every such row for new, before every
question, for years. So they become ids of the past, once, before anything is served.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.dispatch import Signal

from profiles_app.columnar.manifest import read_system
from profiles_app.models import Manifest

PAST: Final = 3
"""The first transaction id there is: older than any that Roster writes."""

people_are_adopted = Signal()
"""Sent just before the ids of the profiles change, in the same transaction, by whatever else holds such ids to compare
them with. `cursor`, and `own_from`: from this id on, ids in rows are of another cluster."""

_FIND_HOME: Final = "SELECT system FROM profiles_app_cluster"
_MOVE: Final = "DELETE FROM profiles_app_cluster; INSERT INTO profiles_app_cluster VALUES (%s)"
_PARTITIONS: Final = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'profiles_app_event'::regclass ORDER BY 1
"""
# Who writes waits: until then all rows of this cluster are of transactions below the next id.
_LOCK: Final = "LOCK TABLE ONLY {} IN SHARE ROW EXCLUSIVE MODE"
_OWN_FROM: Final = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
_ADOPT: Final = "UPDATE ONLY {} SET xid = '{}'::xid8 WHERE xid >= %s::text::xid8"
# With what the change of the profiles has just written here itself.
_FORGET_CHANGES: Final = "DELETE FROM profiles_app_profile_change WHERE xid >= %s::text::xid8"


def adopt_database(say: Callable[[str], object]) -> bool:
    """Makes the rows those of this cluster; whether they were of another. What was done stays done where this ends
    in the middle, and the next call goes on. `say` is told what takes long.
    """
    system = read_system()
    home = _find_home(system)
    if home == system:
        return False
    if home is not None:
        say("This database comes from another PostgreSQL server. Its rows are prepared for this one, once.")
        _adopt_people()
        partitions = _list_partitions()
        for number, partition in enumerate(partitions, start=1):
            _adopt_events(partition)
            say(f"Events: {number} of {len(partitions)} months.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MOVE, [system])
    return home is not None


def _find_home(system: str) -> str | None:
    """The cluster that the ids are of; None for a new database."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_HOME)
        found = cursor.fetchone()
    if found is not None:
        return str(found[0])
    # Before Roster wrote down where it lives, only the segments told.
    return Manifest.objects.exclude(system__in=("", system)).values_list("system", flat=True).first()


def _list_partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS)
        return [name for (name,) in cursor.fetchall()]


def _adopt_people() -> None:
    with _alone_with("profiles_app_profile") as (cursor, own_from):
        people_are_adopted.send(sender=None, cursor=cursor, own_from=own_from)
        cursor.execute(_ADOPT.format("profiles_app_profile", PAST), [own_from])
        cursor.execute(_FORGET_CHANGES, [own_from])


def _adopt_events(partition: str) -> None:
    with _alone_with(partition) as (cursor, own_from):
        cursor.execute(_ADOPT.format(partition, PAST), [own_from])


@contextmanager
def _alone_with(table: str) -> Iterator[tuple[CursorWrapper, str]]:
    """A transaction beside which nobody writes to the table, and the id from which on its rows are foreign."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK.format(table))
        cursor.execute(_OWN_FROM)
        (own_from,) = cursor.fetchone()
        yield cursor, own_from
