"""The range menu of the activity feed: which days, in the project's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from profiles_app.display.dates import describe_day
from profiles_app.errors import BadInput
from profiles_app.selectors.activity import ActivityRange

DEFAULT: Final = "30d"
CUSTOM: Final = "custom"
ALL_TIME: Final = "all"
_DAYS: Final = {"today": 1, "7d": 7, "30d": 30, "90d": 90, "12m": 365}
LABELS: Final = {
    "today": "Today",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "12m": "Last 12 months",
    ALL_TIME: "All time",
}


@dataclass(frozen=True, kw_only=True)
class DayRange:
    """Whole days from `first` to `last`, both included; None is open."""

    key: str
    first: date | None
    last: date | None

    @property
    def label(self) -> str:
        """As on the button: `Last 30 days`, or `Mar 1, 2026 – Mar 9, 2026`."""
        if self.key in LABELS:
            return LABELS[self.key]
        first, last = (describe_day(day) if day else "…" for day in (self.first, self.last))
        return f"{first} – {last}"

    def within(self, zone: ZoneInfo) -> ActivityRange:
        """The instants of these days. The end stays open for ranges that reach until now."""
        start = datetime.combine(self.first, time(), zone) if self.first else None
        # A day has 23 to 25 hours: the end is where the next day begins.
        after = self.last + timedelta(days=1) if self.last and self.key == CUSTOM else None
        return ActivityRange(start=start, end=datetime.combine(after, time(), zone) if after else None)


def parse_range(key: str, *, first: str, last: str, today: date) -> DayRange:
    """The range that the address asks for. Raises `BadInput`."""
    key = key or DEFAULT
    if key == CUSTOM:
        return _check_order(DayRange(key=key, first=_parse_day(first), last=_parse_day(last)))
    if key == ALL_TIME:
        return DayRange(key=key, first=None, last=today)
    if key not in _DAYS:
        raise BadInput("The address asks for a range of days that does not exist.")
    return DayRange(key=key, first=today - timedelta(days=_DAYS[key] - 1), last=today)


def _parse_day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"“{text[:40]}” is not a day. Write it as 2026-03-31.") from None
    if not 1900 <= day.year <= 2900:
        raise BadInput("Days may lie between the years 1900 and 2900.")
    return day


def _check_order(days: DayRange) -> DayRange:
    if days.first and days.last and days.first > days.last:
        raise BadInput("The first day of the range lies after the last.")
    return days
