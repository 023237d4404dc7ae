"""Whether DuckDB can read a regular expression."""

import duckdb

from profiles_app.columnar.database import get_database


def find_fault(pattern: str) -> str | None:
    """What is wrong with an RE2 pattern, in RE2's words; None where nothing is."""
    with get_database().cursor() as cursor:
        try:
            cursor.execute("SELECT regexp_matches('', $1)", [pattern])
        except duckdb.InvalidInputException as error:
            return str(error).removeprefix("Invalid Input Error: ").strip()
    return None
