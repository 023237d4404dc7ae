"""Windows and days: midnight in the project's time zone, whatever its clocks do."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_app.filters.data import Moment
from profiles_app.filters.days import first_day_from, list_changes, shift, start_of_day
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.reading import Reader
from profiles_app.filters.tree import Span, Unit
from profiles_app.filters.window_reading import read_window
from profiles_app.filters.windows import EventRange, resolve_window
from tests.filters import memory, strategies
from tests.filters.asking import NOW, at, event, find, people_of
from tests.filters.dataset import Dataset

JUST_AFTER = NOW + timedelta(microseconds=1)
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})


def resolve(written: dict[str, Any], *, zone: str = "UTC", now: datetime = NOW) -> EventRange:
    window = read_window(written, "window", Reader())
    assert window is not None
    return resolve_window(window, Moment(now, zone))


def last(n: int, unit: str) -> dict[str, Any]:
    return {"last": {"n": n, "unit": unit}}


def ago(n: int, unit: str, to: int, to_unit: str) -> dict[str, Any]:
    return {"ago": {"from": {"n": n, "unit": unit}, "to": {"n": to, "unit": to_unit}}}


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (last(5, "minute"), at("2026-11-03T15:25"), JUST_AFTER),
        (last(24, "hour"), at("2026-11-02T15:30"), JUST_AFTER),
        (last(1, "day"), at("2026-11-03"), JUST_AFTER),
        (last(7, "day"), at("2026-10-28"), JUST_AFTER),
        (last(1, "week"), at("2026-10-28"), JUST_AFTER),
        (last(1, "month"), at("2026-10-04"), JUST_AFTER),
        ({"between": ["2026-10-01", "2026-10-02"]}, at("2026-10-01"), at("2026-10-03")),
        ({"between": ["2026-11-01", "2026-12-31"]}, at("2026-11-01"), JUST_AFTER),
        ({"between": ["2026-11-01", "9999-12-31"]}, at("2026-11-01"), JUST_AFTER),
        ({"since": "2026-10-01"}, at("2026-10-01"), JUST_AFTER),
        ({"before": "2026-10-01"}, None, at("2026-10-01")),
        ({"before": "2027-10-01"}, None, JUST_AFTER),
        ({"ever": True}, None, JUST_AFTER),
        (ago(60, "day", 30, "day"), at("2026-09-04"), at("2026-10-05")),
        (ago(1, "day", 1, "day"), at("2026-11-02"), at("2026-11-03")),
        (ago(1, "month", 2, "hour"), at("2026-10-03"), at("2026-11-03T13:30")),
    ],
)
def test_windows_in_utc(window: dict[str, Any], start: datetime | None, end: datetime) -> None:
    assert resolve(window) == EventRange(start, end)


@pytest.mark.parametrize(
    ("zone", "now", "window", "start"),
    [
        # The clock went back on 1 November: that day had 25 hours.
        ("America/New_York", "2026-11-03T02:00", last(2, "day"), "2026-11-01T04:00"),
        ("America/New_York", "2026-11-03T06:00", last(2, "day"), "2026-11-02T05:00"),
        ("Asia/Kathmandu", "2026-11-02T18:14", last(1, "day"), "2026-11-01T18:15"),
        ("Asia/Kathmandu", "2026-11-02T18:15", last(1, "day"), "2026-11-02T18:15"),
        # Apia had no 30 December 2011.
        ("Pacific/Apia", "2011-12-30T20:00", last(2, "day"), "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-30T20:00", last(3, "day"), "2011-12-29T10:00"),
        ("UTC", "2026-03-31T12:00", last(1, "month"), "2026-03-01T00:00"),
        ("UTC", "2028-03-30T12:00", last(1, "month"), "2028-03-01T00:00"),
    ],
)
def test_windows_begin_at_local_midnight(zone: str, now: str, window: dict[str, Any], start: str) -> None:
    assert resolve(window, zone=zone, now=at(now)).start == at(start)


@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month"])
def test_the_longest_windows_begin_with_the_calendar_at_the_latest(unit: str) -> None:
    start = resolve(last(100_000, unit), zone="Pacific/Kiritimati").start
    assert start is not None
    assert datetime.min.replace(tzinfo=UTC) <= start < NOW


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_the_edges_of_the_calendar_are_days_too(zone: str, text: str) -> None:
    """Without the oracle, whose calendar ends earlier."""
    dataset = Dataset(people_of({"p": text}, {"p": "2026-01-01"}))
    between = {"property": "p", "op": "between", "type": "date", "value": [text, text]}
    recent = {"property": "p", "op": "in_last", "value": {"n": 100_000, "unit": "month"}}
    found = [
        memory.evaluate(dataset, parse_filter({"where": leaf}), Moment(NOW, zone))
        for leaf in (between, recent, {"not": between})
    ]
    assert found == [{1}, {1, 2} if text < "2026" else {2}, {2}]


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        # Midnight is skipped, and comes twice.
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00"),
        ("Asia/Beirut", date(2026, 3, 29), "2026-03-28T22:00"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00"),
        ("America/St_Johns", date(2006, 10, 29), "2006-10-29T02:30"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00"),
        # From half past eleven to half past midnight.
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T04:30"),
    ],
)
def test_a_day_begins_at_the_first_instant_of_its_date(zone: str, day: date, start: str) -> None:
    assert start_of_day(day, ZoneInfo(zone)) == at(start)


@strategies.QUICK
@given(zone=st.sampled_from(ZONES).map(ZoneInfo), day=st.dates(date(1850, 1, 1), date(2050, 1, 1)))
def test_no_instant_of_a_day_lies_before_its_start(zone: ZoneInfo, day: date) -> None:
    start = start_of_day(day, zone)
    assert start.astimezone(zone).date() >= day
    assert (start - timedelta(microseconds=1)).astimezone(zone).date() < day
    assert start_of_day(day - timedelta(1), zone) <= start
    first = first_day_from(start, zone)
    assert first is not None
    assert first <= day
    assert start_of_day(first, zone) == start


@strategies.QUICK
@given(zone=st.sampled_from(ZONES).map(ZoneInfo), instant=st.datetimes(datetime(1800, 1, 1), datetime(2040, 1, 1)))
def test_offsets_are_those_of_the_zone(zone: ZoneInfo, instant: datetime) -> None:
    moment = instant.replace(tzinfo=UTC)
    changes = list_changes(zone, start=moment - timedelta(days=300), end=moment + timedelta(days=300))
    (offset, *_) = [offset for since, offset in changes if since <= moment]
    assert offset == moment.astimezone(zone).utcoffset()


def test_offsets_since_ever_are_those_of_the_zone() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    changes = list_changes(zone, start=None, end=NOW)
    assert len(changes) > 100
    for since, offset in changes:
        assert since.astimezone(zone).utcoffset() == offset
        earlier = (since - timedelta(microseconds=1)).astimezone(zone).utcoffset()
        assert earlier != offset or since == changes[-1][0]


@pytest.mark.parametrize(
    ("day", "span", "sign", "expected"),
    [
        (date(2026, 3, 31), Span(1, Unit.MONTH), -1, date(2026, 2, 28)),
        (date(2024, 3, 31), Span(1, Unit.MONTH), -1, date(2024, 2, 29)),
        (date(2026, 12, 31), Span(2, Unit.MONTH), 1, date(2027, 2, 28)),
        (date(2026, 1, 15), Span(13, Unit.MONTH), -1, date(2024, 12, 15)),
        (date(2026, 1, 15), Span(100_000, Unit.MONTH), -1, date.min),
        (date(2026, 1, 15), Span(100_000, Unit.MONTH), 1, date.max),
        (date(2026, 1, 15), Span(100_000, Unit.WEEK), -1, date(109, 7, 4)),
    ],
)
def test_days_weeks_and_months_away(day: date, span: Span, sign: int, expected: date) -> None:
    assert shift(day, span, sign=sign) == expected


def test_an_event_at_now_counts_and_one_just_after_does_not() -> None:
    events = (event(1, "A", "2026-11-03T15:30"), event(2, "A", "2026-11-03T15:30:00.000001"))
    dataset = Dataset(people_of({"p": 1}, {"p": 1}), events)
    for window in (
        {"ever": True},
        {"since": "2026-11-03"},
        last(1, "minute"),
        {"between": ["2026-11-01", "2026-12-01"]},
    ):
        assert find(dataset, {"event": "A", "window": window}) == {1}
    assert find(dataset, {"property": "$first_event", "op": "is_set"}) == {1}


def test_a_window_in_the_future_is_empty() -> None:
    dataset = Dataset(people_of({"p": 1}, {"p": 1}), (event(1, "A", "2026-11-20"),))
    window = {"since": "2026-11-10"}
    assert find(dataset, {"event": "A", "window": window}) == set()
    assert find(dataset, {"event": "A", "window": window, "op": "at_most", "value": 3}) == {1, 2}
    assert find(dataset, {"event": "A", "window": window, "first_time": True, "did": False}) == {1, 2}
    assert find(dataset, {"sequence": [{"event": "A"}, {"event": "A"}], "window": window, "did": False}) == {1, 2}


def test_stopped_doing() -> None:
    """Did in the days from 60 to 30 ago, and not in the last 29: no day is in both, none in neither."""
    times = ["2026-10-05T00:00", "2026-10-04T23:59", "2026-09-04T00:00", "2026-09-03T23:59"]
    events = tuple(event(number, "A", time) for number, time in enumerate(times, start=1))
    dataset = Dataset(people_of(*[{"p": 1}] * 4), events)
    before = ago(60, "day", 30, "day")
    stopped = {"all": [{"event": "A", "window": before}, {"event": "A", "did": False, "window": last(29, "day")}]}
    assert find(dataset, stopped) == {2, 3}
    assert find(dataset, {"event": "A", "window": last(30, "day")}) == {1}


def test_a_day_without_a_time_is_the_project_s_day() -> None:
    dataset = Dataset(people_of({"p": "2026-11-03"}, {"p": "2026-11-03T04:59:59"}, {"p": "2026-11-03T05:00:00"}))
    on = {"property": "p", "op": "on", "value": "2026-11-03"}
    assert find(dataset, on) == {1, 2, 3}
    assert find(dataset, on, zone="America/New_York") == {1, 3}
    skipped = Dataset(people_of({"p": "2011-12-30"}, {"p": "2011-12-30T10:00:00Z"}))
    assert find(skipped, on | {"value": "2011-12-30"}, zone="Pacific/Apia") == {1}
    assert find(skipped, on | {"value": "2011-12-31"}, zone="Pacific/Apia") == {2}


def test_every_past_date_is_in_the_last_days_or_more_than_them_ago() -> None:
    texts = [
        "2026-10-27",
        "2026-10-27T23:59:59.999999",
        "2026-10-28",
        "2026-11-03",
        "2026-11-03T15:30:00",
        "2026-11-04",
    ]
    dataset = Dataset(people_of(*({"p": text} for text in texts)))
    span = {"n": 7, "unit": "day"}
    assert find(dataset, {"property": "p", "op": "more_than_ago", "value": span}) == {1, 2}
    assert find(dataset, {"property": "p", "op": "in_last", "value": span}) == {3, 4, 5}
    assert find(dataset, {"property": "p", "op": "in_next", "value": span}) == {4, 6}
