"""Texts of a file as values of a kind. What a text means is `profiles_app.ingest.typed`'s to say; SQL does what is
plain, and each other text is read once, however many cells hold it."""

from collections.abc import Iterator
from typing import Final

import duckdb
import orjson
import pyarrow as pa

from profiles_app.errors import BadInput
from profiles_app.filters.dates import DAY_PATTERN, OFFSET_PATTERN
from profiles_app.filters.forms import NUMBER_PATTERN
from profiles_app.ingest.typed import ValueKind, read_value

_BATCH: Final = 50_000

# JSON texts of the plain ones; NULL: to be read.
_WHOLE: Final = "-?(?:0|[1-9][0-9]{0,14})"
_DECIMAL: Final = "-?(?:0|[1-9][0-9]{0,8})[.][0-9]{1,6}"
_PLAIN: Final[dict[str, str]] = {
    ValueKind.NUMBER: f"""CASE WHEN regexp_full_match({{c}}, '{_WHOLE}') THEN {{c}}
        WHEN regexp_full_match({{c}}, '{_DECIMAL}') THEN CAST(CAST({{c}} AS DOUBLE) AS VARCHAR) END""",
    ValueKind.DATE: "CASE WHEN length({c}) = 10 AND roster_day_of({c}) IS NOT NULL THEN to_json({c}) END",
}

_INSTANT: Final = (
    rf"{DAY_PATTERN}(?:[T ][0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:[.][0-9]+)?)?\s*(?:Z|{OFFSET_PATTERN})?)?"
)
_LONG_WHOLE: Final = "[+-]?[0-9]{19,}"
# Whether a filled cell would do, about: the check counts exactly. `{c}` is the cell, `{k}` the code of its first
# character that is no space: integers are compared first, patterns cost a hundred times as much.
FITS: Final[dict[str, str]] = {
    ValueKind.NUMBER: f"""{{k}} BETWEEN 43 AND 57 AND regexp_full_match(trim({{c}}), '{NUMBER_PATTERN}')
        AND NOT (strlen({{c}}) >= 19 AND regexp_full_match(trim({{c}}), '{_LONG_WHOLE}'))""",
    ValueKind.BOOLEAN: """{k} IN (48, 49, 70, 78, 84, 89, 102, 110, 116, 121) AND length({c}) < 12
        AND lower(trim({c})) IN ('true', 't', 'yes', 'y', '1', 'false', 'f', 'no', 'n', '0')""",
    ValueKind.DATE: f"""{{k}} BETWEEN 48 AND 57 AND strlen({{c}}) >= 10
        AND regexp_full_match(trim({{c}}), '{_INSTANT}')""",
    ValueKind.LIST: "{k} <> 91 OR json_valid({c})",
    ValueKind.OBJECT: "{k} = 123 AND json_valid({c})",
}
_READ_SCHEMA: Final = pa.schema({"told": pa.string(), "json": pa.string(), "reason": pa.string()})


def read_texts(db: duckdb.DuckDBPyConnection, table: str, column: str, kind: str) -> tuple[str, str, str]:
    """How the cells of a column become values: expressions of the JSON text and of the reason why there is none,
    and the join they need. The cells are NULL where they are empty."""
    if kind == ValueKind.TEXT:
        return f"to_json({column})", "NULL", ""
    plain = _PLAIN.get(kind, "NULL").replace("{c}", column)
    read = f"read_{column}"
    db.execute(f"CREATE OR REPLACE TEMP TABLE {read} (told VARCHAR, json VARCHAR, reason VARCHAR)")
    rows = db.cursor().execute(
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL AND ({plain}) IS NULL"
    )
    for batch in _read_batches(rows, kind):
        db.register("texts_read", batch)
        db.execute(f"INSERT INTO {read} FROM texts_read")
        db.unregister("texts_read")
    return f"coalesce({plain}, {read}.json)", f"{read}.reason", f"LEFT JOIN {read} ON {read}.told = {column}"


def _read_batches(rows: duckdb.DuckDBPyConnection, kind: str) -> Iterator[pa.Table]:
    while found := rows.fetchmany(_BATCH):
        told = [text for (text,) in found]
        read = [_read(kind, text) for text in told]
        arrays = [told, [json for json, _ in read], [reason for _, reason in read]]
        yield pa.Table.from_arrays([pa.array(array, pa.string()) for array in arrays], schema=_READ_SCHEMA)


def _read(kind: str, text: str) -> tuple[str | None, str | None]:
    try:
        return orjson.dumps(read_value(kind, text)).decode(), None
    except BadInput as problem:
        return None, problem.message
