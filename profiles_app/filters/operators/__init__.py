"""All that a property leaf can ask: one tuple, from which menus, parsing, SQL and words are drawn."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from profiles_app.filters.operators.boolean import BOOLEAN_OPERATORS
from profiles_app.filters.operators.date import DATE_OPERATORS
from profiles_app.filters.operators.lists import LIST_OPERATORS
from profiles_app.filters.operators.number import NUMBER_OPERATORS
from profiles_app.filters.operators.operator import Operand, Operator
from profiles_app.filters.operators.presence import PRESENCE_OPERATORS
from profiles_app.filters.operators.text import TEXT_OPERATORS
from profiles_app.filters.tree import Type

__all__ = ["OPERATORS", "Operand", "Operator", "find_operator", "index_operators", "list_types_of"]

OPERATORS: Final = (
    *TEXT_OPERATORS,
    *NUMBER_OPERATORS,
    *BOOLEAN_OPERATORS,
    *DATE_OPERATORS,
    *LIST_OPERATORS,
    *PRESENCE_OPERATORS,
)


def index_operators(operators: Iterable[Operator]) -> Mapping[tuple[Type, str], Operator]:
    """The operators by type and key. Raises `ValueError` where two have the same."""
    index: dict[tuple[Type, str], Operator] = {}
    for operator in operators:
        key = (operator.type, operator.key)
        if key in index:
            raise ValueError(f"Two operators are called {operator.key} for {operator.type}.")
        index[key] = operator
    return MappingProxyType(index)


_INDEX: Final = index_operators(OPERATORS)


def find_operator(kind: Type, key: str) -> Operator | None:
    return _INDEX.get((kind, key))


def list_types_of(key: str) -> list[Type]:
    """The types that have an operator of this key."""
    return [operator.type for operator in OPERATORS if operator.key == key]
