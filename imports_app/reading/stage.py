"""The whole file as Parquet beside it, once: `rows.parquet` and `rejects.parquet`, all of it text.

`rows` has n (from 0 on, the header among them), line, and c0, c1, …; `rejects` has line, column_number, reason
and cells. The folder gets its name when all is written, so a folder with that name is whole.
"""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import pyarrow as pa

from imports_app import limits
from imports_app.folders import fill_folder
from imports_app.reading.dialect import Dialect
from imports_app.reading.lines import Marks, Source, iterate_lines, open_source
from imports_app.reading.plain import PlainPieces
from imports_app.reading.rows import Reject, Row, RowReader, find_odd_text
from profiles_app.errors import BadInput
from profiles_app.ingest.refuse import refuse_empty

if TYPE_CHECKING:
    import pyarrow.parquet as pq

ROWS: Final = "rows.parquet"
REJECTS: Final = "rejects.parquet"
_FACTS: Final = "staged.json"
# Cells of a block, and characters of one: few enough to be held as Python objects.
_BLOCK_CELLS: Final = 200_000

REJECT_SCHEMA: Final = pa.schema(
    {"line": pa.int64(), "column_number": pa.int32(), "reason": pa.string(), "cells": pa.list_(pa.string())}
)


@dataclass(frozen=True, kw_only=True)
class Staged:
    """What is in the folder. `rows` counts the header too."""

    folder: str
    width: int
    rows: int
    rejected: int
    blank: int

    @property
    def path(self) -> Path:
        return Path(self.folder)

    @classmethod
    def read_from(cls, folder: Path) -> Self | None:
        """None where the file was not staged there, or not to its end."""
        try:
            document: dict[str, Any] = json.loads((folder / _FACTS).read_text())
        except FileNotFoundError:
            return None
        return cls(folder=str(folder), **document)


def tell_nobody(position: int) -> None:
    """For `stage_file`, where nobody waits."""


def stage_file(
    source: Path,
    folder: Path,
    dialect: Dialect,
    *,
    most_rows: int,
    most_bytes: int,
    tell: Callable[[int], None] = tell_nobody,
) -> Staged:
    """Reads the file into the folder, unless that was done before. `tell` hears now and then how many bytes of the
    file were read. Raises `BadInput` for a file that is no CSV or over a limit."""
    done = Staged.read_from(folder)
    if done is not None:
        return done
    with fill_folder(folder) as draft, open_source(source) as opened:
        work = _Work(dialect=dialect, source=opened, draft=draft, most_rows=most_rows, most_bytes=most_bytes, tell=tell)
        with without_collector():
            facts = work.run()
        document = {name: value for name, value in asdict(facts).items() if name != "folder"}
        (draft / _FACTS).write_text(json.dumps(document))
    return Staged(folder=str(folder), **document)


