"""Operators on lists. An item is a text of its own: `s` and the string, `n` and the double, or `x`
for any other kind (see `Form.LIST`)."""

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from profiles_app.filters.data import Form
from profiles_app.filters.expressions import call, either, every
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators.number import bounds_of
from profiles_app.filters.operators.operator import Operand, Operator, negate
from profiles_app.filters.operators.text import fold_column, fold_needle
from profiles_app.filters.tree import Type, Value
from profiles_app.filters.words import join_or, quote, say_number

_FEW: Final = 5


def _items(value: Value) -> list[str | float]:
    assert isinstance(value, tuple)
    return [item for item in value if isinstance(item, str | float)]


def _wanted(operand: Operand, value: Value) -> exp.Expr:
    """The items asked for, coded as those of the column; DuckDB writes both doubles."""
    return exp.Array(expressions=[_code(operand, item) for item in _items(value)])


def _code(operand: Operand, item: str | float) -> exp.Expr:
    if isinstance(item, str):
        return operand.parameters.add("s" + item)
    double = exp.cast(operand.parameters.add(item), "DOUBLE")
    return exp.DPipe(this=exp.Literal.string("n"), expression=exp.cast(double, "VARCHAR"))


def _compile_any_is(operand: Operand, value: Value) -> exp.Expr:
    """Looking for one item is five times as quick as looking for any of some."""
    items = _items(value)
    if len(items) > _FEW:
        return call("LIST_HAS_ANY", operand.read(Form.LIST), _wanted(operand, value))
    return either(*(call("LIST_CONTAINS", operand.read(Form.LIST), _code(operand, item)) for item in items))


def _compile_all_are(operand: Operand, value: Value) -> exp.Expr:
    items = operand.read(Form.LIST)
    none_missing = call("LIST_HAS_ALL", _wanted(operand, value), items)
    return every(exp.GT(this=_length(items.copy()), expression=exp.Literal.number(0)), none_missing)


def _compile_any_contains(operand: Operand, value: Value) -> exp.Expr:
    return either(*(_some_item_contains(operand, text) for text in _items(value) if isinstance(text, str)))


def _some_item_contains(operand: Operand, text: str) -> exp.Expr:
    """Both begin with the `s` of a string, which is cut off the item."""
    item = exp.column("item")
    string = call("STARTS_WITH", item, exp.Literal.string("s"))
    rest = call("SUBSTRING", item.copy(), exp.Literal.number(2))
    found = call("CONTAINS", fold_column(rest, text), fold_needle(text, operand.parameters))
    test = exp.Lambda(this=every(string, found), expressions=[exp.to_identifier("item")])
    matching = call("LIST_FILTER", operand.read(Form.LIST), test)
    return exp.GT(this=_length(matching), expression=exp.Literal.number(0))


def _compile_has_length(operand: Operand, value: Value) -> exp.Expr:
    (length,) = bounds_of(value)
    return exp.EQ(this=_length(operand.read(Form.LIST)), expression=operand.parameters.add(int(length)))


def _length(items: exp.Expr) -> exp.Expr:
    return call("LEN", items)


def _says(words: str, *, join: Callable[[list[str]], str] = join_or) -> Callable[[Value], str]:
    return lambda value: f"{words} {join([_say_item(item) for item in _items(value)])}"


def _say_item(item: str | float) -> str:
    return quote(item) if isinstance(item, str) else say_number(item)


def _say_length(value: Value) -> str:
    (length,) = bounds_of(value)
    return f"has {say_number(length)} {'item' if length == 1 else 'items'}"


_ANY_IS: Final = Operator(
    key="any_is",
    label="any item is",
    type=Type.LIST,
    input=Input.ITEMS,
    compile=_compile_any_is,
    describe=_says("has an item that is"),
)

LIST_OPERATORS: Final = (
    _ANY_IS,
    Operator(
        key="all_are",
        label="all items are",
        type=Type.LIST,
        input=Input.ITEMS,
        compile=_compile_all_are,
        describe=_says("has only items that are"),
    ),
    negate(_ANY_IS, key="none_is", label="no item is", describe=_says("has no item that is")),
    Operator(
        key="any_contains",
        label="any item contains",
        type=Type.LIST,
        input=Input.PARTS,
        compile=_compile_any_contains,
        describe=_says("has an item that contains"),
    ),
    Operator(
        key="has_length",
        label="number of items is",
        type=Type.LIST,
        input=Input.LENGTH,
        compile=_compile_has_length,
        describe=_say_length,
    ),
)
