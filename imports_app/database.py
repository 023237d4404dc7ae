"""A DuckDB of its own for a piece of work on a file; what does not fit into its memory goes to disk."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
from django.conf import settings

from profiles_app.columnar.spill import Spill
from profiles_app.columnar.typing import CREATE_MACROS


@contextmanager
def open_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty, with the macros of the columnar side."""
    with closing(Spill.open()) as spill:
        options: dict[str, str | bool | int | float | list[str]] = {
            "threads": settings.IMPORTS["threads"],
            "memory_limit": settings.IMPORTS["memory"],
            "temp_directory": str(spill.path),
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=options) as db:
            db.execute("SET TimeZone = 'UTC'")
            for macro in CREATE_MACROS:
                db.execute(macro)
            yield db


def quote_text(text: str | Path) -> str:
    """A text as a literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"