@contextmanager
def without_collector() -> Iterator[None]:
    """Rows are lists of texts, millions of objects without a cycle: looking through them takes half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(kw_only=True)
class _Work:
    """One reading of a file."""

    dialect: Dialect
    source: Source
    draft: Path
    most_rows: int
    most_bytes: int
    tell: Callable[[int], None]
    rows: int = 0
    rejected: int = 0
    marks: int = field(default_factory=lambda: Marks.number)
    reader: RowReader = field(init=False)

    def run(self) -> Staged:
        # The web process has this module for its names, and never reads a file.
        import pyarrow.parquet as pq

        with ExitStack() as stack:
            rejects = stack.enter_context(pq.ParquetWriter(self.draft / REJECTS, REJECT_SCHEMA))
            writer = None
            for lines, columns in self._read(rejects):
                if writer is None:
                    schema = _describe_rows(len(columns))
                    writer = stack.enter_context(
                        pq.ParquetWriter(self.draft / ROWS, schema, compression="lz4", use_dictionary=False)
                    )
                writer.write_table(_make_table(lines, columns, first=self.rows, schema=writer.schema))
                self._count(len(lines))
                self.tell(self.source.file.tell())
            if writer is None:
                raise (
                    refuse_empty()
                    if not self.rejected
                    else BadInput("No line of this file is a row. Choose another quote, separator or encoding.")
                )
        return Staged(
            folder=str(self.draft),
            width=self.reader.width,
            rows=self.rows,
            rejected=self.rejected,
            blank=self.reader.blank,
        )

    def _read(self, rejects: "pq.ParquetWriter") -> Iterator[tuple[Sequence[int], list[Any]]]:
        """The lines of rows, and their columns."""
        plain = PlainPieces(stream=self.source.stream, dialect=self.dialect)
        for table in plain.read():
            yield range(self.rows + 1, self.rows + 1 + table.num_rows), table.columns
        lines = iterate_lines(plain.rest, self.dialect, is_begun=plain.rows > 0)
        self.reader = RowReader(lines, self.dialect, width=plain.width, line=plain.rows + 1)
        for block in self._blocks():
            good = self._write_rejects(rejects, block)
            if good:
                columns = zip(*[cells for _, cells in good], strict=True)
                yield [line for line, _ in good], [pa.array(column, pa.string()) for column in columns]
            self._count(0)

    def _blocks(self) -> Iterator[list[Row]]:
        # The first tells the width, and so how many make a block.
        yield self.reader.read(1)
        size = max(50, _BLOCK_CELLS // max(1, self.reader.width))
        while block := self.reader.read(size):
            yield block
        yield []

    def _write_rejects(self, writer: "pq.ParquetWriter", block: list[Row]) -> list[Row]:
        """Returns the rows of the block that are none of them."""
        rejects, self.reader.rejects = self.reader.rejects, []
        good = block
        if self._may_be_odd():
            found = [(row, find_odd_text(row)) for row in block]
            good = [row for row, reject in found if reject is None]
            rejects += [reject for _, reject in found if reject is not None]
        if rejects:
            self.rejected += len(rejects)
            rejects.sort(key=lambda reject: reject.line)
            writer.write_table(make_rejects(rejects))
        return good

    def _count(self, rows: int) -> None:
        self.rows += rows
        if self.rows + self.rejected > self.most_rows + 1:
            raise BadInput(
                f"This file has more than {self.most_rows:,} rows. Split it, or raise ROSTER_IMPORT_ROWS on the server."
            )
        if self.source.content.position > self.most_bytes * limits.UNPACKED:
            raise BadInput("This file unpacks to more than Roster takes at once. Split it.")

    def _may_be_odd(self) -> bool:
        """Whether some cell so far may hold a mark of `lines`, or a NUL. Hardly any file has one."""
        dialect = self.reader.dialect
        if dialect.line_end != "any" or dialect.encoding.startswith("utf-16"):
            return True
        return self.source.content.has_zero or Marks.number > self.marks


def _describe_rows(width: int) -> pa.Schema:
    own = [pa.field("n", pa.int64()), pa.field("line", pa.int64())]
    return pa.schema([*own, *(pa.field(f"c{place}", pa.string()) for place in range(width))])


def _make_table(lines: Sequence[int], columns: list[Any], *, first: int, schema: pa.Schema) -> pa.Table:
    own = [pa.array(range(first, first + len(lines)), pa.int64()), pa.array(lines, pa.int64())]
    return pa.Table.from_arrays([*own, *columns], schema=schema)


def make_rejects(rejects: list[Reject]) -> pa.Table:
    """Rows of `rejects.parquet`."""
    columns = {
        "line": [reject.line for reject in rejects],
        "column_number": [reject.column for reject in rejects],
        "reason": [reject.reason for reject in rejects],
        "cells": [reject.cells for reject in rejects],
    }
    return pa.Table.from_pydict(columns, schema=REJECT_SCHEMA)
