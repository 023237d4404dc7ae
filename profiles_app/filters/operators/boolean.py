"""Operators on true and false."""

from typing import Final

from sqlglot import exp

from profiles_app.filters.data import Form
from profiles_app.filters.expressions import call, either
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators.operator import Compile, Operand, Operator
from profiles_app.filters.tree import Type, Value


def _equals(wanted: exp.Boolean, word: str) -> Compile:
    """With `cast` also the text `true` or `false`, in any case."""

    def compile_equals(operand: Operand, _: Value) -> exp.Expr:
        same: list[exp.Expr] = [exp.EQ(this=operand.read(Form.BOOLEAN), expression=wanted.copy())]
        if operand.cast:
            text = call("LOWER", operand.read(Form.STRING))
            same.append(exp.EQ(this=text, expression=exp.Literal.string(word)))
        return either(*same)

    return compile_equals


BOOLEAN_OPERATORS: Final = (
    Operator(
        key="is_true",
        label="is true",
        type=Type.BOOLEAN,
        input=Input.NONE,
        compile=_equals(exp.true(), "true"),
        describe=lambda _: "is true",
    ),
    Operator(
        key="is_false",
        label="is false",
        type=Type.BOOLEAN,
        input=Input.NONE,
        compile=_equals(exp.false(), "false"),
        describe=lambda _: "is false",
    ),
)
