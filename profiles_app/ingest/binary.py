"""Rows in PostgreSQL's binary COPY format, which neither side has to spell out and parse.

Source of the format: PostgreSQL's documentation of COPY, "Binary Format".
"""

from collections.abc import Iterable
from struct import Struct
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
EPOCH_2000: Final = 946_684_800_000_000
TEXT_HEAD: Final = Struct(">i")
JSONB_HEAD: Final = Struct(">iB")
_JSONB_VERSION: Final = 1

NULL: Final = TEXT_HEAD.pack(-1)


def encode_instant(milliseconds: int) -> int:
    """Microseconds since 2000-01-01 UTC, as `timestamptz` holds them, of a Unix time in ms."""
    return milliseconds * 1000 - EPOCH_2000


def encode_bytes(value: bytes) -> bytes:
    """A `text` field."""
    return TEXT_HEAD.pack(len(value)) + value


def encode_jsonb(value: bytes) -> bytes:
    """A `jsonb` field, of JSON text."""
    return JSONB_HEAD.pack(len(value) + 1, _JSONB_VERSION) + value


def copy_rows(cursor: CursorWrapper, statement: str, rows: Iterable[bytes]) -> None:
    """Runs `COPY … FROM STDIN (FORMAT BINARY)` with rows that are encoded already."""
    copy: Any = cursor.copy(statement)
    # What fails at the end of a COPY comes from psycopg itself; the rest of Roster knows Django's errors.
    with connection.wrap_database_errors, copy as stream:
        stream.write(b"".join((_HEADER, *rows, _TRAILER)))
