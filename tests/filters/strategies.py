"""Random filters and random data that meet each other often: both draw from the same few names,
values and instants."""

import functools
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase

from config.runtime.folders import CHECKOUT
from profiles_app.filters.data import Moment
from profiles_app.filters.days import start_of_day
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import OPERATORS
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter
from tests.filters.dataset import ON_THE_LIST, Dataset, Event, Person

# Under ten seconds a test; what failed once is tried again next time.
QUICK = settings(
    max_examples=60,
    deadline=None,
    database=DirectoryBasedExampleDatabase(CHECKOUT / "var" / "test" / "hypothesis"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"]
EVENTS = ["A", "B", "C"]
PROPERTIES = ["city", "n", "when", "tags", "address", "address.city", "address.k~/.x", "nobody has this"]
BUILT_IN = ["$distinct_id", "$created_at", "$last_seen", "$first_event", "$last_event"]

# One autumn with a change of clocks in New York, Casablanca and (once) Apia.
NOWS = [
    datetime(2026, 11, 3, 15, 30, 0, 123456, tzinfo=UTC),
    datetime(2026, 11, 1, 4, 0, tzinfo=UTC),
    datetime(2012, 1, 2, 10, 0, tzinfo=UTC),
    datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC),
]
TEXTS = [
    "", "Paris", "paris", "50%", "5_0", "a\\b", "o'clock", '"', "😀 smile", "İstanbul", "istanbul", "ısı", "STRASSE",
    "straße", "ΟΔΟΣ", "οδος", "Éa", "éA", "42", "-1.5e1", "+7", "1e999", ".5", "1_0", " 1", "TRUE", "false", "nan",
    "2026-13-01", "x\ny",
]  # fmt: skip
NEEDLES = ["a", "A", "%", "_", "\\", "i", "İ", "σ", "Σ", "ß", "é", "😀", "'", "is", "0"]
PATTERNS = ["^p", "[0-9]+$", "a|b", "^$", "(?i)PARIS", "é"]
NUMBERS = [0, -0.0, 1, 1.0, 2.5, -15, 42, 0.5, 7, 1e300, -(2**60), 2**53 + 1]


@functools.cache
def days(moment: Moment) -> st.SearchStrategy[date]:
    """Days around now, one that Apia left out, and two far away."""
    today = moment.now.astimezone(ZoneInfo(moment.timezone)).date()
    near = [today + timedelta(days=distance) for distance in (*range(-9, 4), -30, -31, -60, 30)]
    return st.sampled_from([*near, date(2011, 12, 30), date(1970, 1, 1), date(2199, 12, 31)])


@functools.cache
def instants(moment: Moment) -> st.SearchStrategy[datetime]:
    """Instants at the edges of days and of rolling hours, and now."""
    zone = ZoneInfo(moment.timezone)
    today = moment.now.astimezone(zone).date()
    edges = [start_of_day(today + timedelta(days=distance), zone) for distance in (*range(-9, 3), -29, -30, -59)]
    edges += [moment.now - timedelta(hours=hours) for hours in (0, 1, 2, 24)]
    nudges = st.sampled_from([timedelta(), -timedelta(microseconds=1), timedelta(microseconds=1), timedelta(hours=1)])
    return st.builds(lambda edge, nudge: edge + nudge, st.sampled_from(edges), nudges)


@functools.cache
def spans() -> st.SearchStrategy[dict[str, Any]]:
    units = st.sampled_from(["minute", "hour", "day", "week", "month"])
    return st.builds(lambda n, unit: {"n": n, "unit": unit}, st.sampled_from([1, 2, 7, 30]), units)


@functools.cache
def date_texts(moment: Moment) -> st.SearchStrategy[str]:
    written = instants(moment).map(lambda instant: instant.replace(tzinfo=None).isoformat())
    with_offset = st.builds(lambda text, end: text + end, written, st.sampled_from(["", "Z", "+05:45", "-1000"]))
    return days(moment).map(date.isoformat) | with_offset


@functools.cache
def scalars(moment: Moment) -> st.SearchStrategy[Any]:
    return st.none() | st.booleans() | st.sampled_from(TEXTS) | st.sampled_from(NUMBERS) | date_texts(moment)


@functools.cache
def values(moment: Moment) -> st.SearchStrategy[Any]:
    items = st.sampled_from([*TEXTS[:6], 1, 1.0, 2.5, True, None, ["deep"], {"k": 1}])
    lists = st.lists(items, max_size=3)
    objects = st.dictionaries(st.sampled_from(["city", "k~/.x", "", "z"]), scalars(moment) | lists, max_size=2)
    return scalars(moment) | lists | objects


@functools.cache
def properties(moment: Moment) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(PROPERTIES[:6]), values(moment), max_size=4)


