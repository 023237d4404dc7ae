"""Locks between processes, kept by PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def hold_lock(key: int, number: int) -> Iterator[bool]:
    """One process at a time, over all hosts, for what has this `number` among what `key` stands for. False
    where another one is at it. A process that dies lets go by itself: the lock ends with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [key, number])
        (held,) = cursor.fetchone() or (False,)
    try:
        yield held
    finally:
        # Where the connection was lost, the lock went with it.
        if held and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [key, number])
