"""The tree as JSON again, in one canonical form: every default written, every list a list."""

from datetime import date
from typing import Final

from profiles_app.filters.tree import (
    VERSION,
    WITHOUT_PROPERTY,
    Ago,
    All,
    Any,
    Before,
    Behaviour,
    Between,
    CohortLeaf,
    Ever,
    Filter,
    Last,
    Leaf,
    Measure,
    Node,
    Not,
    Property,
    Sequence,
    Since,
    Span,
    Step,
    Value,
    Window,
)

Document = dict[str, object]

# Up to here each whole number is a double of its own, so that it may be written without a point.
_LARGEST_WHOLE: Final = 2**53


def write_filter(tree: Filter) -> Document:
    """The document of a filter; `parse_filter` of it gives the same tree."""
    return {"version": VERSION, "population": str(tree.population), "where": write_node(tree.where)}


def write_node(node: Node) -> Document:
    match node:
        case All(nodes):
            return {"all": [write_node(child) for child in nodes]}
        case Any(nodes):
            return {"any": [write_node(child) for child in nodes]}
        case Not(child):
            return {"not": write_node(child)}
        case _:
            return _write_leaf(node)


def _write_leaf(leaf: Leaf) -> Document:
    match leaf:
        case Property():
            return _write_property(leaf)
        case Behaviour():
            return _write_behaviour(leaf)
        case Sequence(steps, did, window):
            return {"sequence": [_write_step(step) for step in steps], "did": did, "window": write_window(window)}
        case CohortLeaf(cohort, inside):
            return {"cohort": cohort, "in": inside}


def _write_property(leaf: Property) -> Document:
    written: Document = {"property": leaf.name, "type": str(leaf.type), "op": leaf.op}
    if leaf.value is not None:
        written["value"] = write_value(leaf.value)
    if leaf.cast:
        written["cast"] = True
    return written


def _write_behaviour(leaf: Behaviour) -> Document:
    written: Document = {"event": leaf.event, "did": leaf.did}
    if leaf.where is not None:
        written["where"] = write_node(leaf.where)
    numbers = [_write_number(number) for number in leaf.values]
    return written | {
        "measure": _write_measure(leaf.measure),
        "op": leaf.op,
        "value": numbers if len(numbers) > 1 else numbers[0],
        "window": write_window(leaf.window),
        "first_time": leaf.first_time,
    }


def _write_measure(measure: Measure) -> Document:
    plain = measure.aggregate in WITHOUT_PROPERTY
    return {str(measure.aggregate): True if plain else measure.property}


def _write_step(step: Step) -> Document:
    written: Document = {"event": step.event}
    if step.where is not None:
        written["where"] = write_node(step.where)
    if step.within is not None:
        written["within"] = _write_span(step.within)
    return written


def write_window(window: Window) -> Document:
    match window:
        case Last(span):
            return {"last": _write_span(span)}
        case Between(first, last):
            return {"between": [first.isoformat(), last.isoformat()]}
        case Since(day):
            return {"since": day.isoformat()}
        case Before(day):
            return {"before": day.isoformat()}
        case Ever():
            return {"ever": True}
        case Ago(start, end):
            return {"ago": {"from": _write_span(start), "to": _write_span(end)}}


def write_value(value: Value) -> object:
    match value:
        case Span():
            return _write_span(value)
        case tuple():
            return [_write_item(item) for item in value]
        case float() | date():
            return _write_item(value)
        case _:
            return value


def _write_item(item: str | float | date) -> object:
    if isinstance(item, date):
        return item.isoformat()
    return _write_number(item) if isinstance(item, float) else item


def _write_number(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) <= _LARGEST_WHOLE else number


def _write_span(span: Span) -> Document:
    return {"n": span.n, "unit": str(span.unit)}
