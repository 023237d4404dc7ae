"""Reading the leaves of a filter document."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from profiles_app.filters.comparisons import COMPARISON_INPUTS, COMPARISONS, Comparison, find_comparison
from profiles_app.filters.inputs import Input, read_value
from profiles_app.filters.operators import OPERATORS, Operator, find_operator, list_types_of
from profiles_app.filters.reading import Reader
from profiles_app.filters.tree import (
    LAST_30_DAYS,
    WITHOUT_PROPERTY,
    Aggregate,
    Behaviour,
    CohortLeaf,
    Leaf,
    Measure,
    Node,
    Property,
    Sequence,
    Step,
    Type,
    Window,
)
from profiles_app.filters.window_reading import read_window

LONGEST_NAME: Final = 1_000
FEWEST_STEPS: Final = 2
MOST_STEPS: Final = 10
LARGEST_ID: Final = 2**63 - 1
CASTABLE: Final = frozenset({Type.NUMBER, Type.BOOLEAN})
_UNKNOWN: Final = "This operator is not known here;"

Raw: TypeAlias = Mapping[str, object]
ReadWhere: TypeAlias = Callable[[object, str], Node | None]


class LeafReader:
    """Each method returns None after a problem that leaves nothing to return."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, marker: str, raw: Raw, path: str, read_where: ReadWhere) -> Leaf | None:
        """The leaf that this key says it is; `read_where` reads conditions on event properties."""
        match marker:
            case "property":
                return self._property(raw, path)
            case "event":
                return self._behaviour(raw, path, read_where)
            case "sequence":
                return self._sequence(raw, path, read_where)
            case _:
                return self._cohort(raw, path)

    def _property(self, raw: Raw, path: str) -> Property | None:
        keys = ("property", "type", "op", "value", "cast")
        self._reader.mapping(raw, path, keys=keys, what="a condition on a property")
        name = self._name(raw["property"], f"{path}.property")
        operator = self._operator(raw, path)
        if operator is None:
            return None
        cast = self._reader.flag(raw["cast"], f"{path}.cast", default=False) if "cast" in raw else False
        if cast and operator.type not in CASTABLE:
            castable = " and ".join(sorted(CASTABLE, reverse=True))
            self._reader.report(f"{path}.cast", "wrong_value", f"Only {castable} can be cast to; leave cast out.")
        value = None
        if operator.input is Input.NONE:
            self._refuse_value(raw, operator, path)
        elif self._is_there(raw, "value", path):
            value = read_value(operator.input, raw["value"], self._reader, f"{path}.value")
        return None if name is None else Property(name, operator.type, operator.key, value, cast)

    def _refuse_value(self, raw: Raw, operator: Operator, path: str) -> None:
        if raw.get("value") is not None:
            self._reader.report(f"{path}.value", "wrong_value", f"“{operator.label}” takes no value; leave it out.")

    def _operator(self, raw: Raw, path: str) -> Operator | None:
        if not self._is_there(raw, "op", path):
            return None
        key = raw["op"]
        kind = self._type(raw, path)
        if kind is None:
            return None
        operator = find_operator(kind, key) if isinstance(key, str) else None
        if operator is None:
            self._report_operator(path, [one for one in OPERATORS if one.type is kind], start=f"For the type {kind} c")
        return operator

    def _report_operator(self, path: str, known: Iterable[Operator | Comparison], *, start: str = "C") -> None:
        choices = list(known)
        self._reader.report(
            f"{path}.op",
            "wrong_operator",
            f"{start}hoose one of {', '.join(one.key for one in choices)}.",
            said=f"{_UNKNOWN} choose one of {', '.join(f'“{one.label}”' for one in choices)}.",
        )

    def _type(self, raw: Raw, path: str) -> Type | None:
        """The type, or the only one that has such an operator."""
        if "type" in raw:
            kind = raw["type"]
            if isinstance(kind, str) and kind in set(Type):
                return Type(kind)
            self._reader.report(f"{path}.type", "wrong_value", f"Choose one of {', '.join(Type)}.")
            return None
        types = list_types_of(raw["op"]) if isinstance(raw["op"], str) else []
        if not types:
            message = "There is no such operator; write a type."
            self._reader.report(f"{path}.op", "wrong_operator", message, said=f"{_UNKNOWN} choose another.")
        elif len(types) > 1:
            choices = " or ".join(types)
            self._reader.report(f"{path}.type", "missing", f"This operator works on several types; write {choices}.")
        return types[0] if len(types) == 1 else None

    def _behaviour(self, raw: Raw, path: str, read_where: ReadWhere) -> Behaviour | None:
        keys = ("event", "did", "where", "measure", "op", "value", "window", "first_time")
        self._reader.mapping(raw, path, keys=keys, what="a condition on an event")
        name = self._name(raw["event"], f"{path}.event")
        where = read_where(raw.get("where"), f"{path}.where")
        measure = self._measure(raw["measure"], f"{path}.measure") if "measure" in raw else Measure()
        op, values = self._comparison(raw, path)
        window = self._window(raw, path)
        did = self._flag(raw, "did", path, default=True)
        first_time = self._flag(raw, "first_time", path, default=False)
        if name is None or measure is None or window is None:
            return None
        return Behaviour(name, did, where, measure, op, values, window, first_time)

    def _measure(self, raw: object, path: str) -> Measure | None:
        parts = self._reader.mapping(raw, path, keys=tuple(Aggregate), what="a measure")
        if parts is None:
            return None
        if len(parts) != 1:
            self._reader.report(path, "wrong_shape", f"Write exactly one of {', '.join(Aggregate)}.")
            return None
        ((key, value),) = parts.items()
        if key not in set(Aggregate):
            return None
        if key not in WITHOUT_PROPERTY:
            name = self._name(value, f"{path}.{key}")
            return None if name is None else Measure(Aggregate(key), name)
        if value is not True:
            self._reader.report(f"{path}.{key}", "wrong_value", "Write true here.")
        return Measure(Aggregate(key))

    def _comparison(self, raw: Raw, path: str) -> tuple[str, tuple[float, ...]]:
        key = raw.get("op", "at_least")
        if not isinstance(key, str) or key not in COMPARISON_INPUTS:
            self._report_operator(path, COMPARISONS)
            return "at_least", ()
        takes = find_comparison(key).input
        if "value" not in raw and takes is Input.NUMBER:
            return key, (1.0,)
        if not self._is_there(raw, "value", path):
            return key, ()
        value = read_value(takes, raw["value"], self._reader, f"{path}.value")
        numbers = value if isinstance(value, tuple) else (value,)
        return key, tuple(number for number in numbers if isinstance(number, float))

    def _sequence(self, raw: Raw, path: str, read_where: ReadWhere) -> Sequence | None:
        self._reader.mapping(raw, path, keys=("sequence", "did", "window"), what="a sequence")
        window = self._window(raw, path)
        did = self._flag(raw, "did", path, default=True)
        written = raw["sequence"]
        if not isinstance(written, list | tuple) or not FEWEST_STEPS <= len(written) <= MOST_STEPS:
            message = f"Write a list of {FEWEST_STEPS} to {MOST_STEPS} steps."
            self._reader.report(f"{path}.sequence", "wrong_shape", message)
            return None
        steps = [self._step(step, n, f"{path}.sequence[{n}]", read_where) for n, step in enumerate(written)]
        if window is None or None in steps:
            return None
        return Sequence(tuple(step for step in steps if step is not None), did, window)

    def _step(self, raw: object, number: int, path: str, read_where: ReadWhere) -> Step | None:
        parts = self._reader.mapping(raw, path, keys=("event", "where", "within"), what="a step")
        if parts is None or not self._is_there(parts, "event", path):
            return None
        name = self._name(parts["event"], f"{path}.event")
        where = read_where(parts.get("where"), f"{path}.where")
        written = parts.get("within")
        within = None if written is None else self._reader.span(written, f"{path}.within")
        if within is not None and number == 0:
            self._reader.report(f"{path}.within", "wrong_place", "There is no step before the first; leave it out.")
        return None if name is None else Step(name, where, within)

    def _cohort(self, raw: Raw, path: str) -> CohortLeaf | None:
        self._reader.mapping(raw, path, keys=("cohort", "in"), what="a condition on a cohort")
        number = raw["cohort"]
        inside = self._flag(raw, "in", path, default=True)
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= LARGEST_ID:
            self._reader.report(f"{path}.cohort", "wrong_value", "Choose a cohort; this is not the number of one.")
            return None
        return CohortLeaf(number, inside)

    def _window(self, raw: Raw, path: str) -> Window | None:
        return read_window(raw["window"], f"{path}.window", self._reader) if "window" in raw else LAST_30_DAYS

    def _flag(self, raw: Raw, key: str, path: str, *, default: bool) -> bool:
        return self._reader.flag(raw[key], f"{path}.{key}", default=default) if key in raw else default

    def _name(self, raw: object, path: str) -> str | None:
        return self._reader.text(raw, path, empty=False, longest=LONGEST_NAME)

    def _is_there(self, raw: Raw, key: str, path: str) -> bool:
        if raw.get(key) is not None:
            return True
        self._reader.report(f"{path}.{key}", "missing", "This is not filled in yet.")
        return False
