"""Lines of many columns, made in Python: DuckDB needs memory for each part of each column's expression, and
for hundreds of columns more than it is given. Slower by the byte; equal to `lines` in every byte but for the
blanks and the digits that equal JSON values may differ in."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlglot import exp

from profiles_app.columnar.engine import Question
from profiles_app.export.lines import EXACT, GUARDED
from profiles_app.filters.properties import CREATED_AT, DISTINCT_ID, UPDATED_AT

_SPECIAL: Final = frozenset('",\r\n')


def list_sources(question: Question) -> list[exp.Expr]:
    """What `write_lines` takes of each person, in this order."""
    people = question.people
    return [people.distinct_id.copy(), people.created_at.copy(), people.updated_at.copy(), people.properties()]


def write_lines(rows: Iterable[Sequence[Any]], names: Sequence[str], *, raw: bool) -> str:
    """The lines of rows of sources."""
    return "".join([_write_line(row, names, raw=raw) for row in rows])


def _write_line(row: Sequence[Any], names: Sequence[str], *, raw: bool) -> str:
    distinct_id, created_at, updated_at, properties, *_ = row
    values = json.loads(properties) | {DISTINCT_ID: distinct_id, CREATED_AT: created_at, UPDATED_AT: updated_at}
    return ",".join([_write_cell(values.get(name), raw=raw) for name in names]) + "\r\n"


def _write_cell(value: Any, *, raw: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _write_text(value, raw=raw)
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, dict | list):
        return _quote(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return json.dumps(value)


def _write_text(text: str, *, raw: bool) -> str:
    if text and text[0] in GUARDED and not raw:
        return _quote(f"'{text}")
    return text if text and _SPECIAL.isdisjoint(text) else _quote(text)


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
