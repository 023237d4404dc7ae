"""Work for Celery."""

import time

from celery import shared_task

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.due import is_due, list_due
from profiles_app.editing.bulk import list_lost, run_change, trim_drafts
from profiles_app.services.attempts import trim_failures
from profiles_app.services.change_log import trim_change_log
from profiles_app.services.edits import trim_edits
from profiles_app.services.partitions import ensure_coming_partitions


@shared_task
def make_event_partitions() -> None:
    """Makes the partitions of the coming months, so that no batch has to wait for one."""
    ensure_coming_partitions(now=time.time())


@shared_task
def trim_logs() -> None:
    """Deletes entries of the change log that no reader needs."""
    trim_change_log()


@shared_task
def trim_profile_edits() -> None:
    """Deletes what was kept of deleted profiles and of former values, once it is too old."""
    trim_edits()


@shared_task
def trim_sign_in_failures() -> None:
    """Deletes counters of failed tries to sign in that count for nothing any more."""
    trim_failures()


@shared_task
def find_compactions() -> None:
    """Queues the compaction of every project that has much to compact, or lost a file."""
    for project_id in list_due():
        compact_segments.delay(project_id)


@shared_task
def compact_segments(project_id: int) -> None:
    """Brings the columnar side of a project up to now, unless another task has just done so."""
    if is_due(project_id):
        compact(project_id)


@shared_task
def run_bulk_change(change_id: int) -> None:
    """Changes many people, as somebody confirmed it."""
    run_change(change_id)


@shared_task
def find_lost_bulk_changes() -> None:
    """Queues the changes of many people that no worker is at."""
    for change_id in list_lost():
        run_bulk_change.delay(change_id)


@shared_task
def trim_bulk_drafts() -> None:
    """Deletes changes of many people that nobody confirmed."""
    trim_drafts()
