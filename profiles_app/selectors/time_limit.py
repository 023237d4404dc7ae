"""No query on what somebody typed runs for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from profiles_app.errors import TooSlow

SECONDS: Final = 10.0


@contextmanager
def time_limit(*, seconds: float = SECONDS) -> Iterator[None]:
    """Each statement in the block may take `seconds`. Raises `TooSlow` when one takes longer."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow("This took longer than Roster allows a question to take.") from error
        raise
