"""Conditions as expressions: all, any, not, and a leaf about one property.

Every condition is TRUE or FALSE, never NULL. A positive one is `(…) IS TRUE`, which DuckDB takes away
again where it filters, so that it prunes row groups by what is inside.
"""

from collections.abc import Callable

from sqlglot import exp

from profiles_app.filters.data import Data, Form, Moment
from profiles_app.filters.expressions import either, every, is_true, opposite
from profiles_app.filters.operators import Operand, Operator, find_operator
from profiles_app.filters.properties import Source
from profiles_app.filters.tree import All, Any, Leaf, Node, Not, Property


def compile_condition(node: Node, compile_leaf: Callable[[Leaf, str], exp.Expr], path: str) -> exp.Expr:
    """The condition of a node whose leaves are compiled by `compile_leaf`, which gets their paths."""
    match node:
        case All(nodes):
            parts = [compile_condition(child, compile_leaf, f"{path}.all[{n}]") for n, child in enumerate(nodes)]
            return every(*parts)
        case Any(nodes):
            parts = [compile_condition(child, compile_leaf, f"{path}.any[{n}]") for n, child in enumerate(nodes)]
            return either(*parts)
        case Not(child):
            return opposite(compile_condition(child, compile_leaf, f"{path}.not"))
        case _:
            return compile_leaf(node, path)


def compile_property(leaf: Property, source: Source, data: Data, moment: Moment) -> exp.Expr:
    """The condition of a property leaf over the rows that `source` reads."""

    def read(form: Form) -> exp.Expr:
        return source.value(leaf.name, form)

    operand = Operand(read=read, parameters=data.parameters, moment=moment, cast=leaf.cast)
    operator = operator_of(leaf)
    compiled = operator.compile(operand, leaf.value)
    return compiled if operator.negative else is_true(compiled)


def operator_of(leaf: Property) -> Operator:
    operator = find_operator(leaf.type, leaf.op)
    if operator is None:
        raise ValueError(f"There is no operator {leaf.op} for {leaf.type}: the tree was not parsed.")
    return operator
