"""One question of the benchmark, in the words of every system, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from benchmarks.queries.dataset import NOW, number_name

PAGE: Final = 50
"""Rows of a page."""

Tree = Mapping[str, Any]
"""A NODE of the filter language, or the whole document."""

Form = Literal["count", "page", "table"]
"""How the answer looks: a number; ids of profiles in order; pairs of value and number in order."""

Answer = int | list[int] | list[tuple[str, int]]

Topic = Literal["profiles", "behaviour", "sequences"]
"""The issue sets a separate aim for each."""


class OutOfTime(Exception):
    """The system gave up at its limit."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """`tree` is the filter (population "profiles"), with the names of cohorts where a stored one
    has ids. A page is sorted by `sort`, unset values last, then by id; a table counts the values
    of `breakdown`, most frequent first, then by value; `search` is text that `$name`, `$email` or
    the distinct id contains, ignoring case."""

    key: str
    title: str
    topic: Topic
    postgres: str
    clickhouse: str
    form: Form = "count"
    tree: Tree = field(default_factory=lambda: {"all": []})
    sort: str = ""
    descending: bool = True
    breakdown: str = ""
    search: str = ""
    limit: int = PAGE
    cohorts: Mapping[str, Tree] = field(default_factory=dict)


def start_window(days: int) -> datetime:
    """Where "the last `days` days" begin: midnight, today being one of them."""
    return datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) - timedelta(days=days - 1)


def within(days: int, *, column: str) -> str:
    """The condition, for both peers, that `column` lies in the last `days` days."""
    return f"{column} >= '{start_window(days):%Y-%m-%d %H:%M:%S}' AND {column} <= '{NOW:%Y-%m-%d %H:%M:%S}'"


def did(event: str, *, days: int, **rest: Any) -> dict[str, Any]:
    """A behaviour leaf over the last `days` days."""
    return {"event": event, "window": {"last": {"n": days, "unit": "day"}}, **rest}


def postgres_events(*names: str, days: int) -> str:
    """Of the peer's events: these names, in the last `days` days."""
    numbers = ", ".join(str(number_name(name)) for name in names)
    return f"FROM peer.event WHERE name_id IN ({numbers}) AND {within(days, column='time')}"


def clickhouse_events(*names: str, days: int) -> str:
    """Of the peer's events: these names, in the last `days` days."""
    listed = ", ".join(f"'{name}'" for name in names)
    return f"FROM events WHERE team_id = 1 AND event IN ({listed}) AND {within(days, column='timestamp')}"


PERSONS: Final = """(
    SELECT id, argMax(properties, version) AS properties, argMax(last_seen_at, version) AS last_seen_at
    FROM person WHERE team_id = 1 GROUP BY id HAVING argMax(is_deleted, version) = 0
    SETTINGS optimize_aggregation_in_order = 1
)"""
"""The peer's current persons. Several versions of a person may lie in the table until ClickHouse
merges them, so the newest is looked for, as PostHog does. A column that is not used is not read."""
