"""The lines of a list: pasted text, or the right column of a CSV file."""

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from typing import IO, Final, cast

from cohorts_app.models.lists import LONGEST_TEXT
from profiles_app.errors import BadInput, TooLarge
from profiles_app.ingest.limits import RECORD_BYTES
from profiles_app.ingest.refuse import GZIP, check_beginning

# What the head of a column of ids or e-mails is called, the better one first.
_HEADS: Final = (
    "$distinct_id",
    "distinct_id",
    "distinct id",
    "$group_id",
    "group_id",
    "$email",
    "email",
    "e-mail",
    "id",
)
_BOMS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PROBE: Final = 2**16
_BREAKS: Final = ("\r", "\n")
# Of an unpacked file: two million of the longest lines, twice.
MOST_CHARACTERS: Final = 2**30

# It holds for the whole process: whoever reads CSV there sets the same.
csv.field_size_limit(RECORD_BYTES)


def read_text(text: str) -> Iterator[str]:
    """The lines of pasted text; the last line break ends a line and begins none."""
    return map(_clean, _read_lines(io.StringIO(text, newline=None)))


def read_text_file(file: IO[bytes]) -> Iterator[str]:
    """The same, of a text that was too long for a form. Closes the file. Raises `TooLarge` while it is read."""
    with io.TextIOWrapper(file, encoding="utf-8", errors="replace") as stream:
        yield from map(_clean, _read_lines(stream))


def read_file(file: IO[bytes]) -> Iterator[str]:
    """The cells of the first column of a CSV file, or of the one whose head says that it has ids or e-mails.

    UTF-8 with or without its mark, UTF-16, else Windows' Latin letters; plain or packed with gzip. A head is no
    line of the list. Closes the file. Raises `BadInput` and `TooLarge` while it is read.
    """
    try:
        with _open(file) as stream:
            yield from _choose_cells(_read_rows(_read_lines(stream)))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadInput("This gzip file is cut short or damaged. Pack it again, or bring it unpacked.") from None


def _open(file: IO[bytes]) -> io.TextIOWrapper:
    head = file.read(len(GZIP))
    file.seek(0)
    content = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if head == GZIP else file
    probe = content.read(_PROBE)
    content.seek(0)
    check_beginning(probe)
    return io.TextIOWrapper(content, encoding=_find_encoding(probe), errors="replace", newline="")


def _find_encoding(probe: bytes) -> str:
    for mark, encoding in _BOMS:
        if probe.startswith(mark):
            return encoding
    even, odd = probe[::2].count(0), probe[1::2].count(0)
    # Of Latin letters in UTF-16 each second byte is zero.
    if max(even, odd) > len(probe) // 4:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        # A character may have been cut at the end of what was looked at.
        codecs.getincrementaldecoder("utf-8")().decode(probe, final=len(probe) < _PROBE)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _read_lines(stream: IO[str]) -> Iterator[str]:
    """The lines with their ends, of one that is longer than any row may be the beginning. Raises `TooLarge`."""
    characters = 0
    while line := stream.readline(RECORD_BYTES):
        piece = line
        while piece and not piece.endswith(_BREAKS):
            piece = stream.readline(RECORD_BYTES)
            characters += len(piece)
        characters += len(line)
        if characters > MOST_CHARACTERS:
            raise TooLarge(f"A list has at most {MOST_CHARACTERS // 2**20:,} MB, unpacked. Leave out other columns.")
        yield line.replace("\0", "\ufffd")


def _read_rows(lines: Iterator[str]) -> Iterator[list[str]]:
    """A quote that fits to none, or a cell that is too long, costs its line alone: the lines behind it, which
    it had swallowed, are read again."""
    again: deque[str] = deque()
    held: list[str] = []
    while True:
        try:
            for row in csv.reader(_feed(again, lines, held), strict=True):
                held.clear()
                yield row
        except csv.Error:
            first, *rest = held
            again.extendleft(reversed(rest))
            held.clear()
            # Not strictly, any line is a row.
            yield next(csv.reader([first]))
        else:
            return


def _feed(again: deque[str], lines: Iterator[str], held: list[str]) -> Iterator[str]:
    """`held` are the lines of the row that is being read. Raises `csv.Error` for a row without an end."""
    characters = 0
    while (line := again.popleft() if again else next(lines, None)) is not None:
        characters = characters + len(line) if held else len(line)
        held.append(line)
        if characters > 2 * RECORD_BYTES:
            raise csv.Error
        yield line


def _choose_cells(rows: Iterator[list[str]]) -> Iterator[str]:
    first = next(rows, None)
    if first is None:
        return
    column = _find_column(first)
    if column is None:
        yield _clean(first[0] if first else "")
        column = 0
    for row in rows:
        yield _clean(row[column] if len(row) > column else "")


def _find_column(head: list[str]) -> int | None:
    names = [cell.strip().lower() for cell in head]
    return next((names.index(name) for name in _HEADS if name in names), None)


def _clean(cell: str) -> str:
    """What is longer is nobody's id, and needs not be kept."""
    return cell.replace("\0", "\ufffd").strip()[:LONGEST_TEXT]
