"""Reading a filter document: the tree, or everything that is wrong with it."""

from collections.abc import Callable, Mapping
from typing import Final

from profiles_app.filters.errors import BadFilter
from profiles_app.filters.leaves import LeafReader
from profiles_app.filters.reading import Reader
from profiles_app.filters.size import Size, measure_leaf
from profiles_app.filters.tree import VERSION, All, Any, Filter, Node, Not, Population, walk

DEEPEST: Final = 8
MOST_LEAVES: Final = 100

_BRANCHES: Final = ("all", "any", "not")
_LEAVES: Final = ("property", "event", "sequence", "cohort")
_INSIDE_EVENTS: Final = (*_BRANCHES, "property")


def parse_filter(document: object) -> Filter:
    """The filter that a JSON document means. Without a document, or without `where`, it is everybody of
    the population. Raises `BadFilter` with all problems."""
    reader = Reader()
    tree = _Parser(reader).filter({} if document is None else document)
    if tree is not None and not reader.problems:
        _check_size(tree.where, reader)
    if reader.problems or tree is None:
        raise BadFilter(reader.problems)
    return tree


def _check_size(where: Node, reader: Reader) -> None:
    size = Size()
    for path, leaf in walk(where):
        size += measure_leaf(leaf)
        excess = size.find_excess()
        if excess:
            reader.report(f"{path}.value", "too_many", f"Here this filter has {excess}; remove some.")
            return


class _Parser:
    """Each method returns None after a problem that leaves nothing to return."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._leaves = 0
        self._leaf_reader = LeafReader(reader)

    def filter(self, document: object) -> Filter | None:
        parts = self._reader.mapping(document, "", keys=("version", "population", "where"), what="a filter")
        if parts is None:
            return None
        version = parts.get("version", VERSION)
        if isinstance(version, bool) or version != VERSION:
            self._reader.report("version", "wrong_value", f"This version is not known here; write {VERSION}.")
        population = parts.get("population", Population.PROFILES)
        if not isinstance(population, str) or population not in set(Population):
            self._reader.report("population", "wrong_value", f"Choose one of {', '.join(Population)}.")
            population = Population.PROFILES
        where = parts.get("where")
        node = self._node(where, "where", depth=0, inside_event=False) if where not in (None, {}) else All()
        return None if node is None else Filter(Population(population), node)

    def _node(self, raw: object, path: str, *, depth: int, inside_event: bool) -> Node | None:
        allowed = _INSIDE_EVENTS if inside_event else (*_BRANCHES, *_LEAVES)
        marker = self._find_marker(raw, path, allowed)
        if marker is None or not isinstance(raw, Mapping):
            return None
        if marker not in _BRANCHES:
            return self._leaf(raw, marker, path, depth=depth)
        self._reader.mapping(raw, path, keys=(marker,), what=f"a node with {marker}")
        if depth >= DEEPEST:
            self._reader.report(path, "too_deep", f"Conditions may be nested {DEEPEST} deep; put this one further out.")
            return None

        def read_child(child: object, place: str) -> Node | None:
            return self._node(child, place, depth=depth + 1, inside_event=inside_event)

        return self._branch(raw[marker], marker, f"{path}.{marker}", read_child)

    def _find_marker(self, raw: object, path: str, allowed: tuple[str, ...]) -> str | None:
        """The one key that says what a node is."""
        if not isinstance(raw, Mapping):
            self._reader.report(path, "wrong_shape", f"Write an object with one of the keys {', '.join(allowed)}.")
            return None
        found = [key for key in (*_BRANCHES, *_LEAVES) if key in raw]
        if len(found) == 1 and found[0] in allowed:
            return found[0]
        if len(found) > 1:
            self._reader.report(path, "contradiction", f"Write {' or '.join(found)} here, not both.")
        elif found:
            self._reader.report(path, "wrong_place", "Inside an event only conditions on its properties can stand.")
        else:
            self._reader.report(path, "wrong_shape", f"Write an object with one of the keys {', '.join(allowed)}.")
        return None

    def _branch(
        self, raw: object, marker: str, path: str, read_child: Callable[[object, str], Node | None]
    ) -> Node | None:
        if marker == "not":
            node = read_child(raw, path)
            return None if node is None else Not(node)
        if not isinstance(raw, list | tuple):
            self._reader.report(path, "wrong_shape", "Write a list of conditions here.")
            return None
        if len(raw) > MOST_LEAVES:
            self._report_too_many(path)
            return None
        children = [read_child(child, f"{path}[{number}]") for number, child in enumerate(raw)]
        nodes = tuple(child for child in children if child is not None)
        return All(nodes) if marker == "all" else Any(nodes)

    def _leaf(self, raw: Mapping[str, object], marker: str, path: str, *, depth: int) -> Node | None:
        steps = raw.get("sequence")
        before = self._leaves
        self._leaves += max(1, len(steps)) if isinstance(steps, list | tuple) else 1
        if self._leaves > MOST_LEAVES:
            if before <= MOST_LEAVES:
                self._report_too_many(path)
            return None

        def read_where(where: object, place: str) -> Node | None:
            return None if where in (None, {}) else self._node(where, place, depth=depth, inside_event=True)

        return self._leaf_reader.read(marker, raw, path, read_where)

    def _report_too_many(self, path: str) -> None:
        self._reader.report(
            path, "too_many", f"A filter holds at most {MOST_LEAVES} conditions and steps; remove some."
        )
