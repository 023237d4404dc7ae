"""Every operator by hand, on a match, another value, another kind, null, and not set."""

from typing import Any

import pytest

from profiles_app.filters.operators import OPERATORS, index_operators
from profiles_app.filters.operators.operator import negate
from profiles_app.filters.tree import Type
from tests.filters.asking import find, people_of
from tests.filters.dataset import Dataset

SEVEN_DAYS = {"n": 7, "unit": "day"}
# Type and key → the operator's value, a value that the positive operator matches, another, another kind.
CASES: dict[tuple[str, str], tuple[Any, Any, Any, Any]] = {
    ("string", "is"): (["Paris", "Rome"], "Rome", "rome", 1),
    ("string", "is_not"): (["Paris", "Rome"], "Paris", "paris", ["Paris"]),
    ("string", "contains"): (["50%", "x_y"], "is 50% OFF", "505", 50),
    ("string", "not_contains"): (["STRASSE", "ß"], "die Straße", "die Stra", {"k": "ß"}),
    ("string", "starts_with"): (["Par"], "pARis", "a Paris", True),
    ("string", "ends_with"): (["\\"], "a\\", "\\a", ["\\"]),
    ("string", "matches"): ("^P.r[iy]s", "Parys, TX", "paris", 1),
    ("number", "equals"): (5, 5.0, 5.5, "5"),
    ("number", "not_equals"): (5, 5, 6, "5"),
    ("number", "more_than"): (5, 5.1, 5, "6"),
    ("number", "at_least"): (5, 5, 4.9, "6"),
    ("number", "less_than"): (5, -1e300, 5, "4"),
    ("number", "at_most"): (5, 5, 5.1, "4"),
    ("number", "between"): ([1, 5], 5, 5.1, "2"),
    ("number", "not_between"): ([1, 5], 1, 0, "2"),
    ("boolean", "is_true"): (None, True, False, "true"),
    ("boolean", "is_false"): (None, False, True, 0),
    ("date", "on"): (["2026-11-01", "2026-10-01"], "2026-10-01T23:59:59.9", "2026-10-02", 20261001),
    ("date", "not_on"): (["2026-11-01"], "2026-11-01", "2026-11-02T00:00:00Z", "2026-11"),
    ("date", "before"): ("2026-11-01", "2026-10-31T23:59:59.999999", "2026-11-01", "never"),
    ("date", "since"): ("2026-11-01", "2026-11-01", "2026-10-31", ["2026-11-01"]),
    ("date", "between"): (["2026-11-01", "2026-11-02"], "2026-11-02T23:00:00", "2026-11-03", 1),
    ("date", "not_between"): (["2026-11-01", "2026-11-02"], "2026-11-01", "2026-10-31", True),
    ("date", "in_last"): (SEVEN_DAYS, "2026-10-28", "2026-10-27T23:59:59.999999", "today"),
    ("date", "not_in_last"): (SEVEN_DAYS, "2026-11-03T15:30:00", "2026-11-03T15:30:00.000001", "today"),
    ("date", "more_than_ago"): (SEVEN_DAYS, "2026-10-27", "2026-10-28", 0),
    ("date", "in_next"): (SEVEN_DAYS, "2026-11-09T23:59:59", "2026-11-10", "tomorrow"),
    ("list", "any_is"): (["x", 1], ["y", 1.0], ["1", "X"], "x"),
    ("list", "all_are"): (["x", 1], ["x", 1, "x"], ["x", None], 1),
    ("list", "none_is"): (["x"], ["x", "y"], [], "x"),
    ("list", "any_contains"): (["é", "_"], ["a", "CAFÉ"], [["é"], "e", 5], "é"),
    ("list", "has_length"): (2, ["x", None], [], "ab"),
    ("any", "is_set"): (None, [], None, {}),
    ("any", "is_not_set"): (None, "", None, False),
}
ALWAYS_OF_A_KIND = {("any", "is_set"), ("any", "is_not_set")}
IDS = [f"{operator.type}-{operator.key}" for operator in OPERATORS]


def test_all_operators_have_a_case() -> None:
    assert [(operator.type, operator.key) for operator in OPERATORS] == list(CASES)


@pytest.mark.parametrize(("kind", "key"), CASES)
def test_an_operator_on_each_sort_of_value(kind: str, key: str) -> None:
    asked, match, other, other_kind = CASES[kind, key]
    dataset = Dataset(people_of({"p": match}, {"p": other}, {"p": other_kind}, {"p": None}, {"q": match}))
    leaf = {"property": "p", "type": kind, "op": key} | ({} if asked is None else {"value": asked})
    matched = {1, 3} if (kind, key) in ALWAYS_OF_A_KIND else {1}
    negative = next(operator.negative for operator in OPERATORS if (operator.type, operator.key) == (kind, key))
    assert find(dataset, leaf) == ({1, 2, 3, 4, 5} - matched if negative else matched)


@pytest.mark.parametrize("operator", [one for one in OPERATORS if one.negative], ids=lambda one: one.key)
def test_a_negative_takes_everything_from_its_positive(operator: Any) -> None:
    (positive,) = [one for one in OPERATORS if (one.type, one.key) == (operator.type, operator.positive)]
    assert not positive.negative
    assert (operator.input, operator.moves_with_time) == (positive.input, positive.moves_with_time)


