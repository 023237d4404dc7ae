"""Whether a property has a value at all."""

from typing import Final

from sqlglot import exp

from profiles_app.filters.data import Form
from profiles_app.filters.expressions import either, is_absent, is_present
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators.operator import Operand, Operator, negate
from profiles_app.filters.tree import Type, Value

_KINDS: Final = (Form.STRING, Form.NUMBER, Form.BOOLEAN, Form.LIST, Form.OBJECT)


def _compile_is_set(operand: Operand, _: Value) -> exp.Expr:
    columns = [column for column in map(operand.read, _KINDS) if not is_absent(column)]
    # A date is a text too; the built-in times are instants and nothing else.
    columns = columns or [operand.read(Form.INSTANT)]
    return either(*(is_present(column) for column in columns))


_IS_SET: Final = Operator(
    key="is_set",
    label="is set",
    type=Type.ANY,
    input=Input.NONE,
    compile=_compile_is_set,
    describe=lambda _: "is set",
)

PRESENCE_OPERATORS: Final = (
    _IS_SET,
    negate(_IS_SET, key="is_not_set", label="is not set", describe=lambda _: "is not set"),
)
