"""Which files of events a compaction writes anew. Pure: counts in, decisions out.

Events arrive at the end, so a round appends a file for what is new and merges it with those files
that are not much larger: a row is rewritten a few times in its life, and a month ends as a few
files. Months with few rows share a file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

# From so many rows on a month has files of its own.
MONTH_ROWS: Final = 100_000
# A file is merged with new rows while it has less than so many times as many.
TIER: Final = 3
# One file of several months is not filled beyond this.
SHARED_ROWS: Final = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A present file: its row in the manifest, its month ("" where months share it), its rows, and
    whether it holds a row that has been written again."""

    id: int
    month: str
    rows: int
    dirty: bool = False


@dataclass(kw_only=True)
class Merge:
    """New rows of these months and all rows of these files become new files; `shared` where the
    months share one."""

    months: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    shared: bool = False


def plan_merges(pieces: Iterable[Piece], new_rows: Mapping[str, int]) -> list[Merge]:
    """What a round does about so many new rows in each month."""
    present = list(pieces)
    with_files = {piece.month for piece in present if piece.month}
    alone = sorted(month for month, rows in new_rows.items() if month in with_files or rows >= MONTH_ROWS)
    shared = sorted(new_rows.keys() - set(alone))
    merges = []
    for month in sorted(set(alone) | {piece.month for piece in present if piece.month and piece.dirty}):
        chosen = _choose([piece for piece in present if piece.month == month], new_rows.get(month, 0))
        merges.append(Merge(months=[month], pieces=chosen))
    pool = [piece for piece in present if not piece.month]
    if shared or any(piece.dirty for piece in pool):
        rows = sum(new_rows[month] for month in shared)
        merges.append(Merge(months=shared, pieces=_choose(pool, rows), shared=True))
    return merges


def _choose(pieces: list[Piece], rows: int) -> list[Piece]:
    """The dirty files, and from the smallest on those that are not much larger than the sum so far."""
    chosen = [piece for piece in pieces if piece.dirty]
    total = rows + sum(piece.rows for piece in chosen)
    for piece in sorted((piece for piece in pieces if not piece.dirty), key=lambda piece: piece.rows):
        if piece.rows >= TIER * max(total, 1):
            break
        chosen.append(piece)
        total += piece.rows
    return chosen


def pack_months(rows: Mapping[str, int]) -> list[tuple[list[str], bool]]:
    """The months of each file to write, and whether they share it."""
    packed: list[tuple[list[str], bool]] = [([month], False) for month in sorted(rows) if rows[month] >= MONTH_ROWS]
    shared: list[str] = []
    filled = 0
    for month in sorted(month for month in rows if rows[month] < MONTH_ROWS):
        if filled + rows[month] > SHARED_ROWS:
            packed.append((shared, True))
            shared, filled = [], 0
        shared.append(month)
        filled += rows[month]
    return [*packed, (shared, True)] if shared else packed
