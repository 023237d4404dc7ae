"""The beginning of a file as far as it is plain: read by Arrow, many times as fast as row by row.

Plain is where splitting at line ends and separators is all that reading means: no quote and no escape, no blank
line, no carriage return that stands alone, no NUL, valid UTF-8, each row of the first one's width. There the csv module
reads the same; from the first piece on that is not so, it reads itself.
"""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

import pyarrow as pa

from imports_app import limits
from imports_app.reading.dialect import Dialect

# No line of it can be longer than a cell may be.
PIECE: Final = limits.CELL
_BUFFER: Final = 2**18


@dataclass(kw_only=True)
class PlainPieces:
    """`rest`, once no more come, is the stream from there on. `width` is that of the first row, `rows` and so many
    lines came."""

    stream: IO[bytes]
    dialect: Dialect
    width: int = 0
    rows: int = 0
    rest: IO[bytes] = field(default_factory=io.BytesIO)
    _bytes: bytes = b""

    def read(self) -> Iterator[pa.Table]:
        """Rows as columns of text."""
        while piece := self._cut_piece():
            table = self._split(piece)
            if table is None:
                break
            self.width = table.num_columns
            self.rows += table.num_rows
            self._bytes = self._bytes[len(piece) :]
            yield table
        self.rest = io.BufferedReader(_Joined(self._bytes, self.stream), _BUFFER)

    def _cut_piece(self) -> bytes:
        """Whole lines; nothing at the end, or where a line is too long."""
        if self.dialect.encoding != "utf-8" or self.dialect.line_end not in ("any", "lf"):
            return b""
        more = self.stream.read(PIECE - len(self._bytes))
        self._bytes += more
        is_last = len(self._bytes) < PIECE
        return self._bytes if is_last else self._bytes[: self._bytes.rfind(b"\n") + 1]

    def _split(self, piece: bytes) -> pa.Table | None:
        """None where the piece is not plain."""
        body = piece if self.rows else piece.removeprefix(codecs.BOM_UTF8)
        first = body[: body.find(b"\n") + 1] or body
        width = self.width or first.count(self.dialect.delimiter.encode()) + 1
        if width > limits.COLUMNS or not self._is_plain(body):
            return None
        # The web process has this module, and hardly ever reads a file.
        from pyarrow import csv

        names = [f"c{place}" for place in range(width)]
        try:
            return csv.read_csv(
                pa.BufferReader(body),
                read_options=csv.ReadOptions(
                    column_names=names, block_size=len(body) + 1, use_threads=True, encoding="utf8"
                ),
                parse_options=csv.ParseOptions(
                    delimiter=self.dialect.delimiter, quote_char=False, escape_char=False, newlines_in_values=False
                ),
                convert_options=csv.ConvertOptions(
                    column_types={name: pa.string() for name in names}, strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:
            return None

    def _is_plain(self, body: bytes) -> bool:
        odd = [b"\0", b"\n\n", b"\n\r"]
        odd += [letter.encode() for letter in (self.dialect.quote, self.dialect.escape) if letter]
        # A byte order mark in the midst of a file is a character; Arrow would drop it.
        if not body or body.startswith((b"\r", b"\n", codecs.BOM_UTF8)) or any(text in body for text in odd):
            return False
        if b"\r" in body and (self.dialect.line_end == "lf" or body.count(b"\r") != body.count(b"\r\n")):
            return False
        try:
            body.decode()
        except UnicodeDecodeError:
            return False
        return True


class _Joined(io.RawIOBase):
    """Bytes, and a stream behind them."""

    def __init__(self, head: bytes, stream: Any) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._head.readinto(buffer) or self._stream.readinto(buffer) or 0
