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


def hold_people(project_id: int, *, alone: bool) -> None:
    """Until the end of the transaction: keeps a person from being declared gone while an event
    of theirs is on its way. Writers of events share the lock; who removes holds it alone."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_PEOPLE_LOCK, project_id])
