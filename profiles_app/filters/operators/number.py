"""Operators on numbers, which are doubles."""

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from profiles_app.filters import comparisons
from profiles_app.filters.comparisons import Comparison
from profiles_app.filters.data import Form
from profiles_app.filters.expressions import call
from profiles_app.filters.forms import NUMBER_PATTERN
from profiles_app.filters.operators.operator import Operand, Operator, negate
from profiles_app.filters.tree import Type, Value
from profiles_app.filters.words import say_number


def bounds_of(value: Value) -> tuple[float, ...]:
    """One bound or two."""
    if isinstance(value, tuple):
        return tuple(bound for bound in value if isinstance(bound, float))
    assert isinstance(value, float)
    return (value,)


def _read_number(operand: Operand) -> exp.Expr:
    """The number; with `cast` also that of a text which reads as one."""
    number = operand.read(Form.NUMBER)
    if not operand.cast:
        return number
    text = operand.read(Form.STRING)
    reads = call("REGEXP_FULL_MATCH", text, exp.Literal.string(NUMBER_PATTERN))
    double = exp.TryCast(this=text.copy(), to=exp.DataType.build("DOUBLE"))
    finite = call("ISFINITE", double)
    cast = exp.Case(ifs=[exp.If(this=reads, true=exp.Case(ifs=[exp.If(this=finite, true=double.copy())]))])
    return call("COALESCE", number, cast)


def _operator(comparison: Comparison, words: str) -> Operator:
    def compile_comparison(operand: Operand, value: Value) -> exp.Expr:
        return comparison.compile(_read_number(operand), bounds_of(value), operand.parameters)

    return Operator(
        key=comparison.key,
        label=comparison.label,
        type=Type.NUMBER,
        input=comparison.input,
        compile=compile_comparison,
        describe=_says(words),
    )


def _says(words: str) -> Callable[[Value], str]:
    return lambda value: f"{words} {' and '.join(say_number(bound) for bound in bounds_of(value))}"


_EQUALS: Final = _operator(comparisons.EQUALS, "equals")
_BETWEEN: Final = _operator(comparisons.BETWEEN, "is between")

NUMBER_OPERATORS: Final = (
    _EQUALS,
    negate(_EQUALS, key="not_equals", label="not equal to", describe=_says("does not equal")),
    _operator(comparisons.MORE_THAN, "is more than"),
    _operator(comparisons.AT_LEAST, "is at least"),
    _operator(comparisons.LESS_THAN, "is less than"),
    _operator(comparisons.AT_MOST, "is at most"),
    _BETWEEN,
    negate(_BETWEEN, key="not_between", label="not between", describe=_says("is not between")),
)
