"""A DuckDB for one piece of work: empty at first, and gone with it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import duckdb

from profiles_app.columnar.spill import Spill
from profiles_app.columnar.typing import CREATE_MACROS


@contextmanager
def open_scratch(*, threads: int, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """With the macros of the columnar side. What does not fit into `memory`, such as `512MB`, goes to disk."""
    with closing(Spill.open()) as spill:
        options: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(spill.path),
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=options) as db:
            db.execute("SET TimeZone = 'UTC'")
            for macro in CREATE_MACROS:
                db.execute(macro)
            yield db
