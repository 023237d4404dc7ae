"""Ranges of whole days, in the project's time zone."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from rest_framework import serializers

from profiles_app.errors import BadInput
from profiles_app.models import Project
from profiles_app.selectors.activity import ActivityRange

_YEARS: Final = (1900, 2900)


class Day(serializers.DateField):
    """A day such as 2026-03-31."""

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if not _YEARS[0] <= day.year <= _YEARS[1]:
            raise serializers.ValidationError(f"Days lie between the years {_YEARS[0]} and {_YEARS[1]}.", code="range")
        return day


def make_range(first: date | None, last: date | None, *, project: Project) -> ActivityRange:
    """The instants of the days from `first` to `last`, both included; None is open. Raises `BadInput`."""
    if first and last and first > last:
        message = "The first day of the range lies after the last."
        raise BadInput(message, details=[{"path": "from_date", "code": "range", "message": message}])
    after = last + timedelta(days=1) if last else None
    return ActivityRange(
        start=datetime.combine(first, time(), project.zone) if first else None,
        end=datetime.combine(after, time(), project.zone) if after else None,
    )
