"""The page of the filter language is held against the code."""

import json
import re
from typing import Any

import pytest

from config.runtime.folders import CHECKOUT
from profiles_app.filters import expand, inputs, leaves, parse, reading, size
from profiles_app.filters.comparisons import COMPARISONS
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import OPERATORS
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.properties import BUILT_IN
from profiles_app.filters.tree import Aggregate, Filter, Unit
from profiles_app.filters.writing import write_filter

PAGE = (CHECKOUT / "docs/filters.md").read_text()
VALUES = {
    Input.NONE: "none",
    Input.TEXTS: "texts, any of which counts",
    Input.PARTS: "texts, any of which counts, none of them empty",
    Input.PATTERN: "one RE2 pattern",
    Input.NUMBER: "a number",
    Input.NUMBER_RANGE: "`[low, high]`, both included",
    Input.LENGTH: "a whole number, 0 or more",
    Input.DAY: "a day",
    Input.DAYS: "days, any of which counts",
    Input.DAY_RANGE: "`[first, last]`, both included",
    Input.SPAN: '`{"n": 7, "unit": "day"}`',
    Input.ITEMS: "texts or numbers, any of which counts",
}


def draw_operators() -> str:
    """The table of operators, as the page must have it."""
    rows = ["| type | `op` | in the menu | `value` |", "|---|---|---|---|"]
    for operator in OPERATORS:
        complement = f"; everybody else than `{operator.positive}`" if operator.negative else ""
        rows.append(f"| {operator.type} | `{operator.key}` | {operator.label} | {VALUES[operator.input]}{complement} |")
    return "\n".join(rows)


def draw_comparisons() -> str:
    rows = ["| `op` | in the menu | `value` |", "|---|---|---|"]
    rows += [f"| `{one.key}` | {one.label} | {VALUES[one.input]} |" for one in COMPARISONS]
    return "\n".join(rows)


def test_operators_are_those_of_the_page() -> None:
    assert draw_operators() in PAGE


def test_comparisons_are_those_of_the_page() -> None:
    assert draw_comparisons() in PAGE


@pytest.mark.parametrize("word", [*Aggregate, *Unit, *BUILT_IN])
def test_words_are_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize(
    "said",
    [
        f"| nesting | {parse.DEEPEST} |",
        f"| conditions, each step of a sequence being one | {parse.MOST_LEAVES} |",
        f"| conditions, with those of all cohorts | {expand.MOST_LEAVES_IN_ALL} |",
        f"| cohorts in cohorts | {expand.DEEPEST_COHORT} |",
        f"| values of one condition | {reading.MOST_VALUES:,} |",
        f"| values of all conditions | {size.MOST_VALUES_IN_ALL:,} |",
        f"`any_contains` | {size.MOST_PARTS_IN_ALL:,} |",
        f"| a text | {reading.LONGEST_TEXT:,} characters |",
        f"| a pattern | {inputs.LONGEST_PATTERN:,} characters |",
        f"| a name | {leaves.LONGEST_NAME:,} characters |",
        f"| steps of a sequence | {leaves.FEWEST_STEPS} to {leaves.MOST_STEPS} |",
        f"| `n` of an amount of time | {reading.LARGEST_SPAN:,} |",
    ],
)
def test_limits_are_on_the_page(said: str) -> None:
    assert said in PAGE


EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_can_be_read(number: int) -> None:
    example: dict[str, Any] = json.loads(EXAMPLES[number])
    tree = parse_filter(example if "where" in example and "event" not in example else {"where": example})
    assert tree != Filter()
    assert parse_filter(write_filter(tree)) == tree
