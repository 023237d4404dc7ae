"""What is done at once, and what is given to a task."""

from django.db import transaction

from cohorts_app import tasks
from cohorts_app.models import MemberList
from cohorts_app.services.lists import AT_ONCE, apply_list


def start_list(kept: MemberList) -> None:
    """Applies a short list, and queues a long one."""
    if kept.lines <= AT_ONCE:
        apply_list(kept.pk)
    else:
        transaction.on_commit(lambda: tasks.apply_list.delay(kept.pk))
