"""The typed columns of a text, as SQL for DuckDB with the session's time zone UTC.

For compaction, which writes these columns, and for properties inside objects, which have none. The
texts of a regular expression here are our own constants; `text` is an expression, not a value.
"""

from typing import Final

from profiles_app.filters.dates import DAY_PATTERN, INSTANT_PATTERN, OFFSET_PATTERN

# What reads as a number where a leaf says `cast`, if it is finite.
NUMBER_PATTERN: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"

_FIRST: Final = "TIMESTAMP '0001-01-01 00:00:00'"
_LAST: Final = "TIMESTAMP '9999-12-31 23:59:59.999999'"


def day_sql(text: str) -> str:
    """SQL for the DATE of a VARCHAR that is a date alone, else NULL."""
    return f"CASE WHEN {_reads_as(text, DAY_PATTERN)} THEN TRY_CAST({text} AS DATE) END"


def instant_sql(text: str) -> str:
    """SQL for the TIMESTAMP in UTC of a VARCHAR that is a date with a time, else NULL."""
    # The fraction stays at six digits, so that nothing is rounded.
    clock = f"TRY_CAST(REGEXP_EXTRACT({text}, '^.{{19}}(?:[.][0-9]{{1,6}})?') AS TIMESTAMP)"
    utc = f"{clock} - {_offset_sql(text)}"
    # Nested, so that nothing is computed of a text that is no date.
    within = f"CASE WHEN {utc} BETWEEN {_FIRST} AND {_LAST} THEN {utc} END"
    return f"CASE WHEN {_reads_as(text, INSTANT_PATTERN)} THEN {within} END"


def _reads_as(text: str, pattern: str) -> str:
    """DuckDB has a year 0, the calendar has none."""
    return f"REGEXP_FULL_MATCH({text}, '{pattern}') AND NOT STARTS_WITH({text}, '0000')"


def _offset_sql(text: str) -> str:
    offset = f"REGEXP_EXTRACT({text}, '({OFFSET_PATTERN})$', 1)"
    minutes = f"TRY_CAST({offset}[2:3] AS INTEGER) * 60 + TRY_CAST({offset}[-2:] AS INTEGER)"
    signed = f"CASE WHEN {offset} = '' THEN 0 WHEN {offset}[1] = '-' THEN -({minutes}) ELSE {minutes} END"
    return f"TO_MINUTES({signed})"
