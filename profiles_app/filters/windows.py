"""Windows and date operators as ranges of instants, given the one "now" of a query."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from profiles_app.filters.data import Moment
from profiles_app.filters.days import (
    FIRST_INSTANT,
    MICROSECOND,
    first_day_from,
    length,
    local_day,
    shift,
    shift_days,
    shift_instant,
    start_of_day,
)
from profiles_app.filters.tree import Ago, Before, Between, Ever, Last, Since, Span, Window


@dataclass(frozen=True)
class EventRange:
    """Instants `start <= time < end` in UTC; None: since ever. Never beyond now."""

    start: datetime | None
    end: datetime

    @property
    def is_empty(self) -> bool:
        return self.start is not None and self.start >= self.end


@dataclass(frozen=True)
class DateRange:
    """Instants `start <= t < end` in UTC, and the days `first <= d < stop` that lie in it; None is
    without that bound."""

    start: datetime | None
    end: datetime | None
    first: date | None
    stop: date | None


def resolve_window(window: Window, moment: Moment) -> EventRange:
    """The instants of a window. What happens at "now" counts, what is later does not."""
    calendar = Calendar(moment)
    now_included = shift_instant(calendar.now, MICROSECOND)
    start, end = _find_bounds(window, calendar)
    return EventRange(start, min(end or now_included, now_included))


def _find_bounds(window: Window, calendar: "Calendar") -> tuple[datetime | None, datetime | None]:
    match window:
        case Last(span):
            return calendar.start_of_last(span), None
        case Between(first, last):
            return calendar.start_of(first), calendar.end_of(last)
        case Since(day):
            return calendar.start_of(day), None
        case Before(day):
            return None, calendar.start_of(day)
        case Ever():
            return None, None
        case Ago(start, end):
            return calendar.start_of_ago(start), calendar.end_of_ago(end)


class Calendar:
    """Now, and the days around it in the project's time zone."""

    def __init__(self, moment: Moment) -> None:
        self.zone = ZoneInfo(moment.timezone)
        self.now = moment.now.astimezone(UTC)
        self.today = local_day(self.now, self.zone)

    def start_of(self, day: date) -> datetime:
        return start_of_day(day, self.zone)

    def end_of(self, day: date) -> datetime | None:
        """Where the next day begins; None after the last day of the calendar."""
        return None if day == date.max else self.start_of(shift_days(day, 1))

    def start_of_last(self, span: Span) -> datetime:
        """Where the window "last n units" begins: minutes and hours roll from now, the others begin
        with a day, today being one of n."""
        if not span.unit.is_calendar:
            return shift_instant(self.now, -length(span))
        day_before = shift(self.today, span, sign=-1)
        # As far back as the calendar goes, or further.
        return FIRST_INSTANT if day_before == date.min else self.start_of(shift_days(day_before, 1))

    def start_of_ago(self, span: Span) -> datetime:
        if not span.unit.is_calendar:
            return shift_instant(self.now, -length(span))
        return self.start_of(shift(self.today, span, sign=-1))

    def end_of_ago(self, span: Span) -> datetime | None:
        if not span.unit.is_calendar:
            return shift_instant(self.now, -length(span))
        return self.end_of(shift(self.today, span, sign=-1))

    def range_of_days(self, first: date | None, last: date | None) -> DateRange:
        """Whole days, both included; None is without that bound."""
        return DateRange(
            start=self.start_of(first) if first else None,
            end=self.end_of(last) if last else None,
            first=first,
            stop=None if last in {None, date.max} else shift_days(last, 1),
        )

    def range_before(self, day: date) -> DateRange:
        return DateRange(start=None, end=self.start_of(day), first=None, stop=day)

    def range_of_last(self, span: Span) -> DateRange:
        """`in_last`: as the window of events, up to now."""
        return self._range_of_instants(self.start_of_last(span), shift_instant(self.now, MICROSECOND))

    def range_more_than_ago(self, span: Span) -> DateRange:
        """`more_than_ago`: all before `in_last` begins, so that nothing lies between the two."""
        return self._range_of_instants(None, self.start_of_last(span))

    def range_of_next(self, span: Span) -> DateRange:
        """`in_next`: after now. In days, weeks and months: to the end of the last of n days, of which
        today is one; a day without a time counts from today on."""
        start = shift_instant(self.now, MICROSECOND)
        if not span.unit.is_calendar:
            return self._range_of_instants(start, shift_instant(start, length(span)))
        stop = shift(self.today, span, sign=1)
        return DateRange(start=start, end=self.start_of(stop), first=self.today, stop=stop)

    def _range_of_instants(self, start: datetime | None, end: datetime) -> DateRange:
        """A day counts as its midnight."""
        return DateRange(
            start=start,
            end=end,
            first=first_day_from(start, self.zone) if start else None,
            stop=first_day_from(end, self.zone),
        )
