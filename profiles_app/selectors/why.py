"""Why somebody is found by a filter, or is not: each of its conditions with yes or no, and the value that
decided. The engine answers, about this one person alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlglot import exp

from profiles_app.columnar.engine import Question, ask
from profiles_app.columnar.patterns import find_fault
from profiles_app.display.countries import say_country
from profiles_app.display.dates import describe_clock, describe_day, in_zone
from profiles_app.display.labels import label_property
from profiles_app.display.wording import word_for_people
from profiles_app.errors import NotFound
from profiles_app.filters.behaviours import compile_where
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import CohortResolver
from profiles_app.filters.compile import compile_filter
from profiles_app.filters.describe import Wording, describe_node
from profiles_app.filters.expand import Trail
from profiles_app.filters.measures import EMPTY_IS_ZERO, compile_measure
from profiles_app.filters.properties import FIRST_EVENT, LAST_EVENT, split_path
from profiles_app.filters.tree import (
    Aggregate,
    All,
    Behaviour,
    CohortLeaf,
    Ever,
    Filter,
    Leaf,
    Measure,
    Node,
    Not,
    Population,
    Property,
    Sequence,
)
from profiles_app.filters.tree import (
    Any as AnyOf,
)
from profiles_app.filters.windows import resolve_window
from profiles_app.filters.words import say_number
from profiles_app.models import Profile
from profiles_app.selectors.people import PeopleQuery, find_cohorts

_LONGEST_VALUE: Final = 200
_ALL_OF: Final = "all of these"
_ANY_OF: Final = "any of these"
_NONE_OF: Final = "not this"
_PROFILE: Final = "has a profile"


@dataclass(kw_only=True)
class Reason:
    """One row of a filter. `text` is its words; `holds`: yes or no for this person; `found`: the value that
    decided, in words, '' for a row that consists of others. `depth` counts from 0."""

    text: str
    path: str
    depth: int
    holds: bool = False
    found: str = ""
    _node: Node | None = None
    _parts: "list[Reason]" = field(default_factory=list)

    @property
    def says_more(self) -> bool:
        """Whether the value that decided is not in the row's own words already."""
        return self.found not in ("", self.text)

    @property
    def is_about_profile(self) -> bool:
        """Whether it says which population a filter chooses from, which is no condition of the tree."""
        return self._node is None

    def decide(self) -> bool:
        """From the rows inside it."""
        parts = [part.decide() for part in self._parts]
        match self._node:
            case All():
                self.holds = all(parts)
            case AnyOf():
                self.holds = any(parts)
            case Not():
                self.holds = not parts[0]
        return self.holds

    def walk(self) -> "Iterator[Reason]":
        """Itself, and the rows inside it in their order."""
        yield self
        for part in self._parts:
            yield from part.walk()


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Whether the filter finds the person, and the rows that say why."""

    matches: bool
    reasons: list[Reason]


def explain(query: PeopleQuery, profile: Profile) -> Explanation:
    """The rows of the query's filter for one person. Raises `BadFilter`, `TooSlow` and `NotFound`."""
    tree = query.filter or Filter(query.population)
    cohorts = find_cohorts(query)
    check_filter(tree, cohorts=cohorts, check_pattern=find_fault)
    top = _Reader(word_for_people(cohorts), cohorts).read(Filter(query.population, tree.where))
    with ask(query.project, group_key=query.group_key, now=query.now) as question:
        question.look_at(profile.pk)
        _answer(question, list(_list_leaves(top)), cohorts)
        finder = _Finder(question, profile)
        for reason, leaf in _list_leaves(top):
            reason.found = finder.say(leaf)
    reasons = [row for reason in top for row in reason.walk()]
    for reason in reasons:
        if reason.is_about_profile:
            reason.holds = bool(profile.properties)
    answers = [reason.decide() for reason in top]
    return Explanation(matches=all(answers), reasons=reasons)


class _Reader:
    """A filter as rows, its cohorts opened."""

    def __init__(self, wording: Wording, cohorts: CohortResolver) -> None:
        self._wording = wording
        self._trail = Trail(cohorts)

    def read(self, tree: Filter) -> list[Reason]:
        """The rows of a whole filter; the conditions of an outermost "all" stand by themselves."""
        return list(self._read_filter(tree, "where", 0))

    def _read_filter(self, tree: Filter, path: str, depth: int) -> Iterator[Reason]:
        if tree.population is Population.PROFILES:
            yield Reason(text=_PROFILE, path="population", depth=depth)
        nodes = tree.where.nodes if isinstance(tree.where, All) else (tree.where,)
        for number, node in enumerate(nodes):
            place = f"{path}.all[{number}]" if isinstance(tree.where, All) else path
            yield self._read_node(node, place, depth)

    def _read_node(self, node: Node, path: str, depth: int) -> Reason:
        match node:
            case All(nodes) | AnyOf(nodes):
                key = "all" if isinstance(node, All) else "any"
                text = _ALL_OF if isinstance(node, All) else _ANY_OF
                parts = [self._read_node(part, f"{path}.{key}[{n}]", depth + 1) for n, part in enumerate(nodes)]
                return Reason(text=text, path=path, depth=depth, _node=node, _parts=parts)
            case Not(inner):
                parts = [self._read_node(inner, f"{path}.not", depth + 1)]
                return Reason(text=_NONE_OF, path=path, depth=depth, _node=node, _parts=parts)
            case CohortLeaf():
                with self._trail.enter(node, path) as cohort:
                    parts = [] if cohort.members else list(self._read_filter(cohort.filter, path, depth + 1))
                return Reason(text=self._say(node), path=path, depth=depth, _node=node, _parts=parts)
            case _:
                return Reason(text=self._say(node), path=path, depth=depth, _node=node)

    def _say(self, leaf: Leaf) -> str:
        return describe_node(leaf, self._wording)


