"""What each profile gets, one row a profile: the staged rows with ids, values as JSON, and the rejects.

`rows.parquet`: chunk (a number that grows with the ids, since that is the order of locks; some are left out),
line, distinct_id, v0, v1, …, JSON texts, NULL where the cell is empty. `rejects.parquet` as `reading.stage` has it,
with its rejects among them.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import duckdb

from imports_app import limits
from imports_app.database import open_database, quote_text
from imports_app.mapping.columns import Column, Mapping
from imports_app.mapping.kinds import read_texts
from imports_app.models import Empty
from imports_app.reading.stage import REJECTS, ROWS, Staged
from profiles_app.export.lines import GUARDED
from profiles_app.filters.forms import day_sql, instant_sql
from profiles_app.ingest import limits as ingest_limits
from profiles_app.ingest.typed import ValueKind

_FACTS: Final = "plan.json"
_GUARDS: Final = ", ".join(str(ord(letter)) for letter in GUARDED)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is in the folder. `read` rows of the file = `rows` profiles + `duplicates` + `rejected`.

    `filled`: for each column of the mapping whether any row has a value. `dates`: the properties with a date.
    """

    folder: str
    read: int
    rows: int
    duplicates: int
    rejected: int
    chunks: list[int]
    filled: list[bool]
    dates: list[str]

    @property
    def rows_path(self) -> Path:
        return Path(self.folder) / ROWS

    @property
    def rejects_path(self) -> Path:
        return Path(self.folder) / REJECTS

    @classmethod
    def read_from(cls, folder: Path) -> Self | None:
        """None where nothing was planned there, or not to the end."""
        try:
            document: dict[str, Any] = json.loads((folder / _FACTS).read_text())
        except FileNotFoundError:
            return None
        return cls(folder=str(folder), **document)


def make_plan(staged: Staged, folder: Path, mapping: Mapping, *, header: bool, nonce: str) -> Plan:
    """Plans the import of a staged file, unless that was done before. `nonce` makes the random ids."""
    done = Plan.read_from(folder)
    if done is not None:
        return done
    draft = folder.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with open_database() as db:
        facts = _Planning(db=db, staged=staged, mapping=mapping, begin=int(header), nonce=nonce).write(draft)
    document = {name: value for name, value in asdict(facts).items() if name != "folder"}
    (draft / _FACTS).write_text(json.dumps(document))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return Plan(folder=str(folder), **document)


