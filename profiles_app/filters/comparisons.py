"""Comparing a number with one or two bounds: what number properties and measures of events share.

A comparison is an interval, so that its SQL, its words and the question "does 0 satisfy it?" have one
source.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from profiles_app.filters.data import Parameters
from profiles_app.filters.expressions import every, opposite
from profiles_app.filters.inputs import Input
from profiles_app.filters.words import say_number


@dataclass(frozen=True)
class Interval:
    """Numbers from `low` to `high`; each end belongs to it or not."""

    low: float = -math.inf
    high: float = math.inf
    has_low: bool = True
    has_high: bool = True

    def holds(self, number: float) -> bool:
        above = number >= self.low if self.has_low else number > self.low
        below = number <= self.high if self.has_high else number < self.high
        return above and below

    def compile(self, number: exp.Expr, parameters: Parameters) -> exp.Expr:
        """NULL where the number is NULL."""
        if self.low == self.high:
            return exp.EQ(this=number, expression=parameters.add(self.low))
        ends: list[exp.Expr] = []
        if self.low > -math.inf:
            above = exp.GTE if self.has_low else exp.GT
            ends.append(above(this=number.copy(), expression=parameters.add(self.low)))
        if self.high < math.inf:
            below = exp.LTE if self.has_high else exp.LT
            ends.append(below(this=number.copy(), expression=parameters.add(self.high)))
        return every(*ends)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`negated`: the numbers outside the interval."""

    key: str
    label: str
    input: Input
    words: str
    interval: Callable[[tuple[float, ...]], Interval]
    negated: bool = False

    def holds(self, number: float, bounds: tuple[float, ...]) -> bool:
        return self.interval(bounds).holds(number) != self.negated

    def compile(self, number: exp.Expr, bounds: tuple[float, ...], parameters: Parameters) -> exp.Expr:
        """NULL where the number is NULL."""
        inside = self.interval(bounds).compile(number, parameters)
        return opposite(inside) if self.negated else inside

    def answers_alike(self, bounds: tuple[float, ...]) -> bool | None:
        """What it says of all whole numbers from 1 on, where that is the same of all; else None."""
        interval = self.interval(bounds)
        if interval.holds(1) and interval.high == math.inf:
            return not self.negated
        if interval.high < 1 or (interval.high == 1 and not interval.has_high):
            return self.negated
        return None

    def describe(self, bounds: tuple[float, ...]) -> str:
        return f"{self.words} {' and '.join(say_number(bound) for bound in bounds)}"


EQUALS: Final = Comparison(
    key="equals",
    label="equals",
    input=Input.NUMBER,
    words="exactly",
    interval=lambda bounds: Interval(bounds[0], bounds[0]),
)
MORE_THAN: Final = Comparison(
    key="more_than",
    label="greater than",
    input=Input.NUMBER,
    words="more than",
    interval=lambda bounds: Interval(low=bounds[0], has_low=False),
)
AT_LEAST: Final = Comparison(
    key="at_least",
    label="greater than or equal to",
    input=Input.NUMBER,
    words="at least",
    interval=lambda bounds: Interval(low=bounds[0]),
)
LESS_THAN: Final = Comparison(
    key="less_than",
    label="less than",
    input=Input.NUMBER,
    words="less than",
    interval=lambda bounds: Interval(high=bounds[0], has_high=False),
)
AT_MOST: Final = Comparison(
    key="at_most",
    label="less than or equal to",
    input=Input.NUMBER,
    words="at most",
    interval=lambda bounds: Interval(high=bounds[0]),
)
BETWEEN: Final = Comparison(
    key="between",
    label="between",
    input=Input.NUMBER_RANGE,
    words="between",
    interval=lambda bounds: Interval(bounds[0], bounds[1]),
)
NOT_EQUALS: Final = Comparison(
    key="not_equals",
    label="not equal to",
    input=Input.NUMBER,
    words="not exactly",
    interval=EQUALS.interval,
    negated=True,
)

# What a measure of a user's events can be compared by, in the order of the menu.
COMPARISONS: Final = (AT_LEAST, AT_MOST, EQUALS, NOT_EQUALS, MORE_THAN, LESS_THAN, BETWEEN)


def find_comparison(key: str) -> Comparison:
    """Raises `KeyError` for a key that parsing refuses."""
    return _BY_KEY[key]


_BY_KEY: Final = {comparison.key: comparison for comparison in COMPARISONS}
COMPARISON_INPUTS: Final = {comparison.key: comparison.input for comparison in COMPARISONS}
