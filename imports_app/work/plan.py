"""What each profile gets, one row a profile: the staged rows with ids, values as JSON, and the rejects.

`rows.parquet`: line, distinct_id, v0, v1, …, JSON texts, NULL where the cell is empty, by distinct id, since that is
the order of locks. `rejects.parquet` as `reading.stage` has it, with its rejects among them.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa
from django.conf import settings

from imports_app import limits
from imports_app.database import open_database
from imports_app.folders import fill_folder
from imports_app.mapping.columns import Column, Mapping
from imports_app.mapping.kinds import read_texts
from imports_app.models import Empty
from imports_app.reading.stage import REJECTS, ROWS, Staged
from profiles_app.columnar.naming import quote_text
from profiles_app.export.lines import GUARDED
from profiles_app.filters.forms import day_sql, instant_sql
from profiles_app.ingest import limits as ingest_limits
from profiles_app.ingest.typed import ValueKind

_FACTS: Final = "plan.json"
# Columns of a narrow file, and columns of a wide one that are looked through together.
_FEW: Final = 40
_AT_ONCE: Final = 200
_TOO_HEAVY: Final = f"The row takes more than {limits.ROW_BYTES // 1024} KB."
_GUARDS: Final = ", ".join(str(ord(letter)) for letter in GUARDED)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is in the folder. `read` rows of the file = `rows` profiles + `duplicates` + `rejected`.

    `firsts`: the least distinct id of each chunk, in their order, which is that of `rows.parquet`.
    `filled`: for each column of the mapping whether any row has a value. `dates`: the properties with a date.
    """

    folder: str
    read: int
    rows: int
    duplicates: int
    rejected: int
    firsts: list[str]
    filled: list[bool]
    dates: list[str]

    @property
    def rows_path(self) -> Path:
        return Path(self.folder) / ROWS

    @property
    def chunks(self) -> range:
        """The numbers of the chunks."""
        return range(len(self.firsts))

    def select_chunk(self, number: int) -> str:
        """Which rows are of a chunk, in SQL."""
        least = f"distinct_id >= {quote_text(self.firsts[number])}"
        if number + 1 == len(self.firsts):
            return least
        return f"{least} AND distinct_id < {quote_text(self.firsts[number + 1])}"

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
    with fill_folder(folder) as draft, open_database() as db:
        if len(mapping.columns) > _AT_ONCE:
            # Each step of making a value holds 2,048 of them for each column.
            db.execute(f"SET threads = 1; SET memory_limit = {quote_text(settings.IMPORTS['memory_of_wide'])}")
        facts = _Planning(db=db, staged=staged, mapping=mapping, begin=int(header), nonce=nonce).write(draft)
        document = {name: value for name, value in asdict(facts).items() if name != "folder"}
        (draft / _FACTS).write_text(json.dumps(document))
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
        duplicates = self._find_duplicates()
        self._write_rows(draft / ROWS)
        self._write_rejects(draft / REJECTS)
        good, rejected = self._row("SELECT count(*) FILTER (reason IS NULL), count(reason) FROM judged")
        return Plan(
            folder=str(draft),
            read=self.staged.rows - self.begin + self.staged.rejected,
            rows=good - duplicates,
            duplicates=duplicates,
            rejected=rejected + self.staged.rejected,
            firsts=self._cut(),
            filled=self._find_filled(),
            dates=self._find_dates(),
        )

    def _write_rows(self, path: Path) -> None:
        """One row for each id; the view `planned` has them from then on."""
        self.db.execute(
            f"""COPY ({self._join_duplicates()} ORDER BY distinct_id) TO {quote_text(path)}
            (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE {limits.CHUNK})"""
        )
        self.db.execute(f"CREATE VIEW planned AS FROM read_parquet({quote_text(path)})")

    def _cut(self) -> list[str]:
        """A chunk ends after so many rows, and after so many bytes, of the file. Returns the first id of each."""
        # The web process has this module, and hardly ever plans.
        import pyarrow.compute as pc

        rows = self.db.sql(
            "SELECT distinct_id, length FROM judged WHERE reason IS NULL ORDER BY distinct_id"
        ).to_arrow_table()
        if not rows.num_rows:
            return []
        places = pa.array(range(rows.num_rows), pa.int64())
        by_bytes = pc.divide(pc.cumulative_sum(rows.column("length")), limits.CHUNK_BYTES)
        chunks = pc.add(by_bytes, pc.divide(places, limits.CHUNK)).combine_chunks()
        ends = pc.run_end_encode(chunks).run_ends.to_pylist()
        firsts = [rows.column("distinct_id")[begin].as_py() for begin in [0, *ends[:-1]]]
        # An id that is in many rows may begin several.
        return list(dict.fromkeys(firsts))

    def _length(self) -> str:
        """Bytes of a row's values, in SQL."""
        return _add([f"coalesce(strlen(v{place}), 0)" for place in range(len(self.mapping.columns))])

    def _values(self) -> str:
        return "".join(f", v{place}" for place in range(len(self.mapping.columns)))

    def _take_cells(self) -> None:
        """The view `cells`: empty cells are NULL, apostrophes of an export are off."""
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
            f"CREATE VIEW cells AS SELECT n, line, {own} AS distinct_id{chosen} FROM staged WHERE n >= {self.begin}"
        )

    def _cell(self, column: Column) -> str:
        cell = f"c{column.index}"
        if self.mapping.unguard:
            cell = f"CASE WHEN ascii({cell}) = 39 AND ascii({cell}[2:2]) IN ({_GUARDS}) THEN {cell}[2:] ELSE {cell} END"
        return f"nullif({cell}, '')"

    def _read_values(self) -> None:
        """The view `valued`, and the table `judged`: the bytes of each row, and the reason and the column's number
        of those that are rejected. Only that is held in memory; values are made whenever they are read."""
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
            f"""CREATE VIEW valued AS SELECT n, line, distinct_id{"".join(values)}, {reasons} AS reason,
            {columns} AS column_number FROM cells {" ".join(joins)}"""
        )
        is_heavy = f"reason IS NULL AND length + {self._count_names()} > {limits.ROW_BYTES}"
        self.db.execute(
            f"""CREATE TABLE judged AS SELECT n, distinct_id, length,
            CASE WHEN {is_heavy} THEN {quote_text(_TOO_HEAVY)} ELSE reason END AS reason,
            CASE WHEN {is_heavy} THEN 0 ELSE column_number END AS column_number
            FROM (SELECT *, CAST({self._length()} AS BIGINT) AS length FROM valued)"""
        )

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

    def _count_names(self) -> int:
        """Bytes of the names in a row's document, and of what stands around them."""
        return sum(len(name.encode()) + 5 for name in self.mapping.names)

    def _find_duplicates(self) -> int:
        """The table `twice` of ids that several rows have. Returns how many rows are overtaken."""
        self.db.execute(
            """CREATE TABLE twice AS SELECT distinct_id, count(*) AS rows FROM judged WHERE reason IS NULL
            GROUP BY distinct_id HAVING count(*) > 1"""
        )
        (overtaken,) = self._row("SELECT coalesce(sum(rows - 1), 0) FROM twice")
        return int(overtaken)

    def _join_duplicates(self) -> str:
        """A row for each id: of several, each value is that of the last row which has one; with empty cells
        clearing, the last row alone counts."""
        is_good = "n NOT IN (SELECT n FROM judged WHERE reason IS NOT NULL)"
        is_twice = "distinct_id IN (SELECT distinct_id FROM twice)"
        once = f"SELECT line, distinct_id{self._values()} FROM valued WHERE {is_good}"
        if not self._row("SELECT count(*) FROM twice")[0]:
            return once
        columns = range(len(self.mapping.columns))
        only_filled = " FILTER (value IS NOT NULL)" if self.mapping.empty == Empty.KEEP else ""
        # Cell by cell: an aggregate for each of 2,000 columns takes more memory than there is. A list of one keeps
        # NULL, which arg_max itself would pass over.
        return f"""{once} AND NOT {is_twice}
            UNION ALL
            SELECT line, distinct_id{"".join(f", last[{place + 1}] AS v{place}" for place in columns)} FROM (
                SELECT max(line) AS line, distinct_id, list(value ORDER BY place) AS last FROM (
                    SELECT max(line) AS line, distinct_id, place, arg_max([value], n){only_filled}[1] AS value FROM (
                        SELECT n, line, distinct_id, unnest(range({len(columns)})) AS place,
                        unnest([{self._values()[2:]}]) AS value FROM valued WHERE {is_good} AND {is_twice}
                    ) GROUP BY distinct_id, place
                ) GROUP BY distinct_id
            )"""

    def _write_rejects(self, path: Path) -> None:
        cells = ", ".join(f"c{place}" for place in range(self.staged.width))
        self.db.execute(
            """CREATE VIEW rejected AS SELECT n, column_number, reason FROM judged WHERE reason IS NOT NULL"""
        )
        self.db.execute(
            f"""COPY (
            SELECT s.line, CAST(r.column_number AS INTEGER) AS column_number, r.reason, [{cells}] AS cells
            FROM rejected AS r JOIN staged AS s ON s.n = r.n
            UNION ALL FROM read_parquet({quote_text(self.staged.path / REJECTS)}) ORDER BY line
            ) TO {quote_text(path)} (FORMAT parquet)"""
        )

    def _find_filled(self) -> list[bool]:
        wanted = ", ".join(f"count(v{place}) > 0" for place in range(len(self.mapping.columns)))
        return list(self._row(f"SELECT {wanted} FROM planned"))

    def _find_dates(self) -> list[str]:
        texts = [
            (column.name, f"v{place}")
            for place, column in enumerate(self.mapping.columns)
            if column.kind in (ValueKind.TEXT, ValueKind.DATE)
        ]
        if len(texts) <= _FEW:
            return [name for name, value in texts if self._has_date(value)]
        # A statement costs more than the cells of a wide file's column.
        found: list[str] = []
        for start in range(0, len(texts), _AT_ONCE):
            names, values = zip(*texts[start : start + _AT_ONCE], strict=True)
            places = self.db.execute(
                f"""SELECT DISTINCT place FROM (
                SELECT unnest(range({len(values)})) AS place, unnest([{", ".join(values)}]) AS value FROM planned
                ) WHERE {_is_date("value")} ORDER BY place"""
            ).fetchall()
            found += (names[place] for (place,) in places)
        return found

    def _has_date(self, value: str) -> bool:
        return bool(self.db.execute(f"SELECT 1 FROM planned WHERE {_is_date(value)} LIMIT 1").fetchall())

    def _row(self, sql: str) -> Sequence[Any]:
        return tuple(self.db.execute(sql).fetchall()[0])


def _is_date(value: str) -> str:
    # Seldom is a text of this length with dashes no date, so few are looked at closely.
    text = f"{value}[2:-2]"
    maybe = f"{value}[6:6] = '-' AND {value}[9:9] = '-'"
    return f"CASE WHEN {maybe} THEN {day_sql(text)} IS NOT NULL OR {instant_sql(text)} IS NOT NULL END"


def _add(terms: list[str]) -> str:
    """The sum as a tree: a chain of hundreds of terms is deeper than DuckDB takes."""
    half = len(terms) // 2
    return f"({_add(terms[:half])} + {_add(terms[half:])})" if half else terms[0]


def _choose(branches: list[tuple[str, str]]) -> str:
    """The value of the first condition that holds."""
    if not branches:
        return "NULL"
    return f"CASE {' '.join(f'WHEN {condition} THEN {value}' for condition, value in branches)} END"