@dataclass(frozen=True, kw_only=True)
class _Planning:
    """One plan in the making. Columns of the mapping are v0, v1, … in its order."""

    db: duckdb.DuckDBPyConnection
    staged: Staged
    mapping: Mapping
    begin: int
    nonce: str

    def write(self, draft: Path) -> Plan:
        self._take_cells()
        self._read_values()
        duplicates = self._join_duplicates()
        self._write_rows(draft / ROWS)
        self._write_rejects(draft / REJECTS)
        (rows,) = self._row("SELECT count(*) FROM planned")
        (rejected,) = self._row("SELECT count(*) FROM rejected")
        return Plan(
            folder=str(draft),
            read=self.staged.rows - self.begin + self.staged.rejected,
            rows=rows,
            duplicates=duplicates,
            rejected=rejected + self.staged.rejected,
            chunks=[chunk for (chunk,) in self.db.execute("SELECT DISTINCT chunk FROM cut ORDER BY chunk").fetchall()],
            filled=self._find_filled(),
            dates=self._find_dates(),
        )

    def _write_rows(self, path: Path) -> None:
        """A chunk ends after so many rows, and after so many bytes."""
        length = " + ".join(f"coalesce(strlen(v{place}), 0)" for place in range(len(self.mapping.columns)))
        self.db.execute(
            f"""CREATE TABLE cut AS SELECT
            CAST((row_number() OVER ids - 1) // {limits.CHUNK} + (sum({length}) OVER ids) // {limits.CHUNK_BYTES}
                AS BIGINT) AS chunk,
            line, distinct_id{self._values()}
            FROM planned WINDOW ids AS (ORDER BY distinct_id ROWS UNBOUNDED PRECEDING)"""
        )
        self.db.execute(
            f"""COPY (FROM cut ORDER BY distinct_id) TO {quote_text(path)}
            (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE {limits.CHUNK})"""
        )

    def _values(self) -> str:
        return "".join(f", v{place}" for place in range(len(self.mapping.columns)))

    def _take_cells(self) -> None:
        """The table `cells`: empty cells are NULL, apostrophes of an export are off."""
        chosen = "".join(f", {self._cell(column)} AS t{place}" for place, column in enumerate(self.mapping.columns))
        identifier = self.mapping.identifier
        if identifier is None:
            digest = f"md5({quote_text(self.nonce)} || '-' || n)"
            parts = ((1, 8), (9, 12), (13, 16), (17, 20), (21, 32))
            own = " || '-' || ".join(f"{digest}[{first}:{last}]" for first, last in parts)
        else:
            own = f"coalesce({self._cell(identifier)}, '')"
        self.db.execute(f"CREATE VIEW staged AS FROM read_parquet({quote_text(self.staged.path / ROWS)})")
        self.db.execute(
            f"CREATE TABLE cells AS SELECT n, line, {own} AS distinct_id{chosen} FROM staged WHERE n >= {self.begin}"
        )

    def _cell(self, column: Column) -> str:
        cell = f"c{column.index}"
        if self.mapping.unguard:
            cell = f"CASE WHEN ascii({cell}) = 39 AND ascii({cell}[2:2]) IN ({_GUARDS}) THEN {cell}[2:] ELSE {cell} END"
        return f"nullif({cell}, '')"

    def _read_values(self) -> None:
        """The table `valued`, with values, or with a reason and the number of a column."""
        values, joins = [], []
        faults = self._list_faults()
        for place, column in enumerate(self.mapping.columns):
            json_text, reason, join = read_texts(self.db, "cells", f"t{place}", column.kind)
            values.append(f", {json_text} AS v{place}")
            joins.append(join)
            if join:
                faults.append((f"{reason} IS NOT NULL", column.index + 1, reason))
        reasons = _choose([(condition, reason) for condition, _, reason in faults])
        columns = _choose([(condition, str(number)) for condition, number, _ in faults])
        self.db.execute(
            f"""CREATE TABLE valued AS SELECT n, line, distinct_id{"".join(values)}, {reasons} AS reason,
            {columns} AS column_number FROM cells {" ".join(joins)}"""
        )
        self._find_heavy()

    def _list_faults(self) -> list[tuple[str, int, str]]:
        """What makes a row no row: condition, number of the column (0: the row) and reason, in SQL."""
        faults: list[tuple[str, int, str]] = []
        if self.begin:
            faults.append(("n IN (SELECT n FROM repeated)", 0, "'The row repeats the header.'"))
            self._find_repeated()
        identifier = self.mapping.identifier
        if identifier is not None:
            number, most = identifier.index + 1, ingest_limits.DISTINCT_ID_LENGTH
            faults.append(("trim(distinct_id) = ''", number, "'The id is empty.'"))
            faults.append((f"length(distinct_id) > {most}", number, f"'The id has more than {most} characters.'"))
        if self.mapping.empty == Empty.KEEP:
            empty = " AND ".join(f"t{place} IS NULL" for place in range(len(self.mapping.columns)))
            faults.append((empty, 0, "'The row has no value to import: all its chosen cells are empty.'"))
        return faults

    def _find_repeated(self) -> None:
        """Rows that are the header again, as in files that were joined."""
        same = " AND ".join(f"s.c{place} = h.c{place}" for place in range(self.staged.width))
        self.db.execute(
            f"""CREATE TABLE repeated AS SELECT s.n FROM staged AS s, (FROM staged WHERE n = 0) AS h
            WHERE s.n > 0 AND {same}"""
        )

    def _find_heavy(self) -> None:
        """Rows over the limit of a record."""
        length = " + ".join(f"coalesce(strlen(v{place}), 0)" for place in range(len(self.mapping.columns)))
        names = sum(len(name.encode()) + 5 for name in self.mapping.names)
        self.db.execute(
            f"""UPDATE valued SET column_number = 0, reason = 'The row takes more than {limits.ROW_BYTES // 1024} KB.'
            WHERE reason IS NULL AND {length} + {names} > {limits.ROW_BYTES}"""
        )

    def _join_duplicates(self) -> int:
        """The table `planned`, one row for each id: of several, each value is that of the last row which has one;
        with empty cells clearing, the last row alone counts. Returns how many rows are overtaken."""
        self.db.execute(
            """CREATE TABLE twice AS SELECT distinct_id FROM valued WHERE reason IS NULL
            GROUP BY distinct_id HAVING count(*) > 1"""
        )
        values = self._values()
        last = "".join(f", {self._last(f'v{place}')} AS v{place}" for place in range(len(self.mapping.columns)))
        self.db.execute(
            f"""CREATE TABLE planned AS
            SELECT line, distinct_id{values} FROM valued
            WHERE reason IS NULL AND distinct_id NOT IN (SELECT distinct_id FROM twice)
            UNION ALL
            SELECT max(line), distinct_id{last} FROM valued
            WHERE reason IS NULL AND distinct_id IN (SELECT distinct_id FROM twice) GROUP BY distinct_id"""
        )
        (rows,) = self._row("SELECT count(*) FROM valued WHERE reason IS NULL")
        (profiles,) = self._row("SELECT count(*) FROM planned")
        return int(rows - profiles)

    def _last(self, value: str) -> str:
        only_filled = f" FILTER ({value} IS NOT NULL)" if self.mapping.empty == Empty.KEEP else ""
        # A list of one keeps NULL, which arg_max itself would pass over.
        return f"arg_max([{value}], n){only_filled}[1]"

    def _write_rejects(self, path: Path) -> None:
        cells = ", ".join(f"c{place}" for place in range(self.staged.width))
        self.db.execute(
            """CREATE VIEW rejected AS SELECT n, line, column_number, reason FROM valued WHERE reason IS NOT NULL"""
        )
        self.db.execute(
            f"""COPY (
            SELECT r.line, CAST(r.column_number AS INTEGER) AS column_number, r.reason, [{cells}] AS cells
            FROM rejected AS r JOIN staged AS s ON s.n = r.n
            UNION ALL FROM read_parquet({quote_text(self.staged.path / REJECTS)}) ORDER BY line
            ) TO {quote_text(path)} (FORMAT parquet)"""
        )

    def _find_filled(self) -> list[bool]:
        wanted = ", ".join(
            f"coalesce(bool_or(v{place} IS NOT NULL), FALSE)" for place in range(len(self.mapping.columns))
        )
        return list(self._row(f"SELECT {wanted} FROM planned"))

    def _find_dates(self) -> list[str]:
        texts = [
            (place, column.name)
            for place, column in enumerate(self.mapping.columns)
            if column.kind in (ValueKind.TEXT, ValueKind.DATE)
        ]
        if not texts:
            return []
        found = self._row(f"SELECT {', '.join(_has_date(f'v{place}') for place, _ in texts)} FROM planned")
        return [name for (_, name), is_date in zip(texts, found, strict=True) if is_date]

    def _row(self, sql: str) -> Sequence[Any]:
        return tuple(self.db.execute(sql).fetchall()[0])


def _has_date(value: str) -> str:
    # Seldom is a text of this length with dashes no date, so few are looked at closely.
    text = f"{value}[2:-2]"
    maybe = f"{value}[6:6] = '-' AND {value}[9:9] = '-'"
    return f"coalesce(bool_or({maybe} AND ({day_sql(text)} IS NOT NULL OR {instant_sql(text)} IS NOT NULL)), FALSE)"


def _choose(branches: list[tuple[str, str]]) -> str:
    """The value of the first condition that holds."""
    if not branches:
        return "NULL"
    return f"CASE {' '.join(f'WHEN {condition} THEN {value}' for condition, value in branches)} END"
