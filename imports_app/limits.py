"""The limits of imports (docs/importing.md lists them). Rows and bytes of a file are settings."""

from datetime import timedelta
from typing import Final

from profiles_app.ingest import limits

# A cell, in characters; the row is held against the limit of a record.
CELL: Final = limits.RECORD_BYTES
ROW_BYTES: Final = limits.RECORD_BYTES
COLUMNS: Final = 2_000
# What a packed file may unpack to, as a multiple of what a plain file may have.
UNPACKED: Final = 4
# Rows of a transaction, and about how many bytes: the Users page reads as many before it answers.
CHUNK: Final = 20_000
CHUNK_BYTES: Final = 32 * 2**20
# Small enough to be read while the upload is answered.
READ_AT_ONCE: Final = 4 * 2**20
COLUMNS_AT_ONCE: Final = 100
# How long an import can be undone, and a file that nobody imported is kept.
UNDO_FOR: Final = timedelta(days=30)
FORGOTTEN_AFTER: Final = timedelta(days=7)
# A part of an upload to which nothing was added for so long.
LEFT_AFTER: Final = timedelta(hours=2)
