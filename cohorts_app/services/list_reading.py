"""The lines of a list: pasted text, or the right column of a CSV file."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Final

from cohorts_app.models.lists import LONGEST_TEXT
from profiles_app.ingest.limits import RECORD_BYTES

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

# It holds for the whole process: whoever reads CSV there sets the same.
csv.field_size_limit(RECORD_BYTES)


def read_text(text: str) -> Iterator[str]:
    """The lines of pasted text; the last line break ends a line and begins none."""
    return (_clean(line) for line in text.splitlines())


def read_file(file: IO[bytes]) -> Iterator[str]:
    """The cells of the first column of a CSV file, or of the one whose head says that it has ids or e-mails.

    UTF-8 with or without its mark, UTF-16 with one, else Windows' Latin letters. A head is no line of the list.
    """
    stream = io.TextIOWrapper(file, encoding=_find_encoding(file), errors="replace", newline="")
    rows = csv.reader(_without_nul(stream))
    first = next(rows, None)
    if first is None:
        return
    column = _find_column(first)
    if column is None:
        yield _clean(first[0] if first else "")
        column = 0
    for row in rows:
        yield _clean(row[column] if len(row) > column else "")


def _find_encoding(file: IO[bytes]) -> str:
    probe = file.read(_PROBE)
    file.seek(0)
    for mark, encoding in _BOMS:
        if probe.startswith(mark):
            return encoding
    try:
        probe.decode()
    except UnicodeDecodeError as error:
        # A character may have been cut at the end of what was looked at.
        if error.start < len(probe) - 3:
            return "cp1252"
    return "utf-8-sig"


def _find_column(head: list[str]) -> int | None:
    names = [cell.strip().lower() for cell in head]
    return next((names.index(name) for name in _HEADS if name in names), None)


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    return (line.replace("\0", "\ufffd") for line in lines)


def _clean(cell: str) -> str:
    """What is longer is nobody's id, and needs not be kept."""
    return cell.replace("\0", "\ufffd").strip()[:LONGEST_TEXT]
