"""Times as SDKs send them: seconds or milliseconds since 1970, UTC."""

import math
from typing import Any, Final

from profiles_app.ingest.outcome import RecordProblem

# A number of seconds this large would be the year 5138: it must be milliseconds.
MILLISECONDS_FROM: Final = 100_000_000_000
_SENSIBLE_BELOW: Final = 1000 * MILLISECONDS_FROM


def parse_time(value: Any, *, now: int, place: str) -> int:
    """Milliseconds since 1970, never later than `now`, which are milliseconds too.

    Takes numbers and strings that read as numbers. Raises `RecordProblem`.
    """
    if value.__class__ is int and 0 <= value < MILLISECONDS_FROM:
        return min(value * 1000, now)
    number = _parse_number(value, place)
    if not 0 <= number < _SENSIBLE_BELOW:
        raise RecordProblem(place, "must be seconds or milliseconds since 1970 (a Unix time).")
    return min(round(number if number >= MILLISECONDS_FROM else number * 1000), now)


def _parse_number(value: Any, place: str) -> float:
    if value.__class__ is int or value.__class__ is float:
        return float(value)
    try:
        number = float(value) if value.__class__ is str else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RecordProblem(place, "must be seconds or milliseconds since 1970, as a number.")
    return number
