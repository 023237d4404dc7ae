"""Whether anything at all has happened in PostgreSQL, in one small query."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from profiles_app.errors import NotFound

_PULSE: Final = """
SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NOT NULL, p.people_epoch,
    coalesce(m.generation, 0), coalesce(m.broken, false)
FROM profiles_app_project AS p LEFT JOIN profiles_app_manifest AS m ON m.project_id = p.id WHERE p.id = %s
"""


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """Two equal pulses: no transaction that wrote anything has ended between them.

    `snapshot` is PostgreSQL's own, as text: the transactions that had ended. `writing`: this very
    transaction has written something, which nobody else may see yet.
    """

    snapshot: str
    writing: bool
    people_epoch: int
    generation: int
    broken: bool


def read_pulse(project_id: int) -> Pulse:
    """The pulse as this connection sees it now. Raises `NotFound` where the project is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_PULSE, [project_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound("This project was deleted.")
    snapshot, writing, epoch, generation, broken = found
    return Pulse(snapshot=snapshot, writing=writing, people_epoch=epoch, generation=generation, broken=broken)