@functools.cache
def event_properties(moment: Moment) -> st.SearchStrategy[dict[str, Any]]:
    """Numbers whose sums are exact in any order."""
    plain = st.sampled_from([0, 1, 2.5, -15, 0.25, 100, "1", "Paris", True, None, [1], ["1"], {"city": "Paris"}])
    texts = date_texts(moment)
    return st.dictionaries(st.sampled_from(["n", "city", "address"]), plain | texts, max_size=3)


@functools.cache
@st.composite
def datasets(draw: st.DrawFn, moment: Moment) -> Dataset:
    """A few people, each with a property or an event, as all users have."""
    count = draw(st.integers(1, 5))
    ids = range(1, count + 1)
    events = draw(st.lists(_events(moment, ids), max_size=12))
    busy = {event.person for event in events}
    people = [draw(_people(moment, number, needs_property=number not in busy)) for number in ids]
    cohorts = {
        1: ("Profiles in Paris", draw(filters(moment, depth=1))),
        2: ("Some of them", draw(filters(moment, depth=1, cohorts=(1, ON_THE_LIST)))),
    }
    # Some stand on the list as somebody who was deleted and came again.
    ages = draw(st.dictionaries(st.sampled_from(ids), st.sampled_from([timedelta(), timedelta(0), timedelta(days=1)])))
    listed = {person.id: person.created_at - ages[person.id] for person in people if person.id in ages}
    return Dataset(tuple(people), tuple(events), cohorts, listed)


@functools.cache
def _people(moment: Moment, number: int, *, needs_property: bool) -> st.SearchStrategy[Person]:
    names = st.sampled_from(["42", "Paris", "o'clock", "2026-11-01"]).map(lambda text: f"{text}{number}")
    properties_of = properties(moment).map(lambda found: found or ({"city": "Rome"} if needs_property else {}))
    return st.builds(Person, st.just(number), names, instants(moment), st.none() | instants(moment), properties_of)


@functools.cache
def _events(moment: Moment, ids: range) -> st.SearchStrategy[Event]:
    return st.builds(Event, st.sampled_from(ids), st.sampled_from(EVENTS), instants(moment), event_properties(moment))


@functools.cache
def moments() -> st.SearchStrategy[Moment]:
    return st.builds(Moment, st.sampled_from(NOWS), st.sampled_from(ZONES))


@functools.cache
def _inputs(kind: Input, moment: Moment) -> st.SearchStrategy[Any]:
    day_texts = days(moment).map(date.isoformat)
    numbers = st.sampled_from(NUMBERS)
    return {
        Input.TEXTS: st.lists(st.sampled_from(TEXTS) | date_texts(moment), min_size=1, max_size=3),
        Input.PARTS: st.lists(st.sampled_from(NEEDLES), min_size=1, max_size=2),
        Input.PATTERN: st.sampled_from(PATTERNS),
        Input.NUMBER: numbers,
        Input.NUMBER_RANGE: st.tuples(numbers, numbers).map(sorted),
        Input.LENGTH: st.integers(0, 3),
        Input.DAY: day_texts,
        Input.DAYS: st.lists(day_texts, min_size=1, max_size=2),
        Input.DAY_RANGE: st.tuples(day_texts, day_texts).map(sorted),
        Input.SPAN: spans(),
        Input.ITEMS: st.lists(st.sampled_from([*TEXTS[:6], 1, 2.5, 0]), min_size=1, max_size=3),
    }[kind]


@functools.cache
@st.composite
def property_leaves(draw: st.DrawFn, moment: Moment, names: tuple[str, ...]) -> dict[str, Any]:
    operator = draw(st.sampled_from(OPERATORS))
    leaf: dict[str, Any] = {"property": draw(st.sampled_from(names)), "type": str(operator.type), "op": operator.key}
    if operator.input is not Input.NONE:
        leaf["value"] = draw(_inputs(operator.input, moment))
    if operator.type in {"number", "boolean"} and draw(st.booleans()):
        leaf["cast"] = True
    return leaf


