"""Days of a time zone: when they begin, which one comes first after an instant, and where the zone's
clock was set forward or back. Everything saturates at the ends of the calendar."""

import calendar
import functools
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from profiles_app.filters.tree import Span, Unit

FIRST_INSTANT: Final = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT: Final = datetime.max.replace(tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

# No place kept a time zone before; the first of them is Amsterdam's, 1835.
_FIRST_YEAR_OF_ZONES: Final = 1800
_UNITS: Final = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(weeks=1),
    Unit.MONTH: timedelta(days=30),
}


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, whose date in the zone is this day (or a later one, where the zone
    left the day out)."""
    midnight = datetime.combine(day, time(), tzinfo=zone)
    try:
        first, second = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return FIRST_INSTANT if day.year == date.min.year else LAST_INSTANT
    # Midnight comes once, or twice (then the first counts), or is skipped: `second` is then before
    # the leap and `first` after it or at it.
    return first if first <= second else _find_change(second, first, zone)


def first_day_from(instant: datetime, zone: ZoneInfo) -> date | None:
    """The first day that begins at this instant or later; None where the calendar has no such day."""
    day = local_day(instant, zone)
    for distance in (-1, 0, 1, 2):
        candidate = shift_days(day, distance)
        if start_of_day(candidate, zone) >= instant:
            return candidate
    return None


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The date on the zone's calendar at this instant."""
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        return instant.date()


def shift(day: date, span: Span, *, sign: int) -> date:
    """So many days, weeks or months later or earlier; the 31st becomes the last of a shorter month."""
    if span.unit is not Unit.MONTH:
        return shift_days(day, sign * span.n * _UNITS[span.unit].days)
    months = day.year * 12 + day.month - 1 + sign * span.n
    year, month = months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return date.min if sign < 0 else date.max
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def shift_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else date.max


def length(span: Span) -> timedelta:
    """The span as time that passes: a day is 24 hours, a month 30 days."""
    return span.n * _UNITS[span.unit]


def shift_instant(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return FIRST_INSTANT if by < timedelta() else LAST_INSTANT


def list_changes(zone: ZoneInfo, *, start: datetime | None, end: datetime) -> list[tuple[datetime, timedelta]]:
    """The offsets from UTC of a zone between two instants (None: ever), latest first, each with the
    instant since which it held; the last one held before all of them, and has the start."""
    earliest = max(start or FIRST_INSTANT, datetime(_FIRST_YEAR_OF_ZONES, 1, 1, tzinfo=UTC))
    changes = [
        change
        for year in range(earliest.year, end.year + 1)
        for change in _list_changes_of_year(zone, year)
        if earliest < change < end
    ]
    return [(instant, _offset(instant, zone)) for instant in [*reversed(changes), earliest]]


@functools.lru_cache(maxsize=20_000)
def _list_changes_of_year(zone: ZoneInfo, year: int) -> tuple[datetime, ...]:
    """No zone changed twice within a day, so one look a day finds them all."""
    eve = datetime(year - 1, 12, 31, tzinfo=UTC)
    days = [shift_instant(eve, timedelta(days=number)) for number in range(368)]
    offsets = [_offset(day, zone) for day in days]
    pairs = zip(days, days[1:], offsets, offsets[1:], strict=False)
    found = [_find_change(before, after, zone) for before, after, old, new in pairs if old != new]
    return tuple(change for change in found if change.year == year)


def _find_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after `before` with another offset; there is one at or before `after`."""
    old = _offset(before, zone)
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(before + timedelta(seconds=middle), zone) == old else (low, middle)
    return before + timedelta(seconds=high)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    try:
        return instant.astimezone(zone).utcoffset() or timedelta()
    except OverflowError:
        return timedelta()
