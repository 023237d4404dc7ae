"""The monthly partitions of the events."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from django.db import connection, transaction

_PARTITION_LOCK: Final = 0x526F7375


def ensure_partitions(times: Iterable[float]) -> None:
    """Makes the partitions that events at these Unix times need. Safe when several do it at once.

    A partition is made on its own and then attached, which lets writers of events go on.
    """
    months = sorted({get_month(time) for time in times})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PARTITION_LOCK])
        for month in months:
            cursor.execute("SELECT to_regclass(%s)", [name_partition(month)])
            if cursor.fetchone() == (None,):
                _make_partition(month)


def ensure_coming_partitions(*, now: float, months: int = 3) -> None:
    """Makes the partitions of the present month and of the `months` after it."""
    month = get_month(now)
    starts = [month]
    for _ in range(months):
        starts.append(get_next_month(starts[-1]))
    ensure_partitions(datetime(start.year, start.month, 1, tzinfo=UTC).timestamp() for start in starts)


def get_month(time: float) -> date:
    """The first day of the month (UTC) of a Unix time."""
    moment = datetime.fromtimestamp(time, UTC)
    return date(moment.year, moment.month, 1)


def get_next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def name_partition(month: date) -> str:
    return f"profiles_app_event_{month:%Y_%m}"


def _make_partition(month: date) -> None:
    name = name_partition(month)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (LIKE profiles_app_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(
            f"ALTER TABLE profiles_app_event ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)",
            [f"{month} 00:00:00+00", f"{get_next_month(month)} 00:00:00+00"],
        )
