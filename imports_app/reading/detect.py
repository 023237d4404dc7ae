"""Finding out how a file is written, from its beginning.

Encoding by byte order mark, by where the zero bytes stand, and by whether it is UTF-8. Separator and quote by
trying each: the one that makes rows of one width, of several cells, out of most lines. DuckDB's sniffer and
csv.Sniffer were tried; both guess types or letters where this must not.
"""

import codecs
import io
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from imports_app.reading.dialect import DELIMITERS, Dialect
from imports_app.reading.lines import iterate_lines, open_source
from imports_app.reading.rows import RowReader
from profiles_app.errors import BadInput
from profiles_app.ingest.refuse import check_beginning, refuse_empty

HEAD_BYTES: Final = 2**18
_ROWS: Final = 200
_PIECE: Final = 2**18
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Bytes that Windows-1252 leaves out: a text with one is Latin-1, or none of both.
_NOT_CP1252: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")
# What stands in a row of values and hardly in a header.
_VALUE: Final = re.compile(
    r"[+-]?[0-9][0-9.,:\s/-]*|[^@\s]+@[^@\s]+\.[^@\s]+|true|false|yes|no|null|\+?[0-9() -]{6,}|https?://.*",
    re.IGNORECASE,
)
_NOT_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def detect_dialect(head: bytes, *, known_names: frozenset[str] = frozenset()) -> Dialect:
    """How a file is written that begins so; `head` may end anywhere. `known_names`: the properties that there
    are, which are names wherever they stand in the first row. Raises `BadInput` for what is no CSV."""
    check_beginning(head)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refuse_empty()
    encoding = _detect_encoding(head)
    dialect = Dialect(encoding=encoding, line_end=_detect_line_end(head, encoding))
    if encoding not in ("utf-16-le", "utf-16-be") and len(_NOT_BINARY.findall(head)) > len(head) // 50:
        raise BadInput(
            "This file is not text. Choose a CSV file; spreadsheets can save one by “Save as” or “Download”."
        )
    dialect = _detect_separator(head, dialect)
    rows = read_sample(head, dialect)
    return replace(dialect, header=_has_header(rows, known_names))


def read_sample(head: bytes, dialect: Dialect, *, most: int = _ROWS) -> list[list[str]]:
    """The first rows, without the one that the end of `head` may have cut."""
    try:
        rows = [cells for _, cells in RowReader(iter(_lines(head, dialect)), dialect).read(most + 1)]
    except BadInput:
        rows = []
    return rows[:most] if len(rows) > most or len(head) < HEAD_BYTES else rows[:-1]


def _lines(head: bytes, dialect: Dialect) -> list[str]:
    return list(iterate_lines(io.BytesIO(head), dialect))


def _detect_encoding(head: bytes) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    half = min(len(head), 4096) // 2
    if half and max(even, odd) > half * 0.4 and min(even, odd) < half * 0.1:
        return "utf-16-le" if odd > even else "utf-16-be"
    return choose_single_byte(head) if is_not_utf8(head) else "utf-8"


def judge_encoding(path: Path) -> str:
    """The encoding of a file that is UTF-8 as far as its beginning tells. Some bytes that are no UTF-8, and no
    character beyond ASCII: then it is an older encoding. A character of several bytes is hardly ever made by
    chance, so a file with one, and errors, is UTF-8 with errors."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    others: set[int] = set()
    has_errors = False
    with open_source(path) as source:
        while piece := source.stream.read(_PIECE):
            if piece.isascii():
                continue
            text = decoder.decode(piece)
            if any(ord(letter) > 127 and letter != "�" for letter in text):
                return "utf-8"
            has_errors = has_errors or "�" in text
            others |= {byte for byte in piece if byte > 127}
    return choose_single_byte(others) if has_errors else "utf-8"


def is_not_utf8(head: bytes) -> bool:
    """The same for a beginning that may end within a character."""
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(head)
    return "�" in text and not any(ord(letter) > 127 and letter != "�" for letter in text)


def choose_single_byte(found: Iterable[int]) -> str:
    """Windows-1252, which Latin-1 texts are nearly always; Latin-1 where it cannot be."""
    return "latin-1" if _NOT_CP1252 & set(found) else "cp1252"


def _detect_line_end(head: bytes, encoding: str) -> str:
    """`lf` where CR stands alone among lines that end with LF; such a CR belongs to its cell."""
    text = head.decode(encoding, errors="replace")
    return "lf" if "\n" in text and "\r" in text.rstrip("\r") and "\r\n" not in text else "any"


def _detect_separator(head: bytes, dialect: Dialect) -> Dialect:
    candidates = [
        replace(dialect, delimiter=delimiter, quote=quote) for delimiter in DELIMITERS for quote in ('"', "'", "")
    ]
    lines = _lines(head[:65_536], dialect)
    scored = [(_score(lines, candidate), -place, candidate) for place, candidate in enumerate(candidates)]
    best, _, chosen = max(scored, key=lambda entry: entry[:2])
    return chosen if best[0] > 1 else dialect


def _score(lines: list[str], dialect: Dialect) -> tuple[float, float]:
    """How well the lines read so: more than 1 where nearly all rows have one width, of several cells."""
    reader = RowReader(iter(lines), dialect)
    rows = [cells for _, cells in reader.read(_ROWS)]
    faults = len(reader.rejects)
    if reader.width < 2 or len(rows) < 0.6 * (len(rows) + faults):
        return 1.0, 0.0
    agreement = len(rows) / (len(rows) + faults)
    return 1.0 + agreement**2 + _weigh(rows, dialect), agreement


def _weigh(rows: list[list[str]], dialect: Dialect) -> float:
    """A little for cells that are not left with quotes around them, and for the usual separators."""
    cells = [cell for row in rows[:50] for cell in row]
    left = sum(len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'" for cell in cells) / max(1, len(cells))
    usual = {",": 0.1, ";": 0.1, "\t": 0.1, "|": 0.05}.get(dialect.delimiter, -0.3)
    return usual - left


def _has_header(rows: list[list[str]], known_names: frozenset[str]) -> bool:
    """Yes, unless the first row looks like the others."""
    if not rows:
        return False
    first, *rest = rows
    names = [cell.strip() for cell in first]
    if any(name.lstrip("'").startswith("$") or name in known_names for name in names):
        return True
    if not all(names) or len({name.lower() for name in names}) < len(names):
        return False
    if any(_VALUE.fullmatch(name) for name in names):
        return False
    return not any(_repeats(place, name, rest) for place, name in enumerate(names))


def _repeats(place: int, name: str, rest: list[list[str]]) -> bool:
    """Whether the first cell of a column stands in it again; the header of a file may be in it twice."""
    return sum(len(row) > place and row[place].strip() == name for row in rest) > 1
