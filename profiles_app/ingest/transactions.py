"""Transactions that are tried again where PostgreSQL chose them as a victim."""

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import Error, OperationalError, connection, transaction

Result = TypeVar("Result")

_TRIES: Final = 4
_DEADLOCK: Final = "40P01"
_PEOPLE_LOCK: Final = 0x526F7374  # "Rost"; the second half of the key is the project.


def get_sqlstate(error: Error) -> str:
    """PostgreSQL's five-character code of an error, or an empty string."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def run_in_transaction(work: Callable[[], Result]) -> Result:
    """`work` in one transaction. A deadlock undoes it whole, so it is run again."""
    for _ in range(_TRIES - 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if get_sqlstate(error) != _DEADLOCK:
                raise
    with transaction.atomic():
        return work()


def hold_people(project_id: int) -> None:
    """Until the end of the transaction, nobody writes events of the project: for who removes
    properties, so that nobody is declared gone while an event of theirs is on its way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_PEOPLE_LOCK, project_id])


def share_people(project_id: int) -> int:
    """Until the end of the transaction, nobody holds the people of the project: for writers of
    events. Returns the epoch of the people, read once that is sure."""
    with connection.cursor() as cursor:
        # One message; the second statement sees what was committed while the first one waited.
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, %s);SELECT people_epoch FROM profiles_app_project WHERE id = %s",
            [_PEOPLE_LOCK, project_id, project_id],
        )
        cursor.nextset()
        (epoch,) = cursor.fetchone() or (0,)
    return int(epoch)