@functools.cache
def windows(moment: Moment) -> st.SearchStrategy[dict[str, Any]]:
    day_texts = days(moment).map(date.isoformat)
    return st.one_of(
        spans().map(lambda span: {"last": span}),
        st.tuples(day_texts, day_texts).map(lambda pair: {"between": sorted(pair)}),
        day_texts.map(lambda day: {"since": day}),
        day_texts.map(lambda day: {"before": day}),
        st.just({"ever": True}),
        _ago(),
    )


def _ago() -> st.SearchStrategy[dict[str, Any]]:
    pairs = [("9 day", "2 day"), ("2 week", "1 day"), ("1 month", "3 day"), ("1 day", "1 hour"), ("2 hour", "1 hour")]
    return st.sampled_from(pairs).map(lambda pair: {"ago": {"from": _span(pair[0]), "to": _span(pair[1])}})


def _span(text: str) -> dict[str, Any]:
    n, unit = text.split()
    return {"n": int(n), "unit": unit}


def _trees(leaves: st.SearchStrategy[Any], depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return leaves
    inner = _trees(leaves, depth - 1)
    children = st.lists(inner, max_size=3)
    return st.one_of(
        leaves,
        children.map(lambda nodes: {"all": nodes}),
        children.map(lambda nodes: {"any": nodes}),
        inner.map(lambda node: {"not": node}),
    )


@functools.cache
def _wheres(moment: Moment) -> st.SearchStrategy[Any]:
    return _trees(property_leaves(moment, ("n", "city", "address.city")), 1)


@functools.cache
@st.composite
def behaviours(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    measure = draw(st.sampled_from(["count", "days", "sum", "average", "min", "max", "distinct"]))
    plain = measure in {"count", "days"}
    leaf: dict[str, Any] = {
        "event": draw(st.sampled_from(EVENTS)),
        "did": draw(st.booleans()),
        "measure": {measure: True if plain else draw(st.sampled_from(["n", "city", "address.city"]))},
        "op": draw(st.sampled_from(["at_least", "at_most", "equals", "not_equals", "more_than", "less_than"])),
        "value": draw(st.sampled_from([0, 1, 2, 3, 0.5, 2.5, -1])),
        "window": draw(windows(moment)),
        "first_time": draw(st.sampled_from([False, False, True])),
    }
    if draw(st.booleans()):
        leaf["where"] = draw(_wheres(moment))
    if draw(st.sampled_from([False, False, True])):
        leaf |= {"op": "between", "value": sorted([leaf["value"], draw(st.sampled_from([0, 1, 2, 100]))])}
    return leaf


@functools.cache
@st.composite
def sequences(draw: st.DrawFn, moment: Moment) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(2, 4))):
        step: dict[str, Any] = {"event": draw(st.sampled_from(EVENTS))}
        if number and draw(st.booleans()):
            step["within"] = draw(spans())
        if draw(st.sampled_from([False, False, True])):
            step["where"] = draw(_wheres(moment))
        steps.append(step)
    return {"sequence": steps, "did": draw(st.booleans()), "window": draw(windows(moment))}


@functools.cache
def filters(moment: Moment, *, depth: int = 2, cohorts: tuple[int, ...] = ()) -> st.SearchStrategy[Filter]:
    """Filters over everything that the language has."""
    people = property_leaves(moment, (*PROPERTIES, *BUILT_IN))
    leaves = st.one_of(people, people, behaviours(moment), sequences(moment))
    if cohorts:
        leaves |= st.fixed_dictionaries({"cohort": st.sampled_from(cohorts), "in": st.booleans()})
    return _parse(_trees(leaves, depth))


def property_filters(moment: Moment) -> st.SearchStrategy[Filter]:
    return _parse(property_leaves(moment, (*PROPERTIES, *BUILT_IN)))


def behaviour_filters(moment: Moment) -> st.SearchStrategy[Filter]:
    return _parse(behaviours(moment))


def sequence_filters(moment: Moment) -> st.SearchStrategy[Filter]:
    return _parse(sequences(moment))


def whole_filters(moment: Moment) -> st.SearchStrategy[Filter]:
    """With the cohorts of `datasets`."""
    return filters(moment, cohorts=(1, 2, ON_THE_LIST))


def _parse(nodes: st.SearchStrategy[Any]) -> st.SearchStrategy[Filter]:
    populations = st.sampled_from(["profiles", "all", "all"])
    return st.fixed_dictionaries({"population": populations, "where": nodes}).map(parse_filter)