def _list_leaves(reasons: list[Reason]) -> Iterator[tuple[Reason, Leaf]]:
    """The rows that the engine answers."""
    for reason in reasons:
        for row in reason.walk():
            if row._node is not None and not isinstance(row._node, All | AnyOf | Not):
                yield row, row._node


def _answer(question: Question, asked: list[tuple[Reason, Leaf]], cohorts: CohortResolver) -> None:
    conditions = [compile_filter(leaf, question, question.moment, cohorts) for _, leaf in asked]
    rows = question.fetch(exp.select(exp.true(), *conditions).from_(question.people.relation()))
    question.begin()
    if not rows:
        raise NotFound("Nobody with this distinct ID is in the project any more.")
    for (reason, _), holds in zip(asked, rows[0][1:], strict=True):
        reason.holds = bool(holds)


class _Finder:
    """What a condition looked at, of one person."""

    def __init__(self, question: Question, profile: Profile) -> None:
        self._question = question
        self._profile = profile
        self._zone = profile.project.zone

    def say(self, leaf: Leaf) -> str:
        match leaf:
            case Property(name=name) if name in (FIRST_EVENT, LAST_EVENT):
                return self._say_moment(exp.Min if name == FIRST_EVENT else exp.Max, "it")
            case Property(name=name):
                return f"{label_property(name)} is {self._say_value(name, self._find(name))}"
            case Behaviour(first_time=True):
                return self._say_moment(exp.Min, f"{leaf.event} for the first time", leaf)
            case Behaviour():
                return self._say_measure(leaf)
            case Sequence(steps=steps):
                counts = [Behaviour(step.event, where=step.where, window=leaf.window) for step in steps]
                return ", ".join(f"{step.event} {self._say_measure(step)}" for step in counts)
            case CohortLeaf():
                return ""

    def _find(self, name: str) -> Any:
        own = {
            "$distinct_id": self._profile.distinct_id,
            "$created_at": self._profile.created_at,
            "$last_seen": self._profile.updated_at,
        }
        if name in own:
            return own[name]
        properties, path = self._profile.properties, split_path(name)
        if name in properties or path is None:
            return properties.get(name)
        container = properties.get(path[0])
        return container.get(path[1]) if isinstance(container, dict) else None

    def _say_value(self, name: str, value: Any) -> str:
        if value is None:
            return "not set"
        if isinstance(value, datetime):
            return self._say_instant(value)
        text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
        text = say_country(name, value) or text
        return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"

    def _say_instant(self, instant: datetime) -> str:
        return f"{describe_day(in_zone(instant, self._zone))}, {describe_clock(instant, self._zone)}"

    def _say_moment(self, aggregate: type[exp.AggFunc], what: str, leaf: Behaviour | None = None) -> str:
        """When the first or last event was."""
        window = resolve_window(Ever(), self._question.moment)
        events = self._question.events(leaf.event if leaf else None, start=None, end=window.end)
        query = exp.select(exp.func("epoch_us", aggregate(this=events.time.copy())))
        if leaf is not None and leaf.where is not None:
            query = query.where(compile_where(events, leaf.where, self._question, self._question.moment))
        ((micros,),) = self._question.fetch(query.from_(events.relation()))
        self._question.begin()
        if micros is None:
            return "never"
        instant = datetime.fromtimestamp(micros / 1_000_000, tz=self._question.moment.now.tzinfo)
        return f"{what} was on {self._say_instant(instant)}" if leaf else self._say_instant(instant)

    def _say_measure(self, leaf: Behaviour) -> str:
        """What is measured over the events in the window."""
        number = self._measure(leaf)
        if number is None:
            return "no value in that time"
        said = say_number(float(number))
        match leaf.measure:
            case Measure(Aggregate.COUNT):
                return f"did it {said} {'time' if number == 1 else 'times'}"
            case Measure(Aggregate.DAYS):
                return f"did it on {said} {'day' if number == 1 else 'days'}"
            case _:
                return f"it is {said}"

    def _measure(self, leaf: Behaviour) -> Any:
        question = self._question
        window = resolve_window(leaf.window, question.moment)
        nothing = 0 if leaf.measure.aggregate in EMPTY_IS_ZERO else None
        if window.is_empty:
            return nothing
        events = question.events(leaf.event, start=window.start, end=window.end)
        query = exp.select(compile_measure(leaf.measure, events, question, window, question.moment))
        if leaf.where is not None:
            query = query.where(compile_where(events, leaf.where, question, question.moment))
        ((number,),) = question.fetch(query.from_(events.relation()))
        question.begin()
        return nothing if number is None else number
