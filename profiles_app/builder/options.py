"""What the drop-down lists of the form offer, and which of it is chosen."""

from collections.abc import Iterable

from profiles_app.builder.draft import PropertyRow
from profiles_app.builder.words import TYPE_LABELS, UNITS
from profiles_app.filters.comparisons import COMPARISONS
from profiles_app.filters.operators import OPERATORS
from profiles_app.filters.tree import Type

# Value, label, whether it is chosen.
Option = tuple[str, str, bool]


def list_options(options: Iterable[tuple[str, str]], chosen: str) -> list[Option]:
    return [(str(value), label, value == chosen) for value, label in options]


def list_words(words: Iterable[str], chosen: str) -> list[Option]:
    """Options that are called as they are written."""
    return list_options(((word, word) for word in words), chosen)


def list_units(chosen: str) -> list[Option]:
    return list_options(UNITS, chosen)


def list_comparisons(op: str) -> list[Option]:
    """How the measure of an event can be compared; one that does not exist is offered where it is chosen."""
    known = [(one.key, _capital(one.label)) for one in COMPARISONS]
    unknown = [] if op in dict(known) else [(op, f"{op} (not known)")]
    return list_options([*unknown, *known], op)


def list_operators(row: PropertyRow, types: list[Type]) -> list[tuple[str, list[Option]]]:
    """Titles with their operators: of the kinds that the property has had, and those for any; then the others."""
    chosen = f"{row.type}.{row.op}"
    first = [*dict.fromkeys([*(kind for kind in [row.type, *types] if kind in set(Type))])]
    order = [*(Type(kind) for kind in first if kind != Type.ANY), Type.ANY]
    order += [kind for kind in Type if kind not in order]
    groups = [(TYPE_LABELS[kind], list_options(_operators_of(kind), chosen)) for kind in order]
    unknown = [] if row.input is not None else [("Not known here", [(chosen, row.op, True)])]
    return unknown + groups


def _operators_of(kind: Type) -> list[tuple[str, str]]:
    return [(f"{kind}.{one.key}", _capital(one.label)) for one in OPERATORS if one.type is kind]


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
