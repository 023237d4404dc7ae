"""Work for Celery."""

from celery import shared_task

from imports_app.actions import remove_old_imports
from imports_app.work.job import list_orphans, work_on


@shared_task
def work_on_import(import_id: int) -> None:
    """Does what is to be done for an import, unless somebody else is at it."""
    work_on(import_id)


@shared_task
def find_import_orphans() -> None:
    """Queues the work that nobody does: of a worker that died, of a message that was lost."""
    for import_id in list_orphans():
        # Found again if nobody had the time.
        work_on_import.apply_async((import_id,), expires=30)


@shared_task
def clear_imports() -> None:
    """Removes what can no longer be undone, and files that nobody imported."""
    remove_old_imports()
