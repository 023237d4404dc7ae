"""Files that are no CSV, told at once by how they begin."""

from typing import Final

from profiles_app.errors import BadInput

# So many bytes are enough for all of these.
NEEDED: Final = 512
GZIP: Final = b"\x1f\x8b"

_SPREADSHEET: Final = (
    "This is a spreadsheet file. In the program that made it choose “Save as” or “Download”, then CSV."
)
_IMAGE: Final = "This is an image. Choose a CSV file: text, with a row for each profile."
_ARCHIVE: Final = (
    "This is an archive. Unpack it, and upload the CSV file that is in it; gzip (.csv.gz) needs no unpacking."
)
_SIGNATURES: Final = (
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"BM\x00", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"\xd0\xcf\x11\xe0", _SPREADSHEET),
    (b"%PDF", "This is a PDF. A table in it has to be saved as CSV first, by the program that made it."),
    (b"Rar!", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"PAR1", "This is a Parquet file. Save it as CSV first."),
    (b"SQLite format 3", "This is a database file. Save the table as CSV first."),
    (b"\x7fELF", "This is a program. Choose a CSV file."),
    (b"MZ\x90", "This is a program. Choose a CSV file."),
)
_MARKUP: Final = "This is a web page or XML. Choose a CSV file: a download may have led to a sign-in page instead."
_EMPTY: Final = "This file is empty. Choose a CSV file with at least one row."


def check_beginning(head: bytes) -> None:
    """Raises `BadInput` where the first bytes of a file (unpacked, if it was packed) show that it is no
    CSV, with what to do."""
    if head.startswith(b"PK\x03\x04"):
        raise BadInput(_SPREADSHEET if _is_office(head) else _ARCHIVE)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        raise BadInput(_IMAGE)
    for signature, message in _SIGNATURES:
        if head.startswith(signature):
            raise BadInput(message)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg", b"<head", b"<body", b"<script")):
        raise BadInput(_MARKUP)
    if start.startswith((b"{\\rtf",)):
        raise BadInput("This is a text document with formatting. Save it as CSV first.")


def refuse_empty() -> BadInput:
    """For a file without a single row."""
    return BadInput(_EMPTY)


def _is_office(head: bytes) -> bool:
    return any(
        part in head for part in (b"[Content_Types]", b"_rels/", b"xl/", b"mimetypeapplication/vnd.oasis", b"docProps")
    )
