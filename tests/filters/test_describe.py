"""Filters as English sentences."""

from typing import Any

import pytest

from profiles_app.filters.describe import Wording, describe_filter
from profiles_app.filters.operators import OPERATORS
from profiles_app.filters.parse import parse_filter
from tests.filters.test_operators import CASES

LABELS = {"$city": "City", "$last_seen": "Updated at"}
COHORTS = {1: "Power users", 2: "Paris or Rome"}
COUNTRIES = {("$country_code", "NO"): "Norway", ("$country_code", "MM"): "Myanmar (Burma)"}
WORDING = Wording(
    label_property=lambda name: LABELS.get(name, name),
    name_cohort=COHORTS.get,
    name_value=lambda name, text: COUNTRIES.get((name, text), text),
)
PARIS = {"property": "$city", "op": "is", "value": ["Paris"]}
ROME = {"property": "$city", "op": "is", "value": ["Rome"]}
DAY = {"n": 1, "unit": "day"}
WEEK = {"last": {"n": 7, "unit": "day"}}


def say(where: Any, **document: Any) -> str:
    return describe_filter(parse_filter({"where": where} | document), WORDING)


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ({"property": "$city", "op": "is", "value": ["Paris", "Rome"]}, "City is Paris or Rome"),
        ({"property": "$city", "op": "is_not", "value": ["a", "b", "c"]}, "City is not a, b or c"),
        ({"property": "p", "op": "is", "value": ["", "Paris or Rome", "a, b"]}, "p is “”, “Paris or Rome” or “a, b”"),
        ({"property": "$country_code", "op": "is_not", "value": ["NO", "MM", "??"]},
         "$country_code is not Norway, “Myanmar (Burma)” or “??”"),
        ({"property": "$country_code", "op": "contains", "value": ["NO"]}, "$country_code contains NO"),
        ({"property": "$country_code", "op": "any_is", "value": ["NO", 1]},
         "$country_code has an item that is Norway or 1"),
        ({"property": "code", "op": "is", "value": ["NO"]}, "code is NO"),
        ({"property": "bio", "op": "contains", "value": ["50%"]}, "bio contains “50%”"),
        ({"property": "not this", "op": "is_set"}, "“not this” is set"),
        ({"property": "n", "op": "between", "type": "number", "value": [1, 2500]}, "n is between 1 and 2,500"),
        ({"property": "n", "op": "equals", "value": 2.5, "cast": True}, "n (read as a number) equals 2.5"),
        ({"property": "ok", "op": "is_true"}, "ok is true"),
        ({"property": "d", "op": "on", "value": ["2026-01-31"]}, "d is on Jan 31, 2026"),
        ({"property": "d", "op": "in_last", "value": {"n": 1, "unit": "week"}}, "d is in the last week"),
        ({"property": "$last_seen", "op": "more_than_ago", "value": {"n": 2, "unit": "month"}},
         "Updated at is more than 2 months ago"),
        ({"property": "tags", "op": "none_is", "value": ["x", 1]}, "tags has no item that is x or 1"),
        ({"property": "tags", "op": "has_length", "value": 1}, "tags has 1 item"),
        ({"event": "watch video", "op": "at_least", "value": 10, "window": WEEK},
         "did watch video at least 10 times in the last 7 days"),
        ({"event": "watch video"}, "did watch video in the last 30 days"),
        ({"event": "A", "did": False, "window": {"ever": True}}, "did not do A at any time"),
        ({"event": "A", "did": False, "op": "equals", "value": 1, "window": {"since": "2026-01-01"}},
         "did not do A exactly 1 time since Jan 1, 2026"),
        ({"event": "A", "first_time": True, "window": {"between": ["2026-01-01", "2026-01-31"]}},
         "did A for the first time between Jan 1, 2026 and Jan 31, 2026"),
        ({"event": "buy", "measure": {"sum": "price"}, "op": "more_than", "value": 99.5, "window": WEEK},
         "did buy with the sum of price more than 99.5 in the last 7 days"),
        ({"event": "buy", "measure": {"distinct": "$city"}, "op": "between", "value": [2, 3], "window": WEEK},
         "did buy with between 2 and 3 different values of City in the last 7 days"),
        ({"event": "A", "measure": {"days": True}, "op": "at_least", "value": 2, "window": WEEK},
         "did A on at least 2 days in the last 7 days"),
        ({"event": "A", "where": {"any": [PARIS, ROME]}, "window": {"before": "2026-01-01"}},
         "did A where (City is Paris or City is Rome) before Jan 1, 2026"),
        ({"sequence": [{"event": "A"}, {"event": "B", "within": DAY, "where": PARIS}], "window": WEEK},
         "did A, then B where (City is Paris) within 1 day, in the last 7 days"),
        ({"event": "A", "window": {"ago": {"from": {"n": 60, "unit": "day"}, "to": {"n": 30, "unit": "day"}}}},
         "did A from 60 days ago to 30 days ago"),
        ({"cohort": 1}, "is in cohort Power users"),
        ({"cohort": 2, "in": False}, "is not in cohort “Paris or Rome”"),
        ({"cohort": 3}, "is in a cohort that does not exist (number 3)"),
        ({"all": [PARIS, {"any": [ROME, {"cohort": 1}]}]},
         "City is Paris and (City is Rome or is in cohort Power users)"),
        ({"any": [{"all": [PARIS, ROME]}, {"not": PARIS}]}, "(City is Paris and City is Rome) or not (City is Paris)"),
        ({"not": {"all": [PARIS, ROME]}}, "not (City is Paris and City is Rome)"),
        ({"all": [{"any": [PARIS]}]}, "City is Paris"),
        ({"any": []}, "nobody"),
    ],
)  # fmt: skip
def test_sentences(where: Any, sentence: str) -> None:
    assert say(where) == sentence


def test_no_conditions() -> None:
    assert say(None) == "all profiles"
    assert say(None, population="all") == "all users"


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda one: f"{one.type}-{one.key}")
def test_every_operator_has_words_of_its_own(operator: Any) -> None:
    value = CASES[operator.type, operator.key][0]
    leaf = {"property": "p", "type": str(operator.type), "op": operator.key}
    leaf |= {} if value is None else {"value": value}
    assert say(leaf).startswith("p ")
    alike = [one.key for one in OPERATORS if (one.type, one.input) == (operator.type, operator.input)]
    assert len({say(leaf | {"op": key}) for key in alike}) == len(alike)


def test_a_very_long_text_is_cut() -> None:
    assert len(say({"property": "p", "op": "is", "value": ["x" * 4000]})) < 100
