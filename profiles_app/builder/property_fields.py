"""The fields of a line about a property, as builder/_property.html draws them."""

import json
from typing import Any, Final

from profiles_app.builder.actions import Target
from profiles_app.builder.draft import PropertyRow
from profiles_app.builder.menu import Offer
from profiles_app.builder.names import Names
from profiles_app.builder.options import list_operators, list_units
from profiles_app.builder.texts import CHIPS, MANY
from profiles_app.builder.words import TYPE_ICONS, TYPE_LABELS
from profiles_app.filters.inputs import Input
from profiles_app.filters.operators import find_operator
from profiles_app.filters.tree import Type

# Which of the template's branches draws the fields of an input.
_WIDGETS: Final = {
    Input.NONE: "",
    Input.PATTERN: "text",
    Input.NUMBER: "number",
    Input.LENGTH: "number",
    Input.NUMBER_RANGE: "number_range",
    Input.DAY: "day",
    Input.DAYS: "days",
    Input.DAY_RANGE: "day_range",
    Input.SPAN: "span",
    **dict.fromkeys(CHIPS, "chips"),
}


def make_property_fields(row: PropertyRow, names: Names, *, subject: str) -> dict[str, Any]:
    """Of a property of the people who are looked for; `subject` is what they are called."""
    return _make_fields(row, names, of_event=False) | {
        "subject": subject,
        "offer": Offer.ALL,
        "scope": "profile",
        "event": "",
    }


def make_event_property_fields(row: PropertyRow, names: Names, *, event: str) -> dict[str, Any]:
    """Of a property of the event of this name."""
    return _make_fields(row, names, of_event=True) | {
        "subject": "Event",
        "offer": Offer.EVENT_PROPERTIES,
        "scope": "event",
        "event": event,
    }


def _make_fields(row: PropertyRow, names: Names, *, of_event: bool) -> dict[str, Any]:
    kind = Type(row.type) if row.type in set(Type) else None
    operator = find_operator(kind, row.op) if kind else None
    return {
        "name": row.name,
        "label": names.label(row.name, of_event=of_event),
        "icon": TYPE_ICONS[kind or Type.ANY],
        "target": Target(purpose="set", node=row.id),
        "operators": list_operators(row, names.types(row.name, of_event=of_event)),
        "was": f"{row.type}.{row.op}",
        "widget": _WIDGETS[row.input] if row.input else "text",
        "values": _pad(row),
        "list": json.dumps(row.values, ensure_ascii=False) if row.input in MANY else "",
        "units": list_units(row.values[1] if row.input is Input.SPAN else "day"),
        "includes_unset": bool(operator and operator.negative),
        "cast": row.cast,
        "castable": kind in {Type.NUMBER, Type.BOOLEAN},
        "kind": kind or "",
        "treat": [(one.value, TYPE_LABELS[one], one is kind) for one in Type if one is not Type.ANY],
    }


def _pad(row: PropertyRow) -> tuple[str, ...]:
    """As many texts as the input has fields."""
    if row.input in {Input.NUMBER_RANGE, Input.DAY_RANGE}:
        return (*row.values, "", "")[:2]
    return row.values or ("",) if row.input not in MANY else row.values
