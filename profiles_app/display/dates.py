"""Instants and days in words, in the time zone of the project."""

from datetime import UTC, date, datetime, tzinfo


def in_zone(instant: datetime, zone: tzinfo) -> datetime:
    """The same instant on the project's clock; near the ends of the calendar, in UTC."""
    try:
        return instant.astimezone(zone)
    except (OverflowError, ValueError):
        return instant


def describe_day(day: date) -> str:
    """`Mar 31, 2020`."""
    return f"{day:%b} {day.day}, {day.year}"


def describe_long_day(day: date) -> str:
    """`July 17th, 2020`."""
    return f"{day:%B} {day.day}{_ordinal_ending(day.day)}, {day.year}"


def describe_clock(instant: datetime, zone: tzinfo) -> str:
    """`11:57:10 PM`."""
    local = in_zone(instant, zone)
    return f"{local.hour % 12 or 12}:{local:%M:%S %p}"


def describe_exactly(instant: datetime, zone: tzinfo) -> str:
    """The whole instant, on the project's clock and in UTC, for hovering."""
    local = in_zone(instant, zone)
    fraction = f".{local.microsecond:06d}".rstrip("0") if local.microsecond else ""
    utc = in_zone(instant, UTC).replace(tzinfo=None)
    return f"{describe_day(local)}, {local:%H:%M:%S}{fraction} {zone} ({utc.isoformat()}Z)"


def _ordinal_ending(number: int) -> str:
    if 11 <= number % 100 <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
