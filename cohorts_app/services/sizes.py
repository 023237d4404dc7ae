"""Recording how large cohorts are: daily, after a change, and when somebody asks."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cohorts_app.models import Cohort, Size
from cohorts_app.selectors.bitmaps import pack
from cohorts_app.selectors.measuring import Measured, measure_cohorts
from profiles_app.errors import UserFacingError
from profiles_app.filters.days import shift_days, start_of_day
from profiles_app.locks import hold_lock
from profiles_app.models import Project

MEMBERS_KEPT: Final = timedelta(days=35)
MOST_PAST_DAYS: Final = 90
_FIRST_PAUSE: Final = timedelta(minutes=2)
_LONGEST_PAUSE: Final = timedelta(hours=6)
_LOCK: Final = 0x53697A65  # "Size"; the second half of the key is the project.
_UNEXPECTED: Final = "Roster failed at computing this cohort. The reason is in its log; it is tried again."


def list_due_projects() -> list[int]:
    """The projects with a cohort whose size is due."""
    due = Cohort.objects.filter(size_due_at__lte=timezone.now())
    return list(due.order_by("project_id").values_list("project_id", flat=True).distinct())


def record_due(project_id: int) -> int:
    """Records the sizes of a project that are due. Returns how many; 0 where another process is at it."""
    with hold_lock(_LOCK, project_id) as is_alone:
        if not is_alone:
            return 0
        due = Cohort.objects.filter(project_id=project_id, size_due_at__lte=timezone.now())
        return _record(list(due.select_related("project", "group_key")))


def record_sizes(cohorts: Iterable[Cohort], *, with_members: bool = True) -> int:
    """Records the sizes of some cohorts of one project now. Returns how many were found."""
    numbers = [cohort.pk for cohort in cohorts]
    found = Cohort.objects.filter(pk__in=numbers).select_related("project", "group_key")
    return _record(list(found), with_members=with_members)


def _record(cohorts: list[Cohort], *, with_members: bool = True) -> int:
    cohorts.sort(key=lambda cohort: (cohort.group_key_id or 0, cohort.pk))
    recorded = 0
    for _, group in groupby(cohorts, key=lambda cohort: cohort.group_key_id):
        recorded += _record_kind(list(group), with_members=with_members)
    return recorded


def _record_kind(cohorts: list[Cohort], *, with_members: bool) -> int:
    at, began = timezone.now(), time.monotonic()
    try:
        found = measure_cohorts(
            cohorts[0].project, cohorts, group_key=cohorts[0].group_key, now=at, with_members=with_members
        )
    except UserFacingError as error:
        found = {cohort.pk: Measured(error=error.message) for cohort in cohorts}
    took = time.monotonic() - began
    for cohort in cohorts:
        _write(cohort, found[cohort.pk], at=at, took=took)
    return sum(measured.size is not None for measured in found.values())


def _write(cohort: Cohort, measured: Measured, *, at: datetime, took: float) -> None:
    """A failure leaves the last good size where it is."""
    # What was measured is the cohort as it was read; one that was changed since stays due.
    same = Cohort.objects.filter(pk=cohort.pk, version=cohort.version, revision=cohort.revision)
    with transaction.atomic():
        if not Cohort.objects.select_for_update().filter(pk=cohort.pk).exists():
            return
        _make_size(cohort, measured, at=at, took=took).save()
        if measured.size is None:
            same.update(**_note_failure(cohort, measured.error, at=at))
        else:
            due = find_next_midnight(cohort.project, at)
            same.update(size=measured.size, size_at=at, size_error="", size_tries=0, size_due_at=due)


def _note_failure(cohort: Cohort, error: str, *, at: datetime) -> dict[str, Any]:
    """What becomes of the cohort's columns: each failure doubles the pause before the next try."""
    pause = min(_FIRST_PAUSE * 2 ** min(cohort.size_tries, 20), _LONGEST_PAUSE)
    return {"size_error": error[:500], "size_tries": cohort.size_tries + 1, "size_due_at": at + pause}


def _make_size(cohort: Cohort, measured: Measured, *, at: datetime, took: float, is_past: bool = False) -> Size:
    return Size(
        cohort=cohort,
        at=at,
        size=measured.size,
        version=cohort.version,
        revision=cohort.revision,
        error=measured.error[:500],
        took=took,
        is_past=is_past,
        first_id=measured.first_id,
        members=None if measured.bits is None else pack(measured.bits),
    )


def find_next_midnight(project: Project, moment: datetime) -> datetime:
    """Where the project's next day begins."""
    return start_of_day(shift_days(moment.astimezone(project.zone).date(), 1), project.zone)


def record_past(cohort: Cohort, *, days: int) -> int:
    """Records the sizes at the ends of past days that have none, of a cohort that is made of behaviours. They
    are those of the people and events that are known today. Returns how many days."""
    project, today = cohort.project, timezone.now().astimezone(cohort.project.zone).date()
    recorded = 0
    for back in range(min(days, MOST_PAST_DAYS), 0, -1):
        begin = start_of_day(shift_days(today, -back), project.zone)
        end = start_of_day(shift_days(today, 1 - back), project.zone) - timedelta(microseconds=1)
        if Size.objects.filter(cohort=cohort, at__gte=begin, at__lte=end, size__isnull=False).exists():
            continue
        began = time.monotonic()
        measured = measure_cohorts(project, [cohort], group_key=cohort.group_key, now=end, with_members=True)[cohort.pk]
        if measured.size is None:
            break
        took = time.monotonic() - began
        made = _make_size(cohort, measured, at=end, took=took, is_past=True)
        Size.objects.bulk_create([made], ignore_conflicts=True)
        recorded += 1
    return recorded


def trim_sizes() -> int:
    """Forgets who was in cohorts long ago, and old errors; sizes stay. Returns how many rows."""
    old = timezone.now() - MEMBERS_KEPT
    forgotten = Size.objects.filter(at__lt=old, members__isnull=False).update(members=None, first_id=None)
    deleted, _ = Size.objects.filter(Q(size=None), at__lt=old).delete()
    return forgotten + deleted


def give_up(project_id: int) -> None:
    """After a failure that nobody foresaw: what is due waits as after one that was foreseen."""
    due = Cohort.objects.filter(project_id=project_id, size_due_at__lte=timezone.now())
    for cohort in due:
        Cohort.objects.filter(pk=cohort.pk).update(**_note_failure(cohort, _UNEXPECTED, at=timezone.now()))
