"""What the whole file says of its columns, found once after it was read."""

from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import duckdb

from imports_app.database import open_database, quote_text
from imports_app.mapping.kinds import FITS
from imports_app.reading.stage import ROWS, Staged
from profiles_app.export.lines import GUARDED

_AT_ONCE: Final = 40
_SHOWN: Final = 3
_LONGEST_SHOWN: Final = 200
_GUARDS: Final = ", ".join(str(ord(letter)) for letter in GUARDED)
_NUMBERLIKE: Final = "[+-][0-9.].*"

# Each is a count of filled cells. `{c}` is a cell.
_COUNTS: Final[dict[str, str]] = {
    "filled": "TRUE",
    **FITS,
    "zeros": "ascii(trim({c})) BETWEEN 43 AND 48 AND regexp_matches({c}, '^\\s*[+-]?0[0-9]')",
    "emails": "contains({c}, '@') AND regexp_full_match({c}, '[^@\\s]+@[^@\\s]+[.][^@\\s]+')",
    "plus": "starts_with({c}, '+') OR starts_with({c}, '''+')",
    "guarded": f"ascii({{c}}) = 39 AND ascii({{c}}[2:2]) IN ({_GUARDS})",
    "bare": f"ascii({{c}}) IN ({_GUARDS}) AND NOT regexp_full_match({{c}}, '{_NUMBERLIKE}')",
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
        names = [f"c{place}" for place in range(staged.width)]
        columns = [column for some in _split(names) for column in _count(db, some, begin)]
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


def _split(names: list[str]) -> list[list[str]]:
    return [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]


def _count(db: duckdb.DuckDBPyConnection, names: list[str], begin: int) -> list[ColumnFacts]:
    wanted = [
        f"count(*) FILTER ({name} <> '' AND ({condition}))".replace("{c}", name)
        for name in names
        for condition in _COUNTS.values()
    ]
    distinct = [f"count(DISTINCT {name}) FILTER ({name} <> '')" for name in names]
    ((*found,),) = db.execute(f"SELECT {', '.join(distinct + wanted)} FROM staged WHERE n >= {begin}").fetchall()
    counts = [found[start : start + len(_COUNTS)] for start in range(len(names), len(found), len(_COUNTS))]
    return [
        ColumnFacts(distinct=number, counts=dict(zip(_COUNTS, some, strict=True)))
        for number, some in zip(found, counts, strict=False)
    ]


def _read_rows(db: duckdb.DuckDBPyConnection, where: str, begin: int) -> list[tuple[int, list[str]]]:
    rows = db.execute(f"SELECT * EXCLUDE (line) FROM staged WHERE {where} ORDER BY n").fetchall()
    return [(n - begin + 1, [cell[:_LONGEST_SHOWN] for cell in cells]) for n, *cells in rows]
