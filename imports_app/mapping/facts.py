"""What the whole file says of its columns, found once after it was read."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import duckdb

from imports_app.database import open_database
from imports_app.mapping.kinds import FITS
from imports_app.reading.stage import ROWS, Staged
from profiles_app.columnar.naming import quote_text
from profiles_app.export.lines import GUARDED

# Columns of a narrow file, and columns of a wide one that are looked through together.
_FEW: Final = 40
_AT_ONCE: Final = 200
_SHOWN: Final = 3
_LONGEST_SHOWN: Final = 200
_GUARDS: Final = ", ".join(str(ord(letter)) for letter in GUARDED)
_NUMBERLIKE: Final = "[+-][0-9.].*"

# Each is a count of filled cells. `{c}` is a cell, `{a}` the code of its first character, `{k}` that of the first
# which is no space.
_COUNTS: Final[dict[str, str]] = {
    "filled": "TRUE",
    **FITS,
    "zeros": "{k} BETWEEN 43 AND 48 AND regexp_matches({c}, '^\\s*[+-]?0[0-9]')",
    "emails": "contains({c}, '@') AND regexp_full_match({c}, '[^@\\s]+@[^@\\s]+[.][^@\\s]+')",
    "plus": "{a} = 43 OR {a} = 39 AND starts_with({c}, '''+')",
    "guarded": f"{{a}} = 39 AND ascii({{c}}[2:2]) IN ({_GUARDS})",
    "bare": f"{{a}} IN ({_GUARDS}) AND NOT regexp_full_match({{c}}, '{_NUMBERLIKE}')",
}


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """Of one column: how many cells are filled, how many texts differ, and of how many filled cells each name of
    `_COUNTS` is true."""

    distinct: int
    counts: dict[str, int]

    @property
    def filled(self) -> int:
        return self.counts["filled"]

    def count_misfits(self, kind: str) -> int:
        """Filled cells that are no value of this kind."""
        return self.filled - self.counts[kind] if kind in self.counts else 0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Of the rows without the header. `first` and `last` are rows as (number, cells), cells cut at 200
    characters; `header` is the first row where there is a header."""

    rows: int
    rejected: int
    blank: int
    header: list[str] | None
    columns: list[ColumnFacts]
    first: list[tuple[int, list[str]]]
    last: list[tuple[int, list[str]]]

    @property
    def width(self) -> int:
        return len(self.columns)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        columns = [ColumnFacts(**column) for column in document["columns"]]
        return cls(**{**document, "columns": columns})


def find_facts(staged: Staged, *, header: bool) -> Facts:
    """Looks through the rows of a file."""
    begin = int(header)
    with open_database() as db:
        db.execute(f"CREATE VIEW staged AS FROM read_parquet({quote_text(staged.path / ROWS)})")
        columns = list(_look_through(db, staged.width, begin))
        rows = staged.rows - begin
        first = _read_rows(db, f"n >= {begin} AND n < {begin + _SHOWN}", begin)
        last = _read_rows(db, f"n >= {max(begin + _SHOWN, staged.rows - _SHOWN)}", begin)
        head = [list(cells) for _, *cells in db.execute("FROM staged WHERE n = 0").fetchall()]
    return Facts(
        rows=rows + staged.rejected,
        rejected=staged.rejected,
        blank=staged.blank,
        header=head[0][1:] if header and head else None,
        columns=columns,
        first=first,
        last=last,
    )


def _look_through(db: duckdb.DuckDBPyConnection, width: int, begin: int) -> Iterator[ColumnFacts]:
    names = [f"c{place}" for place in range(width)]
    if width <= _FEW:
        for name in names:
            yield from _count(db, f"SELECT 0 AS place, {name} AS cell FROM staged WHERE n >= {begin}", 1)
        return
    # A statement costs more than the cells of a wide file's column.
    for start in range(0, width, _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        cells = f"""SELECT unnest(range({len(some)})) AS place, unnest([{", ".join(some)}]) AS cell
            FROM staged WHERE n >= {begin}"""
        yield from _count(db, cells, len(some))


def _count(db: duckdb.DuckDBPyConnection, cells: str, columns: int) -> Iterator[ColumnFacts]:
    """Looks at each text of a column once, however many cells hold it. `cells` selects place and cell."""
    conditions = (
        condition.replace("{c}", "cell").replace("{a}", "a").replace("{k}", "k") for condition in _COUNTS.values()
    )
    # Not FILTER, which looks at all parts of a condition: CASE ends with the first that is false.
    wanted = "".join(f", coalesce(sum(CASE WHEN {condition} THEN cells END), 0)::BIGINT" for condition in conditions)
    rows = db.execute(
        f"""SELECT place, count(*){wanted} FROM (
            SELECT place, cell, cells, a, CASE a WHEN 32 THEN ascii(trim(cell)) ELSE a END AS k FROM (
                SELECT place, cell, count(*) AS cells, ascii(cell) AS a FROM ({cells}) WHERE cell <> ''
                GROUP BY place, cell
            )
        ) GROUP BY place"""
    ).fetchall()
    found = {place: counts for place, *counts in rows}
    for place in range(columns):
        distinct, *counts = found.get(place, [0] * (len(_COUNTS) + 1))
        yield ColumnFacts(distinct=distinct, counts=dict(zip(_COUNTS, counts, strict=True)))


def _read_rows(db: duckdb.DuckDBPyConnection, where: str, begin: int) -> list[tuple[int, list[str]]]:
    rows = db.execute(f"SELECT * EXCLUDE (line) FROM staged WHERE {where} ORDER BY n").fetchall()
    return [(n - begin + 1, [cell[:_LONGEST_SHOWN] for cell in cells]) for n, *cells in rows]
