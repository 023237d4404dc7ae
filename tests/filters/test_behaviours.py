"""Did and did not, first times, measures, sequences, cohorts: by hand."""

import pytest

from profiles_app.filters.data import Moment
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from tests.filters import memory
from tests.filters.asking import NOW, event, find, people_of
from tests.filters.dataset import Dataset

EVER = {"ever": True}
# 1 three times on two days, 2 once, 3 only another event, 4 nothing at all.
DATASET = Dataset(
    people_of({"p": 1}, {"p": 1}, {"p": 1}, {"p": 1}),
    (
        event(1, "A", "2026-11-01T10:00", n=2, x="1"),
        event(1, "A", "2026-11-01T23:30", n=3, x=1),
        event(1, "A", "2026-11-02T00:30", n="9", x=True),
        event(2, "A", "2026-11-02T10:00"),
        event(3, "B", "2026-11-02T10:00", n=7),
    ),
)


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("at_least", 1, {1, 2}), ("at_least", 0, {1, 2, 3, 4}), ("at_least", -1, {1, 2, 3, 4}), ("at_least", 2, {1}),
        ("at_least", 0.5, {1, 2}), ("at_most", 0, {3, 4}), ("at_most", 1, {2, 3, 4}), ("at_most", -1, set()),
        ("at_most", 0.5, {3, 4}), ("equals", 0, {3, 4}), ("equals", 3, {1}), ("equals", 0.5, set()),
        ("equals", -1, set()),
        ("not_equals", 0, {1, 2}), ("not_equals", 1, {1, 3, 4}), ("not_equals", -1, {1, 2, 3, 4}),
        ("more_than", 0, {1, 2}), ("more_than", 1, {1}), ("more_than", -1, {1, 2, 3, 4}), ("more_than", 0.5, {1, 2}),
        ("less_than", 3, {2, 3, 4}), ("less_than", 1, {3, 4}), ("less_than", 0, set()), ("less_than", 0.5, {3, 4}),
        ("between", [0, 1], {2, 3, 4}), ("between", [1, 3], {1, 2}), ("between", [0, 0], {3, 4}),
        ("between", [-5, -1], set()), ("between", [2, 2], set()),
    ],
)  # fmt: skip
def test_counts_count_everybody(op: str, value: object, expected: set[int]) -> None:
    leaf = {"event": "A", "op": op, "value": value}
    assert find(DATASET, leaf) == expected
    assert find(DATASET, leaf | {"did": False}) == {1, 2, 3, 4} - expected


@pytest.mark.parametrize(
    ("measure", "op", "value", "expected"),
    [
        ({"sum": "n"}, "at_least", 5, {1}), ({"sum": "n"}, "at_most", 0, {2, 3, 4}),
        ({"sum": "n"}, "equals", 0, {2, 3, 4}),
        ({"average": "n"}, "equals", 2.5, {1}), ({"average": "n"}, "at_most", 100, {1}),
        ({"average": "n"}, "not_equals", 0, {1}), ({"min": "n"}, "less_than", 3, {1}),
        ({"min": "n"}, "at_least", -5, {1}),
        ({"max": "n"}, "equals", 3, {1}), ({"max": "n"}, "equals", 9, set()),
        ({"distinct": "x"}, "equals", 3, {1}), ({"distinct": "x"}, "equals", 0, {2, 3, 4}),
        ({"days": True}, "equals", 2, {1}), ({"days": True}, "less_than", 1, {3, 4}),
    ],
)  # fmt: skip
def test_measures(measure: object, op: str, value: object, expected: set[int]) -> None:
    assert find(DATASET, {"event": "A", "measure": measure, "op": op, "value": value}) == expected


@pytest.mark.parametrize("window", [EVER, {"last": {"n": 7, "unit": "day"}}, {"since": "2011-01-01"}])
def test_days_are_those_of_the_project(window: object) -> None:
    twice = {"event": "A", "measure": {"days": True}, "op": "at_least", "value": 2, "window": window}
    assert find(DATASET, twice) == {1}
    # In Kathmandu 23:30 and 00:30 of the next day are one day; so are they in New York.
    assert find(DATASET, twice, zone="Asia/Kathmandu") == {1}
    assert find(DATASET, twice, zone="America/New_York") == set()


