"""How much a filter asks for: what its limits count. A question is written out in full before its time
limit can end it, so what is written must be little."""

from dataclasses import dataclass
from typing import Final

from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import find_operator
from profiles_app.filters.tree import Leaf, Node, Property, Sequence, walk

MOST_VALUES_IN_ALL: Final = 10_000
MOST_PARTS_IN_ALL: Final = 1_000


@dataclass(frozen=True)
class Size:
    """`conditions`: leaves, of a sequence each step. `values`: those in lists. `parts`: those of them that
    are looked for inside texts, each by itself."""

    conditions: int = 0
    values: int = 0
    parts: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.conditions + other.conditions, self.values + other.values, self.parts + other.parts)

    def find_excess(self) -> str | None:
        """What there is too much of in one question, in words."""
        if self.values > MOST_VALUES_IN_ALL:
            return f"more than {MOST_VALUES_IN_ALL:,} values in all its conditions"
        if self.parts > MOST_PARTS_IN_ALL:
            return f"more than {MOST_PARTS_IN_ALL:,} texts to look for inside others"
        return None


def measure_leaf(leaf: Leaf) -> Size:
    """Without what stands inside it, which `walk` gives by itself."""
    match leaf:
        case Sequence(steps):
            return Size(conditions=len(steps))
        case Property(value=tuple(values)):
            operator = find_operator(leaf.type, leaf.op)
            searched = operator is not None and operator.input is Input.PARTS
            return Size(conditions=1, values=len(values), parts=len(values) if searched else 0)
        case _:
            return Size(conditions=1)


def measure_tree(node: Node) -> Size:
    """All of a filter, cohorts not entered."""
    return sum((measure_leaf(leaf) for _, leaf in walk(node)), Size())
