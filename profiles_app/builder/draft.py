"""What the form shows: cards with rows. Unlike a filter, a draft may be incomplete or wrong.

Texts are as people type them. A node's `id` is its name in the form, unique in the draft.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import find_operator
from profiles_app.filters.tree import Type

AND: Final = "and"
OR: Final = "or"
THEN: Final = "then"
ROOT: Final = 0


@dataclass(frozen=True, kw_only=True)
class Window:
    """`kind` is a key of the language's windows; `texts` are its days, or numbers and units in turn."""

    kind: str = "last"
    texts: tuple[str, ...] = ("30", "day")


@dataclass(frozen=True, kw_only=True)
class PropertyRow:
    """`type` and `op` may be of a language that is gone; then `values` holds the value as JSON."""

    id: int
    name: str
    type: str = Type.STRING
    op: str = "is"
    values: tuple[str, ...] = ()
    cast: bool = False

    @property
    def input(self) -> Input | None:
        """None for an operator that does not exist."""
        operator = find_operator(Type(self.type), self.op) if self.type in set(Type) else None
        return operator.input if operator else None


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """Did, or did not. `of` is the property of a measure that has one; `where` holds rows about the
    properties of the event."""

    id: int
    event: str
    did: bool = True
    measure: str = "count"
    of: str = ""
    op: str = "at_least"
    values: tuple[str, ...] = ("1",)
    window: Window = Window()
    first_time: bool = False
    where: "Card | None" = None


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """`within` is a number and a unit; an empty number: any time after the step before."""

    id: int
    event: str
    within: tuple[str, str] = ("", "day")
    where: "Card | None" = None


@dataclass(frozen=True, kw_only=True)
class SequenceRow:
    """Steps joined by "then"."""

    id: int
    steps: tuple[StepRow, ...]
    did: bool = True
    window: Window = Window()


@dataclass(frozen=True, kw_only=True)
class CohortRow:
    id: int
    cohort: str
    inside: bool = True

    @property
    def number(self) -> int:
        """0 for what is no number of a cohort."""
        return int(self.cohort) if self.cohort.isdecimal() and len(self.cohort) < 19 else 0


@dataclass(frozen=True, kw_only=True)
class ConstantRow:
    """Anyone, or nobody: an empty `all` or `any` in a filter that was not made here."""

    id: int
    everybody: bool


@dataclass(frozen=True, kw_only=True)
class UnknownRow:
    """A condition that cannot be read, as JSON: kept, so that nothing is guessed."""

    id: int
    raw: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """Rows and cards with one connector for all of its gaps. `negated`: those who do not match."""

    id: int
    items: "tuple[Item, ...]" = ()
    joiner: str = AND
    negated: bool = False


Row: TypeAlias = PropertyRow | EventRow | SequenceRow | CohortRow | ConstantRow | UnknownRow
Item: TypeAlias = Row | Card
Node: TypeAlias = Item | StepRow
# The outermost card, number 0: its items are the cards of the builder, at least one.
Draft: TypeAlias = Card


def make_draft(*cards: Card, joiner: str = AND) -> Draft:
    return Card(id=ROOT, items=cards or (Card(id=1),), joiner=joiner)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the form."""
    yield node
    for child in list_children(node):
        yield from walk(child)


def list_children(node: Node) -> tuple[Node, ...]:
    match node:
        case Card(items=items):
            return items
        case SequenceRow(steps=steps):
            return steps
        case EventRow(where=where) | StepRow(where=where):
            return (where,) if where else ()
        case _:
            return ()


def find_node(draft: Draft, node_id: int) -> Node | None:
    return next((node for node in walk(draft) if node.id == node_id), None)


def find_parent(draft: Draft, node_id: int) -> Node | None:
    return next((node for node in walk(draft) if any(child.id == node_id for child in list_children(node))), None)


def find_event_around(draft: Draft, node_id: int) -> EventRow | StepRow | None:
    """The event whose properties a node is about; None where it is about those of people."""
    parent = find_parent(draft, node_id)
    while parent is not None and not isinstance(parent, EventRow | StepRow):
        parent = find_parent(draft, parent.id)
    return parent


def next_id(draft: Draft) -> int:
    return max(node.id for node in walk(draft)) + 1


# What stands in a node's place: nothing, itself, or several.
Change: TypeAlias = Callable[[Node], tuple[Node, ...]]


def change_node(draft: Draft, node_id: int, change: Change) -> Draft:
    """The draft with one node changed; the same draft where it is not there."""

    def at(node: Node) -> tuple[Node, ...]:
        return change(node) if node.id == node_id else (node,)

    (changed,) = rebuild(draft, at)
    assert isinstance(changed, Card)
    return changed


def rebuild(node: Node, change: Change) -> tuple[Node, ...]:
    """Every node changed, from the leaves up."""
    children = tuple(new for child in list_children(node) for new in rebuild(child, change))
    return change(_with_children(node, children))


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    match node:
        case Card():
            return replace(node, items=tuple(child for child in children if not isinstance(child, StepRow)))
        case SequenceRow():
            return replace(node, steps=tuple(child for child in children if isinstance(child, StepRow)))
        case EventRow() | StepRow():
            cards = [child for child in children if isinstance(child, Card)]
            return replace(node, where=cards[0] if cards else None)
        case _:
            return node
