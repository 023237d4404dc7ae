"""Operators on texts."""

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from profiles_app.filters.data import Form, Parameters
from profiles_app.filters.expressions import call, either, equals_any
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators.operator import Operand, Operator, negate
from profiles_app.filters.tree import Type, Value
from profiles_app.filters.words import join_or, quote


def _texts(value: Value) -> list[str]:
    assert isinstance(value, tuple)
    return [text for text in value if isinstance(text, str)]


def fold_column(column: exp.Expr, needle: str) -> exp.Expr:
    """The column without case, for comparing with this needle.

    Going to upper case first joins letters that share a capital, such as σ and ς. With a needle of
    ASCII letters alone nothing is lost without it, and ASCII columns are much quicker.
    """
    folded = column if needle.isascii() else call("UPPER", column)
    return call("LOWER", folded)


def fold_needle(needle: str, parameters: Parameters) -> exp.Expr:
    """DuckDB folds it as it folds the column, so that both know the same letters."""
    return parameters.add(needle.lower()) if needle.isascii() else fold_column(parameters.add(needle), needle)


def _compile_is(operand: Operand, value: Value) -> exp.Expr:
    return equals_any(operand.read(Form.STRING), [operand.parameters.add(text) for text in _texts(value)])


def _folded(function: str) -> Callable[[Operand, Value], exp.Expr]:
    """Any of the texts found by this function of DuckDB, in which `%`, `_` and `\\` are ordinary."""

    def compile_folded(operand: Operand, value: Value) -> exp.Expr:
        return either(*(compile_needle(operand, text) for text in _texts(value)))

    def compile_needle(operand: Operand, text: str) -> exp.Expr:
        column = fold_column(operand.read(Form.STRING), text)
        return call(function, column, fold_needle(text, operand.parameters))

    return compile_folded


def _compile_matches(operand: Operand, value: Value) -> exp.Expr:
    return call("REGEXP_MATCHES", operand.read(Form.STRING), operand.parameters.add(value))


def _says(words: str) -> Callable[[Value], str]:
    return lambda value: f"{words} {join_or([quote(text) for text in _texts(value)])}"


IS: Final = Operator(
    key="is", label="is", type=Type.STRING, input=Input.TEXTS, compile=_compile_is, describe=_says("is")
)
CONTAINS: Final = Operator(
    key="contains",
    label="contains",
    type=Type.STRING,
    input=Input.PARTS,
    compile=_folded("CONTAINS"),
    describe=_says("contains"),
)

TEXT_OPERATORS: Final = (
    IS,
    negate(IS, key="is_not", label="is not", describe=_says("is not")),
    CONTAINS,
    negate(CONTAINS, key="not_contains", label="does not contain", describe=_says("does not contain")),
    Operator(
        key="starts_with",
        label="starts with",
        type=Type.STRING,
        input=Input.PARTS,
        compile=_folded("STARTS_WITH"),
        describe=_says("starts with"),
    ),
    Operator(
        key="ends_with",
        label="ends with",
        type=Type.STRING,
        input=Input.PARTS,
        compile=_folded("ENDS_WITH"),
        describe=_says("ends with"),
    ),
    Operator(
        key="matches",
        label="matches regex",
        type=Type.STRING,
        input=Input.PATTERN,
        compile=_compile_matches,
        describe=lambda value: f"matches regex “{value}”",
    ),
)
