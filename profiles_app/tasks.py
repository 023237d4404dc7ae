"""Work for Celery."""

import time

from celery import shared_task

from profiles_app.services.partitions import ensure_coming_partitions


@shared_task
def make_event_partitions() -> None:
    """Makes the partitions of the coming months, so that no batch has to wait for one."""
    ensure_coming_partitions(now=time.time())
