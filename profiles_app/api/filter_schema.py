"""The filter language as schema components, drawn from the operators themselves."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from profiles_app.filters.comparisons import COMPARISON_INPUTS
from profiles_app.filters.inputs import LONGEST_LIST, LONGEST_PATTERN, Input
from profiles_app.filters.leaves import CASTABLE, FEWEST_STEPS, LARGEST_ID, LONGEST_NAME, MOST_STEPS
from profiles_app.filters.operators import OPERATORS, Operator
from profiles_app.filters.parse import DEEPEST, MOST_LEAVES
from profiles_app.filters.reading import LARGEST_SPAN, LONGEST_TEXT, MOST_VALUES
from profiles_app.filters.tree import VERSION, WITHOUT_PROPERTY, Aggregate, Population, Type, Unit

Schema = dict[str, Any]

_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
_TRUE: Final[Schema] = {"type": "boolean", "enum": [True]}
_DAY: Final[Schema] = {"type": "string", "format": "date"}
_NUMBER: Final[Schema] = {"type": "number"}
_TEXT: Final[Schema] = {"type": "string", "maxLength": LONGEST_TEXT}


def list_filter_components() -> dict[str, Schema]:
    """`Filter` and what it is made of, by name."""
    leaves = [_name_of(kind) for kind in Type]
    nodes = ["FilterAll", "FilterAny", "FilterNot", *leaves, "FilterBehaviour", "FilterSequence", "FilterCohort"]
    return {
        "Filter": _describe_filter(),
        "FilterNode": {"oneOf": [_ref(name) for name in nodes]},
        "FilterAll": _object({"all": _many("FilterNode")}, description="All hold; an empty one is everybody."),
        "FilterAny": _object({"any": _many("FilterNode")}, description="One holds; an empty one is nobody."),
        "FilterNot": _object({"not": _ref("FilterNode")}),
        "FilterEventNode": {
            "description": "A condition on the properties of an event.",
            "oneOf": [_ref(name) for name in ["FilterEventAll", "FilterEventAny", "FilterEventNot", *leaves]],
        },
        "FilterEventAll": _object({"all": _many("FilterEventNode")}),
        "FilterEventAny": _object({"any": _many("FilterEventNode")}),
        "FilterEventNot": _object({"not": _ref("FilterEventNode")}),
        "FilterBehaviour": _describe_behaviour(),
        "FilterSequence": _describe_sequence(),
        "FilterCohort": _describe_cohort(),
        "FilterWindow": _describe_window(),
        "FilterSpan": _describe_span(),
    } | {_name_of(kind): _describe_leaf(kind) for kind in Type}


def _name_of(kind: Type) -> str:
    return f"Filter{kind.value.title()}Property"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


def _object(properties: Schema, *, optional: Schema | None = None, description: str = "") -> Schema:
    """An object with all of `properties`, some of `optional` and nothing else."""
    about: Schema = {"description": description} if description else {}
    about |= {"required": list(properties)} if properties else {}
    return about | {
        "type": "object",
        "properties": properties | (optional or {}),
        "additionalProperties": False,
    }


def _enum(values: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(values)}


def _describe_filter() -> Schema:
    return _object(
        {},
        optional={
            "where": _ref("FilterNode"),
            "version": {"type": "integer", "enum": [VERSION]},
            "population": _enum(population.value for population in Population),
        },
        description="A set of people: those of the population for whom `where` holds. At most "
        f"{MOST_LEAVES} conditions and steps, {DEEPEST} deep. Negative operators are exact complements: they hold "
        "for people without the property, too.",
    )


def _describe_leaf(kind: Type) -> Schema:
    """A condition on one property; what stands in `value` depends on `op`."""
    operators = sorted((entry for entry in OPERATORS if entry.type == kind), key=lambda entry: entry.input)
    forms = [_describe_form(kind, form, list(group)) for form, group in groupby(operators, lambda entry: entry.input)]
    return forms[0] if len(forms) == 1 else {"oneOf": forms}


def _describe_form(kind: Type, form: Input, operators: list[Operator]) -> Schema:
    value = _VALUES[form]
    return _object(
        {"property": _NAME, "type": _enum([kind.value]), "op": _enum(entry.key for entry in operators)}
        | ({} if value is None else {"value": value}),
        optional={"cast": {"type": "boolean"}} if kind in CASTABLE else None,
        description="; ".join(f"`{entry.key}`: {entry.label}" for entry in operators),
    )


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1, "maxItems": MOST_VALUES}


def _pair_of(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


_VALUES: Final[dict[Input, Schema | None]] = {
    Input.NONE: None,
    Input.TEXTS: _list_of(_TEXT),
    Input.PARTS: _list_of(_TEXT | {"minLength": 1}),
    Input.PATTERN: {"type": "string", "minLength": 1, "maxLength": LONGEST_PATTERN, "description": "RE2."},
    Input.NUMBER: _NUMBER,
    Input.NUMBER_RANGE: _pair_of(_NUMBER),
    Input.LENGTH: {"type": "integer", "minimum": 0, "maximum": LONGEST_LIST},
    Input.DAY: _DAY,
    Input.DAYS: _list_of(_DAY),
    Input.DAY_RANGE: _pair_of(_DAY),
    Input.SPAN: _ref("FilterSpan"),
    Input.ITEMS: _list_of({"oneOf": [_TEXT, _NUMBER]}),
}


def _describe_behaviour() -> Schema:
    measures = [_object({kind.value: _TRUE if kind in WITHOUT_PROPERTY else _NAME}) for kind in Aggregate]
    return _object(
        {"event": _NAME},
        optional={
            "did": {"type": "boolean", "default": True},
            "where": _ref("FilterEventNode"),
            "measure": {"oneOf": measures, "default": {"count": True}},
            "op": _enum(COMPARISON_INPUTS) | {"default": "at_least"},
            "value": {"oneOf": [_NUMBER, _pair_of(_NUMBER)], "default": 1},
            "window": _ref("FilterWindow"),
            "first_time": {"type": "boolean", "default": False},
        },
        description="Did, or with `did: false` did not: the measure, of the events in the window (of the last 30 "
        "days, where none is given), compares so with the value; `between` takes two. `first_time` with the first "
        "event of all.",
    )


def _describe_sequence() -> Schema:
    step = _object({"event": _NAME}, optional={"where": _ref("FilterEventNode"), "within": _ref("FilterSpan")})
    return _object(
        {"sequence": {"type": "array", "items": step, "minItems": FEWEST_STEPS, "maxItems": MOST_STEPS}},
        optional={"did": {"type": "boolean", "default": True}, "window": _ref("FilterWindow")},
        description="Did one event after the other, each within its time after the one before.",
    )


def _describe_cohort() -> Schema:
    return _object(
        {"cohort": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}},
        optional={"in": {"type": "boolean", "default": True}},
        description="Is in a cohort, or with `in: false` is not.",
    )


def _describe_window() -> Schema:
    span = _ref("FilterSpan")
    kinds: list[Schema] = [
        {"last": span},
        {"between": _pair_of(_DAY)},
        {"since": _DAY},
        {"before": _DAY},
        {"ever": _TRUE},
        {"ago": _object({"from": span, "to": span})},
    ]
    return {"oneOf": [_object(kind) for kind in kinds]}


def _describe_span() -> Schema:
    return _object(
        {
            "n": {"type": "integer", "minimum": 1, "maximum": LARGEST_SPAN},
            "unit": _enum(unit.value for unit in Unit),
        }
    )
