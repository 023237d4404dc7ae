"""Bytes → lines of text.

What cannot be decoded, and line breaks that are characters of a cell, become lone surrogates: no encoding
has any, so nothing else can be one.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar, Final

from imports_app import limits
from imports_app.reading.dialect import Dialect
from profiles_app.errors import BadInput
from profiles_app.ingest.refuse import GZIP

UNDECODABLE: Final = "\udcff"
_CR: Final = "\udc0d"
_LF: Final = "\udc0a"
_HIDE: Final = str.maketrans({"\r": _CR, "\n": _LF})
_SHOW: Final = str.maketrans({_CR: "\r", _LF: "\n"})
_MARK: Final = "roster-mark"
_BUFFER: Final = 2**18
# A piece of a line that has no end: longer than any row may be.
LONGEST: Final = 8 * limits.CELL


class Marks:
    """How often anything could not be decoded, in this process."""

    number: ClassVar[int] = 0


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    Marks.number += 1
    return UNDECODABLE, error.end


codecs.register_error(_MARK, _mark)


class Watched(io.RawIOBase):
    """A stream that says how much was read of it, and whether a zero byte was among that."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.position = 0
        self.has_zero = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.position += len(data)
        self.has_zero = self.has_zero or b"\0" in data
        return len(data)


@dataclass(frozen=True, kw_only=True)
class Source:
    """An open file, and what it has unpacked."""

    file: IO[bytes]
    content: Watched
    stream: IO[bytes]


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The bytes of a file, unpacked where it was packed. Raises `BadInput` for a broken gzip file."""
    with path.open("rb", buffering=0) as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        content = Watched(gzip.GzipFile(fileobj=file) if packed else file)
        try:
            yield Source(file=file, content=content, stream=io.BufferedReader(content, _BUFFER))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise BadInput("This gzip file is cut short or damaged. Pack it again, or upload it unpacked.") from None


def read_head(path: Path, size: int) -> bytes:
    """The first bytes, unpacked. Raises `BadInput`."""
    with open_source(path) as source:
        return source.stream.read(size)


def iterate_lines(stream: IO[bytes], dialect: Dialect, *, is_begun: bool = False) -> Iterator[str]:
    """The lines with their ends. One that is longer than any row may be comes in pieces. `is_begun`: what stands
    before the stream was read already."""
    text = io.TextIOWrapper(stream, encoding=dialect.encoding, errors=_MARK, newline=dialect.newline)
    text._CHUNK_SIZE = _BUFFER  # type: ignore[attr-defined]
    first = text.readline(LONGEST)
    if not is_begun:
        # The byte order mark goes, wherever there is one.
        first = first.removeprefix("\ufeff")
    lines = iter(lambda: text.readline(LONGEST), "")
    if first:
        yield from _prepare(first, lines, dialect)


def _prepare(first: str, rest: Iterator[str], dialect: Dialect) -> Iterator[str]:
    if dialect.line_end == "any":
        yield first
        yield from rest
        return
    end = dialect.newline
    yield _hide_breaks(first, end)
    for line in rest:
        yield _hide_breaks(line, end)


def _hide_breaks(line: str, end: str) -> str:
    """The csv module takes any CR and LF for the end of a row."""
    body, found = (line[: -len(end)], end) if line.endswith(end) else (line, "")
    return body.translate(_HIDE) + found if "\r" in body or "\n" in body else line


def show_breaks(cell: str) -> str:
    """A cell with the line breaks that are its own."""
    return cell.translate(_SHOW)
