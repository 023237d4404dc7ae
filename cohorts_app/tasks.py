"""Work for Celery."""

from celery import shared_task

from cohorts_app.models import Cohort
from cohorts_app.services import lists, sizes
from profiles_app.errors import UserFacingError

_FAILED = "Roster failed at this list. The reason is in its log; bring the list again."


@shared_task
def apply_list(list_id: int) -> None:
    """Adds or removes the people of a list, once."""
    try:
        lists.apply_list(list_id)
    except UserFacingError as error:
        lists.fail_list(list_id, error.message)
    except Exception:
        lists.fail_list(list_id, _FAILED)
        raise


@shared_task
def find_lost_lists() -> None:
    """Queues lists again whose task went with a killed worker."""
    for list_id in lists.list_lost():
        apply_list.delay(list_id)


@shared_task
def find_due_sizes() -> None:
    """Queues the recording of each project that has sizes due, those of lost tasks included."""
    for project_id in sizes.list_due_projects():
        record_due_sizes.apply_async((project_id,), expires=60.0)


@shared_task
def record_due_sizes(project_id: int) -> None:
    """Records the sizes of a project that are due, unless another task is at it."""
    try:
        sizes.record_due(project_id)
    except Exception:
        sizes.give_up(project_id)
        raise


@shared_task
def record_past_sizes(cohort_id: int, days: int) -> None:
    """Records what a cohort's size was at the ends of past days."""
    found = Cohort.objects.select_related("project", "group_key").filter(pk=cohort_id).first()
    if found is not None:
        sizes.record_past(found, days=days)


@shared_task
def trim_cohorts() -> None:
    """Deletes what is kept for a while only."""
    lists.trim_lists()
    sizes.trim_sizes()
