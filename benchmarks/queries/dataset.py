"""What the benchmark's data is: sizes, names, the fixed "now", and where it is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

FULL_PROFILES: Final = 1_000_000
FULL_EVENTS: Final = 20_000_000

NOW: Final = datetime(2026, 11, 19, 18, 0, tzinfo=UTC)
"""Just after the newest event; every system is asked as of this instant."""

DAYS: Final = 180
"""The events lie in so many days before `NOW`."""

START: Final = NOW - timedelta(days=DAYS)

EVENT_NAMES: Final = (
    "watch video",
    "page view",
    "search",
    "add to list",
    "rate title",
    "share",
    "start trial",
    "purchase",
    "open email",
    "invite friend",
    "contact support",
    "cancel plan",
)
"""From the most frequent to the rarest. An event name's row has its place here, from 1, as id."""

TOKEN: Final = "token-of-the-benchmark"


@dataclass(frozen=True)
class Scale:
    """A share of the full size."""

    share: float

    @property
    def profiles(self) -> int:
        return max(1_000, round(FULL_PROFILES * self.share))

    @property
    def events(self) -> int:
        return max(20_000, round(FULL_EVENTS * self.share))

    def __str__(self) -> str:
        return f"{self.share:g}"


@dataclass(frozen=True)
class Folder:
    """Where one scale's data lies; it is also the data folder of the Roster that is asked."""

    path: Path

    @property
    def marker(self) -> Path:
        """Written last, with the version of the data: without it the folder is built again."""
        return self.path / "complete.json"

    @property
    def clickhouse(self) -> Path:
        return self.path / "clickhouse"

    @property
    def exchange(self) -> Path:
        """Rows on their way from PostgreSQL to ClickHouse."""
        return self.path / "exchange.tsv"


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The events of one calendar month (UTC): numbers `first` to `last`, evenly over the time."""

    start: datetime
    end: datetime
    first: int
    last: int


def number_name(name: str) -> int:
    """The id of an event name."""
    return EVENT_NAMES.index(name) + 1


def slice_months(events: int) -> list[Slice]:
    """The whole time, cut at the months; the parts' events add up to `events`."""
    edges = [START, *_month_starts(), NOW]
    counts = [round(events * ((edge - START) / (NOW - START))) for edge in edges]
    return [
        Slice(start=edges[i], end=edges[i + 1], first=counts[i] + 1, last=counts[i + 1]) for i in range(len(edges) - 1)
    ]


def _month_starts() -> list[datetime]:
    months = range(START.year * 12 + START.month, NOW.year * 12 + NOW.month)
    return [datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in months]
