"""Reading windows of time from a filter document."""

from collections.abc import Callable
from typing import Final

from profiles_app.filters.days import length
from profiles_app.filters.reading import Reader
from profiles_app.filters.tree import Ago, Before, Between, Ever, Last, Since, Window


def read_window(raw: object, path: str, reader: Reader) -> Window | None:
    """The window, or None after a problem."""
    parts = reader.mapping(raw, path, keys=tuple(_READERS), what="a window")
    if parts is None:
        return None
    if len(parts) != 1:
        reader.report(path, "wrong_shape", f"Write exactly one of {', '.join(_READERS)}.")
        return None
    ((key, value),) = parts.items()
    read = _READERS.get(key)
    return None if read is None else read(value, f"{path}.{key}", reader)


def _read_last(raw: object, path: str, reader: Reader) -> Last | None:
    span = reader.span(raw, path)
    return None if span is None else Last(span)


def _read_between(raw: object, path: str, reader: Reader) -> Between | None:
    days = reader.day_range(raw, path)
    return Between(*days) if days else None


def _read_since(raw: object, path: str, reader: Reader) -> Since | None:
    day = reader.day(raw, path)
    return None if day is None else Since(day)


def _read_before(raw: object, path: str, reader: Reader) -> Before | None:
    day = reader.day(raw, path)
    return None if day is None else Before(day)


def _read_ever(raw: object, path: str, reader: Reader) -> Ever | None:
    if raw is True:
        return Ever()
    reader.report(path, "wrong_value", "Write true here.")
    return None


def _read_ago(raw: object, path: str, reader: Reader) -> Ago | None:
    parts = reader.mapping(raw, path, keys=("from", "to"), what="such a window")
    if parts is None:
        return None
    start, end = (reader.span(parts.get(key), f"{path}.{key}") for key in ("from", "to"))
    if start is None or end is None:
        return None
    if length(start) < length(end):
        reader.report(path, "wrong_value", "Let “from” be longer ago than “to”.")
        return None
    return Ago(start, end)


_READERS: Final[dict[str, Callable[[object, str, Reader], Window | None]]] = {
    "last": _read_last,
    "between": _read_between,
    "since": _read_since,
    "before": _read_before,
    "ever": _read_ever,
    "ago": _read_ago,
}
