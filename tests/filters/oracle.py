"""A naive evaluator of the filter language: plain Python over the JSON document, one person at a time.

Written from the language's page alone (docs/filters.md). It shares no code with the compiler, and
where the compiler is quick this is slow on purpose.
"""

import functools
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from profiles_app.filters.data import Moment
from profiles_app.filters.tree import Filter
from profiles_app.filters.writing import write_filter
from tests.filters.dataset import ON_THE_LIST, Dataset, Event, Person, Properties

_LENGTHS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}


def evaluate(dataset: Dataset, tree: Filter, moment: Moment) -> set[int]:
    """The ids of the people of a filter."""
    oracle = _Oracle(dataset, moment)
    document = write_filter(tree)
    return {person.id for person in dataset.people if oracle.has_member(document, person)}


class _Oracle:
    def __init__(self, dataset: Dataset, moment: Moment) -> None:
        self.dataset = dataset
        self.clock = _Clock(moment)
        self.known = {name for person in dataset.people for name in person.properties}
        self.known_of_events = {name for event in dataset.events for name in event.properties}

    def has_member(self, document: Any, person: Person) -> bool:
        if document["population"] == "profiles" and not person.properties:
            return False
        return self.holds(document["where"], person)

    def holds(self, node: Any, person: Person) -> bool:
        if "property" in node:
            return _ask(node, self.find_property(node["property"], person), self.clock)
        if "event" in node:
            return self.behaved(node, person) is node["did"]
        if "sequence" in node:
            return self.walked(node, person) is node["did"]
        if node.get("cohort") == ON_THE_LIST:
            return (self.dataset.listed.get(person.id) == person.created_at) is node["in"]
        if "cohort" in node:
            _, tree = self.dataset.cohorts[node["cohort"]]
            return self.has_member(write_filter(tree), person) is node["in"]
        return _branch(node, lambda child: self.holds(child, person))

    def find_property(self, name: str, person: Person) -> Any:
        times = [event.time for event in self.dataset.events_of(person) if event.time <= self.clock.now]
        built_in = {
            "$distinct_id": person.distinct_id,
            "$created_at": person.created_at,
            "$last_seen": person.updated_at,
            "$first_event": min(times, default=None),
            "$last_event": max(times, default=None),
        }
        return built_in[name] if name in built_in else _look_up(name, person.properties, self.known)

    def holds_of_event(self, node: Any, event: Event) -> bool:
        if "property" in node:
            return _ask(node, _look_up(node["property"], event.properties, self.known_of_events), self.clock)
        return _branch(node, lambda child: self.holds_of_event(child, event))

    def matching(self, step: Any, person: Person) -> list[Event]:
        """The events of a name for which `where` holds, up to now."""
        return [
            event
            for event in self.dataset.events_of(person)
            if event.name == step["event"]
            and event.time <= self.clock.now
            and ("where" not in step or self.holds_of_event(step["where"], event))
        ]

    def behaved(self, leaf: Any, person: Person) -> bool:
        matching = self.matching(leaf, person)
        inside = [event for event in matching if self.clock.is_inside(leaf["window"], event.time)]
        if leaf["first_time"] and min(matching, key=lambda event: event.time, default=None) not in inside:
            return False
        measured = self.measure(leaf["measure"], inside)
        return measured is not None and _COMPARE[leaf["op"]](measured, leaf["value"])

    def measure(self, measure: Any, events: list[Event]) -> float | None:
        ((kind, name),) = measure.items()
        if kind == "count":
            return len(events)
        if kind == "days":
            return len({event.time.astimezone(self.clock.zone).date() for event in events})
        values = [_look_up(name, event.properties, self.known_of_events) for event in events]
        if kind == "distinct":
            return len({_identity(value) for value in values if value is not None})
        numbers = [float(value) for value in values if _is_number(value)]
        if kind == "sum":
            return math.fsum(numbers)
        if not numbers:
            return None
        return {"average": math.fsum(numbers) / len(numbers), "min": min(numbers), "max": max(numbers)}[kind]

    def walked(self, leaf: Any, person: Person) -> bool:
        chains: list[datetime] = []
        for number, step in enumerate(leaf["sequence"]):
            times = [event.time for event in self.matching(step, person)]
            times = [time for time in times if self.clock.is_inside(leaf["window"], time)]
            if number == 0:
                chains = times
                continue
            longest = _length(step["within"]) if "within" in step else timedelta.max
            chains = [time for time in times if any(timedelta() < time - before <= longest for before in chains)]
        return bool(chains)


