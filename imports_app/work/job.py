"""Who works on an import, and how it goes on after anything died.

The state in the database says what is to be done (`Import.work`). Whoever does it holds an advisory lock, which
PostgreSQL lets go of when their connection ends, however that ends. A clock looks for work that nobody holds.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now

from imports_app.models import Import, Work
from imports_app.work import steps
from imports_app.work.heart import beating
from profiles_app.errors import TooSlow, Unavailable, UserFacingError
from profiles_app.locks import hold_lock

_LOCK: Final = 0x526F7349
# Starts without a step forward: whoever dies that often at the same place would die there for ever.
MOST_TRIES: Final = 5
# A holder that shows no sign of life for so long is taken for dead: its host is gone, or it hangs.
_SILENT_SECONDS: Final = 20
_FAILED: Final = "Roster failed at this import. The reason is in its log; what was imported until then can be undone."
_log: Final = logging.getLogger(__name__)

_STEPS: Final[Mapping[str, Callable[[Import], None]]] = {
    Work.READ: steps.read_file,
    Work.CHECK: steps.check,
    Work.IMPORT: steps.run_import,
    Work.UNDO: steps.run_undo,
}


def work_on(import_id: int) -> None:
    """Does what is to be done for an import, unless somebody else is at it. What only time can mend (a database
    that restarts, segments that are being built) is left to the next try."""
    with hold_lock(_LOCK, import_id) as held:
        while held:
            job = Import.objects.select_related("project", "group_key").filter(pk=import_id).exclude(work="").first()
            if job is None or not _do(job):
                return


def _do(job: Import) -> bool:
    """Whether to look for more. False: it has to wait."""
    if job.tries >= MOST_TRIES:
        steps.fail(job, _FAILED)
        return True
    Import.objects.filter(pk=job.pk).update(tries=job.tries + 1, beat_at=Now())
    try:
        with beating(job.pk):
            _STEPS[job.work](job)
    except (Unavailable, TooSlow) as problem:
        _log.info("Import %s waits: %s", job.pk, problem.message)
        Import.objects.filter(pk=job.pk).update(tries=job.tries)
        return False
    except UserFacingError as problem:
        steps.fail(job, problem.message)
    except (OperationalError, InterfaceError):
        # The lock went with the connection: somebody else may be at it by now.
        connection.close()
        raise
    except Exception:  # noqa: BLE001 — the boundary of a task
        _log.exception("Import %s failed", job.pk)
        steps.fail(job, _FAILED)
    return True


_ORPHANS: Final = """
SELECT id FROM imports_app_import AS job WHERE work <> '' AND NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = job.id AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
ORDER BY id
"""
_END_SILENT: Final = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN imports_app_import AS job ON objid = job.id
WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted AND work <> ''
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND beat_at < now() - make_interval(secs => %s)
"""


def list_orphans() -> list[int]:
    """The imports with work that nobody does. Ends the connections of those who say they do and show no life."""
    with connection.cursor() as cursor:
        cursor.execute(_END_SILENT, [_LOCK, _SILENT_SECONDS])
        cursor.execute(_ORPHANS, [_LOCK])
        return [import_id for (import_id,) in cursor.fetchall()]