def test_two_operators_of_one_key_are_refused() -> None:
    twin = negate(OPERATORS[0], key=OPERATORS[0].key, label="twin", describe=str)
    with pytest.raises(ValueError, match="Two operators are called is for string"):
        index_operators([*OPERATORS, twin])


def test_those_that_move_with_time_are_marked() -> None:
    moving = {operator.key for operator in OPERATORS if operator.moves_with_time}
    assert moving == {"in_last", "not_in_last", "more_than_ago", "in_next"}
    assert {operator.type for operator in OPERATORS if operator.moves_with_time} == {Type.DATE}


@pytest.mark.parametrize(
    ("text", "needles"),
    [
        ("İSTANBUL", ["istanbul"]),
        ("ISTANBUL", ["Istanbul"]),
        ("ΟΔΟΣ", ["οδος", "ΟΔΟς"]),
        ("οδος", ["ΟΔΟΣ"]),
        ("Straße", ["STRAẞE", "straße"]),
        ("МОСКВА", ["москва"]),
        ("ÉCOLE", ["éc"]),
        ("Ǆabc", ["ǆA"]),
        ("100% _x_", ["% _X"]),
        ("a\\%b", ["\\%"]),
        ("😀Smile", ["😀s"]),
        ('it\'s "q"', ["'S \"Q"]),
    ],
)
def test_case_is_ignored_in_any_script(text: str, needles: list[str]) -> None:
    dataset = Dataset(people_of({"p": text}))
    for needle in needles:
        assert find(dataset, {"property": "p", "op": "contains", "value": [needle]}) == {1}


@pytest.mark.parametrize(("text", "needle"), [("5050", "50%"), ("axb", "a_b"), ("ab", "a\\b"), ("Strasse", "ß")])
def test_what_is_not_contained(text: str, needle: str) -> None:
    assert find(Dataset(people_of({"p": text})), {"property": "p", "op": "contains", "value": needle}) == set()


def test_cast_reads_texts_too() -> None:
    dataset = Dataset(people_of({"p": "42"}, {"p": 42}, {"p": " 42"}, {"p": "1e999"}, {"p": "4_2"}, {"p": True}))
    assert find(dataset, {"property": "p", "op": "at_least", "value": 42, "cast": True}) == {1, 2}
    assert find(dataset, {"property": "p", "op": "not_equals", "value": 42, "cast": True}) == {3, 4, 5, 6}
    flags = Dataset(people_of({"p": "TRUE"}, {"p": True}, {"p": "false"}, {"p": 1}, {"p": "yes"}))
    assert find(flags, {"property": "p", "op": "is_true", "cast": True}) == {1, 2}
    assert find(flags, {"property": "p", "op": "is_false", "cast": True}) == {3}
    assert find(flags, {"property": "p", "op": "is_true"}) == {2}


def test_a_thousand_values_are_no_trouble() -> None:
    dataset = Dataset(people_of({"p": "v999", "l": ["v7"]}, {"p": "é999"}, {"p": "none"}))
    values = [f"v{number}" for number in range(1000)]
    assert find(dataset, {"property": "p", "op": "is", "value": values}) == {1}
    assert find(dataset, {"property": "p", "op": "contains", "value": [*values[1:], "É9"]}) == {1, 2}
    assert find(dataset, {"property": "l", "op": "any_contains", "value": values}) == {1}
    assert find(dataset, {"property": "l", "op": "any_is", "value": values}) == {1}


def test_a_path_leads_into_an_object_unless_a_property_has_that_name() -> None:
    inside = {"city": "Rome", "a.b": 5, "x/y~z": True, "when": "2026-11-01", "tags": ["X", 2, None], "n": {"k": 1}}
    dataset = Dataset(people_of({"address": inside}, {"address": "Rome"}, {"q": 1}))
    for name, op, value in [
        ("address.city", "is", "Rome"),
        ("address.a.b", "equals", 5),
        ("address.x/y~z", "is_true", None),
        ("address.when", "on", "2026-11-01"),
        ("address.tags", "any_is", [2]),
        ("address.tags", "any_contains", ["x"]),
        ("address.tags", "has_length", 3),
        ("address.n", "is_set", None),
    ]:
        leaf = {"property": name, "op": op} | ({} if value is None else {"value": value})
        assert find(dataset, leaf) == {1}, name
    assert find(dataset, {"property": "address.nothing", "op": "is_not_set"}) == {1, 2, 3}
    assert find(dataset, {"property": "address.n.k", "op": "is_set"}) == set()
    hidden = Dataset(people_of({"address": inside}, {"address.city": "Rome"}))
    assert find(hidden, {"property": "address.city", "op": "is", "value": "Rome"}) == {2}


def test_null_inside_an_object_is_not_set() -> None:
    dataset = Dataset(people_of({"o": {"k": None}}, {"o": {"k": False}}))
    assert find(dataset, {"property": "o.k", "op": "is_set"}) == {2}