class _Clock:
    """Now, and the project's calendar, from the definition of a day alone."""

    def __init__(self, moment: Moment) -> None:
        self.zone = ZoneInfo(moment.timezone)
        self.now = moment.now
        self.today = moment.now.astimezone(self.zone).date()

    def start(self, day: date) -> datetime:
        return _find_start(day, self.zone)

    def ago(self, span: Any) -> date:
        """The day so many days, weeks or months ago."""
        return _move(self.today, span, -1)

    def is_inside(self, window: Any, time: datetime) -> bool:
        """Of events; those later than now were left out before."""
        ((kind, value),) = window.items()
        match kind:
            case "last":
                return time >= self.start_of_last(value)
            case "between":
                return self.start(_day(value[0])) <= time < self.start(_day(value[1]) + timedelta(1))
            case "since":
                return time >= self.start(_day(value))
            case "before":
                return time < self.start(_day(value))
            case "ago":
                return self.start_of_ago(value["from"]) <= time < self.end_of_ago(value["to"])
            case _:
                return True

    def start_of_last(self, span: Any) -> datetime:
        if span["unit"] in {"minute", "hour"}:
            return self.now - _length(span)
        return self.start(self.ago(span) + timedelta(1))

    def start_of_ago(self, span: Any) -> datetime:
        return self.now - _length(span) if span["unit"] in {"minute", "hour"} else self.start(self.ago(span))

    def end_of_ago(self, span: Any) -> datetime:
        if span["unit"] in {"minute", "hour"}:
            return self.now - _length(span)
        return self.start(self.ago(span) + timedelta(1))

    def is_next(self, span: Any, value: datetime | date) -> bool:
        if span["unit"] in {"minute", "hour"}:
            return self.now < self.instant(value) <= self.now + _length(span)
        stop = _move(self.today, span, 1)
        if isinstance(value, datetime):
            return self.now < value < self.start(stop)
        return self.today <= value < stop

    def instant(self, value: datetime | date) -> datetime:
        """A day alone stands for its midnight."""
        return value if isinstance(value, datetime) else self.start(value)

    def compare_day(self, value: datetime | date, day: date) -> bool:
        """Whether the value is on this day or later."""
        return value >= self.start(day) if isinstance(value, datetime) else value >= day


@functools.cache
def _find_start(day: date, zone: ZoneInfo) -> datetime:
    """The first minute whose date in the zone is this day, or a later one."""
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=26)
    while instant.astimezone(zone).date() < day:
        instant += timedelta(minutes=1)
    return instant