def test_days_before_1970_are_days() -> None:
    events = tuple(event(1, "A", time) for time in ("1969-12-31T12:00", "1970-01-01T12:00", "1850-06-01T00:00"))
    days = {"event": "A", "measure": {"days": True}, "op": "equals", "value": 3, "window": EVER}
    for zone in ("UTC", "America/New_York"):
        assert find(Dataset(people_of({"p": 1}), events), days, zone=zone) == {1}


def test_where_looks_at_event_properties() -> None:
    assert find(DATASET, {"event": "A", "where": {"property": "n", "op": "at_least", "value": 3}}) == {1}
    assert find(DATASET, {"event": "A", "where": {"property": "n", "op": "is_not_set"}}) == {2}
    assert find(DATASET, {"event": "A", "where": {"all": []}}) == {1, 2}
    assert find(DATASET, {"event": "A", "where": {"any": []}}) == set()
    never = {"event": "A", "where": {"property": "n", "op": "more_than", "value": 100}, "did": False}
    assert find(DATASET, never) == {1, 2, 3, 4}
    # Names that are built in for people are ordinary ones on events.
    named = Dataset(people_of({"p": 1}), (event(1, "A", "2026-11-01", **{"$created_at": "x"}),))
    assert find(named, {"event": "A", "where": {"property": "$created_at", "op": "is", "value": "x"}}) == {1}


def test_the_first_time_ever_is_in_the_window() -> None:
    window = {"since": "2026-11-02"}
    first = {"event": "A", "first_time": True, "window": window}
    assert find(DATASET, first) == {2}
    assert find(DATASET, first | {"did": False}) == {1, 3, 4}
    # The first that matches `where`, not the first of the name.
    assert find(DATASET, first | {"where": {"property": "n", "op": "is", "type": "string", "value": "9"}}) == {1}
    assert find(DATASET, first | {"op": "at_most", "value": 0}) == set()
    assert find(DATASET, {"event": "A", "first_time": True, "window": EVER, "op": "at_least", "value": 2}) == {1}
    assert find(DATASET, {"event": "A", "first_time": True, "window": {"before": "2026-11-02"}}) == {1}


def test_unknown_names_never_happened() -> None:
    assert find(DATASET, {"event": "nothing like it"}) == set()
    assert find(DATASET, {"event": "nothing like it", "did": False}) == {1, 2, 3, 4}
    assert find(DATASET, {"property": "nothing like it", "op": "is_not_set"}) == {1, 2, 3, 4}
    assert find(DATASET, {"event": "A", "measure": {"sum": "nothing.like.it"}, "op": "equals", "value": 0}) == {
        1,
        2,
        3,
        4,
    }


