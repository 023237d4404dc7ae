"""What a date is: which texts are one, and which instant or day they mean.

`2026-01-31` is a day, `2026-01-31T10:00:00` an instant: with an optional fraction, cut to
microseconds, and an optional `Z` or offset (none: UTC). Days must be real, years 0001 to 9999, in
UTC too. profiles_app/filters/forms.py says the same in SQL.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

# Of these is made what Python and DuckDB (RE2) both read, each matching a whole text.
DAY_PATTERN: Final = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
TIME_PATTERN: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
OFFSET_PATTERN: Final = r"[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]"
INSTANT_PATTERN: Final = rf"{DAY_PATTERN}T{TIME_PATTERN}(?:\.[0-9]+)?(?:Z|{OFFSET_PATTERN})?"

_DAY: Final = re.compile(DAY_PATTERN)
_INSTANT: Final = re.compile(INSTANT_PATTERN)
_FRACTION: Final = re.compile(r"\.([0-9]{1,6})")
_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})$")


def parse_date(text: str) -> datetime | date | None:
    """The day, or the instant in UTC, that a text means; None for any other text."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return _read_instant(text)
    except (ValueError, OverflowError):  # 30 February; a year before 1 or after 9999 in UTC
        return None
    return None


def _read_instant(text: str) -> datetime:
    clock = datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
    fraction = _FRACTION.search(text)
    microseconds = int(fraction[1].ljust(6, "0")) if fraction else 0
    return clock.replace(microsecond=microseconds) - _read_offset(text[19:])


def _read_offset(text: str) -> timedelta:
    offset = _OFFSET.search(text)
    if offset is None:
        return timedelta()
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    return -length if offset[1] == "-" else length