def _move(day: date, span: Any, sign: int) -> date:
    if span["unit"] != "month":
        return day + timedelta(days=sign * span["n"] * {"day": 1, "week": 7}[span["unit"]])
    year, month = divmod(day.year * 12 + day.month - 1 + sign * span["n"], 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("a month without a 28th")


def _length(span: Any) -> timedelta:
    return timedelta(seconds=span["n"] * _LENGTHS[span["unit"]])


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _branch(node: Any, holds: Callable[[Any], bool]) -> bool:
    if "all" in node:
        return all(holds(child) for child in node["all"])
    if "any" in node:
        return any(holds(child) for child in node["any"])
    return not holds(node["not"])


def _look_up(name: str, properties: Properties, known: set[str]) -> Any:
    if name not in known and "." in name:
        head, key = name.split(".", 1)
        container = properties.get(head)
        return container.get(key) if isinstance(container, dict) else None
    return properties.get(name)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _identity(value: Any) -> tuple[str, str]:
    """Two values are the same if this is; in lists, strings and numbers count as they are, and all
    other items are alike."""
    if isinstance(value, list):
        return "list", repr([_identity(item) if isinstance(item, str) or _is_number(item) else "x" for item in value])
    if _is_number(value):
        return "number", repr(float(value) + 0.0)
    return type(value).__name__, json.dumps(value, sort_keys=True)


_COMPARE: dict[str, Callable[[float, Any], bool]] = {
    "equals": lambda number, value: bool(number == value),
    "not_equals": lambda number, value: bool(number != value),
    "more_than": lambda number, value: bool(number > value),
    "at_least": lambda number, value: bool(number >= value),
    "less_than": lambda number, value: bool(number < value),
    "at_most": lambda number, value: bool(number <= value),
    "between": lambda number, value: bool(value[0] <= number <= value[1]),
}


_COMPLEMENTS = {
    ("string", "is_not"): "is",
    ("string", "not_contains"): "contains",
    ("number", "not_equals"): "equals",
    ("number", "not_between"): "between",
    ("date", "not_on"): "on",
    ("date", "not_between"): "between",
    ("date", "not_in_last"): "in_last",
    ("list", "none_is"): "any_is",
    ("any", "is_not_set"): "is_set",
}


def _ask(leaf: Any, value: Any, clock: _Clock) -> bool:
    """What a property leaf says of a value; None is not set."""
    positive = _COMPLEMENTS.get((leaf["type"], leaf["op"]))
    if positive is not None:
        return not _ask(leaf | {"op": positive}, value, clock)
    if leaf["op"] == "is_set":
        return value is not None
    found = _READ[leaf["type"]](value)
    if leaf.get("cast") and isinstance(value, str):
        found = {"number": _read_number, "boolean": _read_boolean}[leaf["type"]](value)
    if found is None:
        return False
    op, asked = leaf["op"], leaf.get("value")
    answers: dict[str, Callable[[], bool]] = {
        "string": lambda: _ask_string(op, found, asked),
        "number": lambda: _COMPARE[op](found, asked),
        "boolean": lambda: bool(found) == (op == "is_true"),
        "date": lambda: _ask_date(op, found, asked, clock),
        "list": lambda: _ask_list(op, found, asked),
    }
    return answers[leaf["type"]]()


# The value, where it is of this kind; else None.
_READ: dict[str, Callable[[Any], Any]] = {
    "string": lambda value: value if isinstance(value, str) else None,
    "number": lambda value: float(value) if _is_number(value) else None,
    "boolean": lambda value: value if isinstance(value, bool) else None,
    "date": lambda value: value if isinstance(value, datetime) else _read_date(value),
    "list": lambda value: value if isinstance(value, list) else None,
}


def _read_boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(_lower(text))


def _read_number(text: str) -> float | None:
    if not re.fullmatch(r"[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?", text):
        return None
    return float(text) if math.isfinite(float(text)) else None


def _read_date(value: Any) -> datetime | date | None:
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    form = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[-+][0-9]{2}:?[0-9]{2})?"
    if not re.fullmatch(form, value):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _lower(text: str) -> str:
    return "".join(letter.lower()[0] for letter in text)


def _fold(text: str) -> str:
    capitals = {"ß": "ẞ"}
    upper = [capitals.get(letter, letter.upper() if len(letter.upper()) == 1 else letter) for letter in text]
    return _lower("".join(upper))


def _ask_string(op: str, text: str, asked: Any) -> bool:
    if op == "is":
        return text in asked
    if op == "matches":
        return re.search(asked, text) is not None
    return any(_find(op, text, needle) for needle in asked)


def _find(op: str, text: str, needle: str) -> bool:
    """Without case: letters are the same if their small forms are; with other letters than those of
    English asked for, also if their capitals have the same small form."""
    fold = _lower if needle.isascii() else _fold
    if op == "contains":
        return fold(needle) in fold(text)
    if op == "starts_with":
        return fold(text).startswith(fold(needle))
    return fold(text).endswith(fold(needle))


def _ask_date(op: str, value: datetime | date, asked: Any, clock: _Clock) -> bool:
    answers: dict[str, Callable[[], bool]] = {
        "on": lambda: any(_is_between(value, day, day, clock) for day in asked),
        "before": lambda: not clock.compare_day(value, _day(asked)),
        "since": lambda: clock.compare_day(value, _day(asked)),
        "between": lambda: _is_between(value, asked[0], asked[1], clock),
        "in_last": lambda: clock.start_of_last(asked) <= clock.instant(value) <= clock.now,
        "more_than_ago": lambda: clock.instant(value) < clock.start_of_last(asked),
        "in_next": lambda: clock.is_next(asked, value),
    }
    return answers[op]()


def _is_between(value: datetime | date, first: str, last: str, clock: _Clock) -> bool:
    return clock.compare_day(value, _day(first)) and not clock.compare_day(value, _day(last) + timedelta(1))


def _ask_list(op: str, items: list[Any], asked: Any) -> bool:
    def is_asked_for(item: Any) -> bool:
        return any(type(item) is type(one) and item == one for one in _as_doubles(asked))

    match op:
        case "any_is":
            return any(is_asked_for(item) for item in _as_doubles(items))
        case "all_are":
            return bool(items) and all(is_asked_for(item) for item in _as_doubles(items))
        case "any_contains":
            return any(isinstance(item, str) and _find("contains", item, one) for item in items for one in asked)
        case _:
            return bool(len(items) == asked)


def _as_doubles(items: list[Any]) -> list[Any]:
    return [float(item) if _is_number(item) else item for item in items]