STEPS = Dataset(
    people_of(*[{"p": 1}] * 6),
    (
        event(1, "A", "2026-11-01T10:00"), event(1, "B", "2026-11-01T11:00"), event(1, "C", "2026-11-01T11:30"),
        # At the same time is not later.
        event(2, "A", "2026-11-01T10:00"), event(2, "B", "2026-11-01T10:00"),
        # The wrong way round.
        event(3, "B", "2026-11-01T10:00"), event(3, "A", "2026-11-01T11:00"),
        # The first A is too early for B, the second is not.
        event(4, "A", "2026-11-01T08:00"), event(4, "A", "2026-11-01T10:30"), event(4, "B", "2026-11-01T11:00"),
        # A leads to the first B, but only the second is followed by C in time.
        event(5, "A", "2026-11-01T10:00"), event(5, "B", "2026-11-01T10:10"), event(5, "B", "2026-11-01T10:50"),
        event(5, "C", "2026-11-01T11:45"),
        # The last A before B is before it in time, but did not come after anything.
        event(6, "A", "2026-11-01T10:00"), event(6, "A", "2026-11-01T12:00"),
    ),
)  # fmt: skip
HOUR = {"n": 1, "unit": "hour"}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{"event": "A"}, {"event": "B"}], {1, 4, 5}),
        ([{"event": "A"}, {"event": "B", "within": HOUR}], {1, 4, 5}),
        ([{"event": "A"}, {"event": "B", "within": {"n": 59, "unit": "minute"}}], {4, 5}),
        ([{"event": "A"}, {"event": "B"}, {"event": "C"}], {1, 5}),
        ([{"event": "A"}, {"event": "B", "within": HOUR}, {"event": "C", "within": HOUR}], {1, 5}),
        ([{"event": "A"}, {"event": "B"}, {"event": "C", "within": {"n": 30, "unit": "minute"}}], {1}),
        ([{"event": "A"}, {"event": "A"}], {4, 6}),
        ([{"event": "A"}, {"event": "A"}, {"event": "A"}], set()),
        ([{"event": "A"}, {"event": "A", "within": {"n": 2, "unit": "hour"}}, {"event": "A"}], set()),
        ([{"event": "B"}, {"event": "B"}, {"event": "C", "within": HOUR}], {5}),
        ([{"event": "A"}, {"event": "nothing like it"}], set()),
    ],
)
def test_sequences(steps: object, expected: set[int]) -> None:
    for window in (EVER, {"between": ["2026-11-01", "2026-11-01"]}):
        assert find(STEPS, {"sequence": steps, "window": window}) == expected
        assert find(STEPS, {"sequence": steps, "window": window, "did": False}) == {1, 2, 3, 4, 5, 6} - expected


def test_a_sequence_lies_wholly_in_the_window() -> None:
    events = (event(1, "A", "2026-10-31T23:59"), event(1, "B", "2026-11-01T00:01"))
    dataset = Dataset(people_of({"p": 1}), events)
    steps = [{"event": "A"}, {"event": "B"}]
    assert find(dataset, {"sequence": steps, "window": {"since": "2026-10-31"}}) == {1}
    assert find(dataset, {"sequence": steps, "window": {"since": "2026-11-01"}}) == set()


def test_populations_and_empty_branches() -> None:
    dataset = Dataset(people_of({"p": 1}, {}), (event(2, "A", "2026-11-01"),))
    assert find(dataset, {"all": []}) == {1, 2}
    assert find(dataset, {"all": []}, population="profiles") == {1}
    assert find(dataset, {"any": []}) == set()
    assert find(dataset, {"not": {"any": []}}) == {1, 2}
    assert find(dataset, {"event": "A"}, population="profiles") == set()


def test_a_cohort_keeps_its_own_population() -> None:
    profiles = parse_filter({"where": {"not": {"property": "p", "op": "is", "value": "x"}}})
    cohorts = {
        7: ("Profiles", profiles),
        8: ("Others", parse_filter({"population": "all", "where": {"cohort": 7, "in": False}})),
    }
    dataset = Dataset(people_of({"p": 1}, {}, {"p": "x"}), (event(2, "A", "2026-11-01"),), cohorts)
    assert find(dataset, {"cohort": 7}) == {1}
    assert find(dataset, {"cohort": 7, "in": False}) == {2, 3}
    assert find(dataset, {"cohort": 8}) == {2, 3}
    assert find(dataset, {"all": [{"cohort": 8}, {"event": "A"}]}) == {2}


@pytest.mark.parametrize(
    ("where", "code"), [({"cohort": 9}, "cohort_missing"), ({"not": {"cohort": 1}}, "cohort_loop")]
)
def test_a_cohort_that_cannot_be_used_is_never_nobody(where: object, code: str) -> None:
    loop = {1: ("One", parse_filter({"where": {"cohort": 2}})), 2: ("Two", parse_filter({"where": {"cohort": 1}}))}
    dataset = Dataset(people_of({"p": 1}), cohorts=loop)
    with pytest.raises(BadFilter) as refused:
        memory.evaluate(dataset, parse_filter({"where": where}), Moment(NOW, "UTC"))
    (problem,) = refused.value.problems
    assert problem.code == code
