"""Lines → rows. What is no row becomes a `Reject` with its line, its column and the reason.

Python's csv module reads, strictly. After an error only the first line of the broken row is given up: the
lines behind it are read again, so one stray quote does not swallow the rest of the file.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from imports_app import limits
from imports_app.reading.dialect import Dialect
from imports_app.reading.lines import LONGEST, UNDECODABLE, show_breaks
from profiles_app.errors import BadInput

csv.field_size_limit(limits.CELL)

# Characters that are read again after errors; a file that needs more is not worth reading on.
_MOST_REREAD: Final = 256 * limits.CELL
_LONGEST_ROW: Final = 2 * limits.CELL
_TOO_LONG: Final = "row too long"
_BREAKS: Final = ("\r", "\n")
_REASONS: Final = {
    _TOO_LONG: "The row is longer than any may be, or a quote is never closed.",
    "unexpected end of data": "A quote is opened and never closed.",
    "field larger than field limit": f"A cell is longer than {limits.CELL:,} characters, or a quote is never closed.",
}


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be imported. Lines count from 1; `column` is a number from 1, 0 for the whole row."""

    line: int
    column: int
    reason: str
    cells: list[str]


# The line that a row begins at, and its cells.
Row: TypeAlias = tuple[int, list[str]]


@dataclass
class RowReader:
    """The rows of a file in their order, and `rejects` as they turn up; whoever reads empties that list.
    `width` is that of the first row. `blank` counts the lines without any character."""

    lines: Iterator[str]
    dialect: Dialect
    width: int = 0
    blank: int = 0
    line: int = 1
    rejects: list[Reject] = field(default_factory=list)
    _pending: list[str] = field(default_factory=list)
    _again: list[str] = field(default_factory=list)
    _reread: int = 0
    _held: int = 0
    _in_long_line: bool = False

    def read(self, most: int) -> list[Row]:
        """The next rows, fewer at the end of the file. Raises `BadInput`."""
        rows: list[Row] = []
        while len(rows) < most:
            try:
                if not self._read_on(rows, most):
                    break
            except csv.Error as error:
                self._give_up_line(str(error))
        return rows

    def _read_on(self, rows: list[Row], most: int) -> bool:
        """Whether there may be more. A reader that met an error is of no more use: hence one for each call."""
        pending = self._pending
        for cells in csv.reader(self._feed(), **self.dialect.describe_csv()):
            start = self.line
            self.line += len(pending)
            pending.clear()
            self._held = 0
            if len(cells) == self.width:
                rows.append((start, cells))
                if len(rows) >= most:
                    return True
            else:
                self._take_odd(start, cells, rows)
        return False

    def _take_odd(self, start: int, cells: list[str], rows: list[Row]) -> None:
        """The first row, a blank line, or a row of another width."""
        if not cells:
            self.blank += 1
        elif not self.width:
            if len(cells) > limits.COLUMNS:
                raise BadInput(f"This file has {len(cells):,} columns; {limits.COLUMNS:,} are the most.")
            self.width = len(cells)
            rows.append((start, cells))
        else:
            found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            reason = f"The row has {found}, the first row has {self.width}."
            self.rejects.append(Reject(start, 0, reason, list(map(show_cell, cells))))

    def _feed(self) -> Iterator[str]:
        pending, again = self._pending, self._again
        while again:
            line = again.pop()
            pending.append(line)
            yield line
        for line in self.lines:
            if self._in_long_line:
                self._in_long_line = not line.endswith(_BREAKS)
                self.line += not self._in_long_line
                continue
            pending.append(line)
            self._held += len(line)
            if self._held > _LONGEST_ROW:
                raise csv.Error(_TOO_LONG)
            yield line

    def _give_up_line(self, error: str) -> None:
        first, *rest = self._pending
        reason = next((text for start, text in _REASONS.items() if error.startswith(start)), f"Not a row: {error}.")
        if len(first) >= LONGEST:
            reason = "The line is longer than any row may be."
            self._in_long_line = not first.endswith(_BREAKS)
        self.rejects.append(Reject(self.line, 0, reason, [show_cell(first.rstrip("\r\n")[:10_000])]))
        self.line += not self._in_long_line
        self._again.extend(reversed(rest))
        self._pending.clear()
        self._held = 0
        self._reread += sum(map(len, rest))
        if self._reread > _MOST_REREAD:
            raise BadInput(
                f"The quotes of this file do not fit together from line {self.line:,} on. "
                "Choose another quote character, or none, or save the file anew."
            )


def find_odd_text(row: Row) -> Reject | None:
    """For rows among which some has what no property can hold; also shows the line breaks in its cells."""
    line, cells = row
    for place, cell in enumerate(cells):
        reason = ""
        if UNDECODABLE in cell:
            reason = "The cell holds bytes that are no characters in this encoding."
        elif "\0" in cell:
            reason = "The cell holds a NUL character."
        if reason:
            return Reject(line, place + 1, reason, list(map(show_cell, cells)))
        cells[place] = show_breaks(cell)
    return None


def show_cell(cell: str) -> str:
    """The text as far as it can be shown."""
    return show_breaks(cell).replace(UNDECODABLE, "�").replace("\0", "�")
