"""The filter language: one JSON tree describes a set of people (docs/filters.md).

`parse_filter` reads it, `check_filter` holds it against cohorts and patterns, `compile_filter` makes
an expression of it, `describe_filter` a sentence. Nothing in this package imports Django or DuckDB.
"""
