"""Events grouped by day for the feed, and the sparkline above it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any, Final

from profiles_app.display.dates import describe_clock, describe_exactly, describe_long_day, in_zone
from profiles_app.display.person import choose_title
from profiles_app.display.values import icon_of, kind_of
from profiles_app.selectors.activity import FeedEvent
from profiles_app.users_page.addresses import address_of_profile

# Wider than this a bar would be thinner than a pixel: days are put together.
_MOST_BARS: Final = 90
_HEIGHT: Final = 40
_STEP: Final = 10


@dataclass(frozen=True, kw_only=True)
class Property:
    """One line of a list of properties."""

    name: str
    value: Any
    kind: str

    @property
    def icon(self) -> str:
        return icon_of(self.kind)


@dataclass(frozen=True, kw_only=True)
class FeedRow:
    """`actor`, `actor_url`: who did it and where their profile is; empty on their own page."""

    event: FeedEvent
    actor: str
    actor_url: str
    clock: str
    exactly: str
    properties: list[Property]


@dataclass(frozen=True, kw_only=True)
class FeedDay:
    day: date
    title: str
    rows: list[FeedRow]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of the sparkline in units of its view box; `title` says which days and how many."""

    x: int
    y: float
    height: float
    title: str


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    width: int
    height: int
    bars: list[Bar]
    text: str


def list_properties(properties: dict[str, Any]) -> list[Property]:
    """By name, those with a `$` first, as far as they are set."""
    names = sorted(properties, key=lambda name: (not name.startswith("$"), name.lower(), name))
    return [Property(name=name, value=properties[name], kind=kind_of(properties[name])) for name in names]


def group_by_day(events: Sequence[FeedEvent], *, zone: tzinfo) -> list[FeedDay]:
    """The events as they come, cut where the project's day changes."""
    days = groupby(events, key=lambda event: in_zone(event.time, zone).date())
    return [
        FeedDay(day=day, title=describe_long_day(day), rows=[_make_row(event, zone) for event in members])
        for day, members in days
    ]


def _make_row(event: FeedEvent, zone: tzinfo) -> FeedRow:
    who = event.actor
    return FeedRow(
        event=event,
        actor=choose_title(who.distinct_id, who.properties) if who else "",
        actor_url=address_of_profile(who.project, None, who.distinct_id) if who else "",
        clock=describe_clock(event.time, zone),
        exactly=describe_exactly(event.time, zone),
        properties=list_properties(event.properties),
    )


def draw_sparkline(by_day: Counter[date], *, first: date | None, last: date) -> Sparkline | None:
    """Bars from `first` (else the first event's day) to `last`; None where nothing happened."""
    happened = [day for day, number in by_day.items() if number]
    if not happened:
        return None
    start, end = first or min(happened), max(last, *happened)
    days_per_bar = -(-((end - start).days + 1) // _MOST_BARS)
    heights: Counter[int] = Counter()
    for day in happened:
        heights[max(0, (day - start).days) // days_per_bar] += by_day[day]
    number_of_bars = (end - start).days // days_per_bar + 1
    tallest = max(heights.values())
    bars = [
        _make_bar(index, heights[index], tallest, _name_days(start, index, days_per_bar))
        for index in range(number_of_bars)
    ]
    width = number_of_bars * _STEP
    return Sparkline(width=width, height=_HEIGHT, bars=bars, text=_describe(by_day, days=(end - start).days + 1))


def _make_bar(index: int, number: int, tallest: int, days: str) -> Bar:
    height = max(3.0, _HEIGHT * number / tallest) if number else 1.0
    title = f"{days}: {number:,} {'event' if number == 1 else 'events'}"
    return Bar(x=index * _STEP, y=round(_HEIGHT - height, 2), height=round(height, 2), title=title)


def _name_days(start: date, index: int, days_per_bar: int) -> str:
    first = start + timedelta(days=index * days_per_bar)
    if days_per_bar == 1:
        return describe_long_day(first)
    return f"{describe_long_day(first)} and the next {days_per_bar - 1} days"


def _describe(by_day: Counter[date], *, days: int) -> str:
    best, number = max(by_day.items(), key=lambda pair: (pair[1], pair[0]))
    total = by_day.total()
    return (
        f"{total:,} {'event' if total == 1 else 'events'} in {days:,} {'day' if days == 1 else 'days'}; "
        f"most on {describe_long_day(best)}: {number:,}"
    )


def today_in(zone: tzinfo, now: datetime) -> date:
    """The day that it is on the project's clock."""
    return now.astimezone(zone).date()
