"""The worker's sign of life: a row that its main process renews every few seconds.

`install(app)` adds it to a Celery application; `config.health` reads the row.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import Celery, bootsteps
from django.db import Error, connection
from django.db.models import F
from django.db.models.functions import Now

SECONDS = 3.0
# Hosts that are gone, container ids above all, must not pile up.
FORGOTTEN_AFTER = timedelta(days=1)

logger = logging.getLogger(__name__)


def install(app: Celery) -> None:
    """Let every worker of `app` show that it is alive."""
    app.steps["worker"].add(HeartbeatStep)


class HeartbeatStep(bootsteps.StartStopStep):
    """Runs `beat` on the worker's own timer: a worker whose loop hangs stops beating."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        """Beat at once and from then on every SECONDS."""
        forget_old_workers()
        beat(parent.hostname)
        self.entry = parent.timer.call_repeatedly(SECONDS, beat, (parent.hostname,))

    def stop(self, parent: Any) -> None:
        """Beat no more."""
        if self.entry is not None:
            self.entry.cancel()


def beat(name: str) -> None:
    """Renew the row of the worker `name`. A database that is away is said once per attempt, and
    the next beat tries a new connection."""
    # Imported late: Celery loads this module before Django's apps are ready.
    from profiles_app.models import WorkerHeartbeat

    _on_fresh_connection(
        lambda: WorkerHeartbeat.objects.bulk_create(
            [WorkerHeartbeat(name=name, beat_at=Now())],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["beat_at"],
        )
    )


def forget_old_workers() -> None:
    """Delete the rows of workers that have been gone for a day."""
    from profiles_app.models import WorkerHeartbeat

    old = WorkerHeartbeat.objects.annotate(age=Now() - F("beat_at")).filter(age__gt=FORGOTTEN_AFTER)
    _on_fresh_connection(old.delete)


def _on_fresh_connection(write: Callable[[], object]) -> None:
    connection.close_if_unusable_or_obsolete()
    try:
        write()
    except Error as error:
        connection.close()
        logger.warning("No sign of life written: %s", str(error).strip().split("\n", 1)[0])
