"""The DuckDB that works on files, with the memory that imports may have."""

from contextlib import AbstractContextManager

import duckdb
from django.conf import settings

from profiles_app.columnar.scratch import open_scratch


def open_database() -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    return open_scratch(threads=settings.IMPORTS["threads"], memory=settings.IMPORTS["memory"])
