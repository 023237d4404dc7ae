"""What an operator is, and what it works on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlglot import exp

from profiles_app.filters.data import Form, Moment, Parameters
from profiles_app.filters.expressions import call, opposite
from profiles_app.filters.inputs import Input
from profiles_app.filters.tree import Type, Value


@dataclass(frozen=True, kw_only=True)
class Operand:
    """One property of one relation, as an operator sees it."""

    read: Callable[[Form], exp.Expr]
    parameters: Parameters
    moment: Moment
    cast: bool = False


# An expression that is TRUE exactly on the rows that match, and FALSE or NULL on the others.
Compile: TypeAlias = Callable[[Operand, Value], exp.Expr]
# The words after the property's name.
Describe: TypeAlias = Callable[[Value], str]


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One thing that a property leaf can ask.

    `positive` is the key of the operator of which this one is the exact complement, if it is one.
    `moves_with_time`: whether its answer changes as time passes, with the same data.
    """

    key: str
    label: str
    type: Type
    input: Input
    compile: Compile
    describe: Describe
    moves_with_time: bool = False
    positive: str | None = None

    @property
    def negative(self) -> bool:
        """Whether people without the property, or with another kind of value, match."""
        return self.positive is not None


def negate(positive: Operator, *, key: str, label: str, describe: Describe) -> Operator:
    """The exact complement: it matches those whom the positive operator does not."""

    def compile_complement(operand: Operand, value: Value) -> exp.Expr:
        return opposite(call("COALESCE", positive.compile(operand, value), exp.false()))

    return replace(positive, key=key, label=label, describe=describe, compile=compile_complement, positive=positive.key)
