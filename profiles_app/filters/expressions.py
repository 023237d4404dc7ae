"""The few shapes of SQL that conditions are made of. What is handed in becomes part of the result."""

from typing import Final

from sqlglot import exp

DIALECT: Final = "duckdb"


def every(*conditions: exp.Expr) -> exp.Expr:
    """All of them; TRUE of none."""
    return exp.and_(*conditions, copy=False) if conditions else exp.true()


def either(*conditions: exp.Expr) -> exp.Expr:
    """Any of them; FALSE of none."""
    return exp.or_(*conditions, copy=False) if conditions else exp.false()


def opposite(condition: exp.Expr) -> exp.Expr:
    """The other answer; NULL stays NULL."""
    return exp.not_(condition, copy=False)


def is_true(condition: exp.Expr) -> exp.Expr:
    """FALSE instead of NULL."""
    return exp.Is(this=exp.paren(condition, copy=False), expression=exp.true())


def is_present(column: exp.Expr) -> exp.Expr:
    return opposite(exp.Is(this=column, expression=exp.null()))


def count_where(condition: exp.Expr) -> exp.Expr:
    """The number of rows for which it is true."""
    return exp.Count(this=exp.Case(ifs=[exp.If(this=condition, true=exp.Literal.number(1))]))


def is_in(column: exp.Expr, query: exp.Select) -> exp.Expr:
    """Whether the column is among the rows of a query with one column that is never NULL."""
    return exp.In(this=column.copy(), query=query.subquery(copy=False))


def equals_any(column: exp.Expr, values: list[exp.Expr]) -> exp.Expr:
    """`=` for one value, `IN` for several: DuckDB prunes row groups by both."""
    if len(values) == 1:
        return exp.EQ(this=column, expression=values[0])
    return exp.In(this=column, expressions=values)


def is_absent(column: exp.Expr) -> bool:
    """Whether the data says that no row has a value of this form."""
    return isinstance(column.this if isinstance(column, exp.Cast) else column, exp.Null)


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """A function of DuckDB."""
    return exp.func(function, *arguments, copy=False, dialect=DIALECT)
