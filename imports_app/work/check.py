"""The plan held against the present profiles, in the columnar engine. Nothing is written."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlglot import exp

from imports_app.mapping.columns import Column, Mapping
from imports_app.models import Empty
from imports_app.work.plan import Plan
from profiles_app.columnar.engine import Question, ask
from profiles_app.columnar.naming import point_at, quote_text
from profiles_app.filters.data import Form
from profiles_app.ingest.typed import ValueKind
from profiles_app.models import GroupKey, Project

# A check looks at every row of a file, which a question of the pages does not.
_SECONDS: Final = 120.0
_SAMPLES: Final = 5
# Of a sample, as many as somebody looks at.
_SAMPLE_CELLS: Final = 20
_FORMS: Final = {
    ValueKind.TEXT.value: Form.STRING,
    ValueKind.DATE.value: Form.STRING,
    ValueKind.NUMBER.value: Form.NUMBER,
    ValueKind.BOOLEAN.value: Form.BOOLEAN,
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the import would do. `unchanged` counts the rows that a later one of the same id overtakes, too.

    `samples`: `{"line", "distinct_id", "is_new", "cells": [{"property", "before", "after"}, …], "more"}`, values of
    JSON, null for none; `more` counts the cells that are not listed.
    """

    created: int
    updated: int
    unchanged: int
    rejected: int
    samples: list[dict[str, Any]]


def check_plan(plan: Plan, mapping: Mapping, project: Project, group_key: GroupKey | None) -> Outcome:
    """Raises `Preparing` and `TooSlow` like any question."""
    with ask(project, group_key=group_key, seconds=_SECONDS) as question:
        return _Check(question, plan, mapping).run()


class _Check:
    def __init__(self, question: Question, plan: Plan, mapping: Mapping) -> None:
        self._question = question
        self._plan = plan
        self._mapping = mapping

    def run(self) -> Outcome:
        people = self._question.people
        changes = [self._differs(place, column) for place, column in enumerate(self._mapping.columns)]
        is_changed = " OR ".join(f"({change})" for change in changes)
        # A profile is made of values: in an import that clears, an id with none makes nobody.
        has_value = " OR ".join(f"r.v{place} IS NOT NULL" for place in range(len(changes)))
        relation = people.relation().sql(dialect="duckdb")
        self._question.run(
            f"""CREATE OR REPLACE TEMP TABLE checked AS SELECT r.distinct_id, r.line, people.id,
            CASE WHEN people.id IS NULL THEN CASE WHEN {has_value} THEN 'c' ELSE 's' END
                WHEN {is_changed} THEN 'u' ELSE 's' END AS became
            FROM read_parquet({quote_text(self._plan.rows_path)}) AS r
            LEFT JOIN {relation} ON people.distinct_id = r.distinct_id"""
        )
        found = dict(self._question.run("SELECT became, count(*) FROM checked GROUP BY became"))
        return Outcome(
            created=found.get("c", 0),
            updated=found.get("u", 0),
            unchanged=found.get("s", 0) + self._plan.duplicates,
            rejected=self._plan.rejected,
            samples=self._read_samples(),
        )

    def _differs(self, place: int, column: Column) -> str:
        """Whether the profile gets another value, in SQL."""
        new, form = f"r.v{place}", _FORMS.get(column.kind)
        if self._mapping.empty == Empty.CLEAR or form is None:
            present = f"json_extract({self._sql(self._question.people.properties())}, {self._point(column.name)})"
            differs = f"CAST({present} AS VARCHAR) IS DISTINCT FROM CAST(CAST({new} AS JSON) AS VARCHAR)"
            if form == Form.NUMBER:
                differs = f"({differs}) AND TRY_CAST({present} AS DOUBLE) IS DISTINCT FROM CAST({new} AS DOUBLE)"
            keeps = self._mapping.empty == Empty.KEEP
            return (
                f"{new} IS NOT NULL AND {differs}"
                if keeps
                else f"{present} IS NOT NULL OR {new} IS NOT NULL AND {differs}"
            )
        value = self._sql(self._question.people.value(column.name, form))
        given = f"roster_string({new})" if form == Form.STRING else f"CAST({new} AS {_TYPES[form]})"
        return f"{new} IS NOT NULL AND {value} IS DISTINCT FROM {given}"

    def _point(self, name: str) -> str:
        return self._question.parameters.name(point_at(name))

    def _sql(self, expression: exp.Expr) -> str:
        return expression.sql(dialect="duckdb")

    def _read_samples(self) -> list[dict[str, Any]]:
        self._question.begin()
        people = self._question.people
        properties = self._sql(people.properties())
        values = ", ".join(f"r.v{place}" for place in range(len(self._mapping.columns)))
        relation = people.relation().sql(dialect="duckdb")
        rows = self._question.run(
            f"""WITH chosen AS (
                SELECT distinct_id, id, became FROM checked WHERE became IN ('c', 'u')
                QUALIFY row_number() OVER (PARTITION BY became ORDER BY line) <= {_SAMPLES})
            SELECT c.became, r.line, distinct_id, {properties}, {values}
            FROM chosen AS c JOIN read_parquet({quote_text(self._plan.rows_path)}) AS r USING (distinct_id)
            LEFT JOIN (FROM {relation} WHERE people.id IN (SELECT id FROM chosen)) AS people ON people.id = c.id
            ORDER BY c.became DESC, r.line"""
        )
        return [self._show(*row) for row in rows]

    def _show(
        self, became: str, line: int, distinct_id: str, properties: str | None, *values: str | None
    ) -> dict[str, Any]:
        present = orjson.loads(properties) if properties else {}
        cells = []
        for column, text in zip(self._mapping.columns, values, strict=True):
            before, after = present.get(column.name), orjson.loads(text) if text is not None else None
            if text is None and self._mapping.empty == Empty.KEEP:
                continue
            if before != after or isinstance(before, bool) != isinstance(after, bool):
                cells.append({"property": column.name, "before": before, "after": after})
        return {
            "line": line,
            "distinct_id": distinct_id,
            "is_new": became == "c",
            "cells": cells[:_SAMPLE_CELLS],
            "more": max(0, len(cells) - _SAMPLE_CELLS),
        }


_TYPES: Final = {Form.NUMBER: "DOUBLE", Form.BOOLEAN: "BOOLEAN"}
