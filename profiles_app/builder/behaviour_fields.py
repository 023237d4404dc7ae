"""The fields of lines about what people did: events, the steps of sequences, and their windows."""

from typing import Any, Final

from profiles_app.builder.actions import Target
from profiles_app.builder.draft import EventRow, SequenceRow, StepRow, Window
from profiles_app.builder.menu import Offer
from profiles_app.builder.names import Names
from profiles_app.builder.options import list_comparisons, list_options, list_units
from profiles_app.builder.words import MEASURE_LABELS, WINDOW_LABELS, label_window
from profiles_app.filters.tree import WITHOUT_PROPERTY, Aggregate

# What the fields of a window begin with when it is chosen.
_FIRST_TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "last": ("30", "day"),
    "since": ("",),
    "between": ("", ""),
    "ever": (),
    "before": ("",),
    "ago": ("60", "day", "30", "day"),
}


def make_event_fields(row: EventRow, names: Names) -> dict[str, Any]:
    """As builder/_event.html draws them."""
    measured = Aggregate(row.measure) if row.measure in set(Aggregate) else Aggregate.COUNT
    return {
        **_make_name_fields(row, names, Offer.ALL),
        **_make_did_fields(row),
        "measures": list_options(MEASURE_LABELS.items(), measured),
        "needs_of": measured not in WITHOUT_PROPERTY,
        "of": row.of,
        "of_label": names.label(row.of, of_event=True) if row.of else "Choose a property",
        "of_target": Target(purpose="of", node=row.id),
        "comparisons": list_comparisons(row.op),
        "values": row.values,
        "is_range": len(row.values) > 1,
        "first_time": row.first_time,
    }


def make_step_fields(step: StepRow, sequence: SequenceRow, names: Names, *, parent: int) -> dict[str, Any]:
    """As builder/_step.html draws them. The first step has what the whole sequence has; `parent` is the card
    that the sequence stands in."""
    n, unit = step.within
    is_first = step == sequence.steps[0]
    fields = _make_name_fields(step, names, Offer.EVENTS) | {
        "is_first": is_first,
        "sequence": sequence.id,
        "sequence_parent": parent,
        "within": n,
        "within_units": list_units(unit),
    }
    # The connector in front of the first step is that of the sequence.
    return fields | _make_did_fields(sequence) | {"join_node": sequence.id} if is_first else fields


def _make_name_fields(row: EventRow | StepRow, names: Names, offer: Offer) -> dict[str, Any]:
    return {
        "event": row.event,
        "label": names.label_event(row.event),
        "target": Target(purpose="set", node=row.id),
        "offer": offer,
        "where_target": Target(purpose="where", node=row.id),
    }


def _make_did_fields(row: EventRow | SequenceRow) -> dict[str, Any]:
    return {
        "did": list_options([("did", "did"), ("did_not", "did not")], "did" if row.did else "did_not"),
        "window_label": label_window(row.window),
        "window": [_make_pane(kind, label, row.window) for kind, label in WINDOW_LABELS.items()],
    }


def _make_pane(kind: str, label: str, window: Window) -> dict[str, Any]:
    is_chosen = kind == window.kind
    texts = window.texts if is_chosen else _FIRST_TEXTS[kind]
    return {
        "kind": kind,
        "label": label,
        "chosen": is_chosen,
        "texts": texts,
        "units": [list_units(text) for text in texts[1::2]],
    }
