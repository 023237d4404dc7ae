"""Files on their way in: straight to disk, and nothing is left of one that does not arrive whole."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

from profiles_app.errors import BadInput, TooLarge, Unavailable, UserFacingError
from profiles_app.ingest.refuse import GZIP, check_beginning

FIELD: Final = "file"
_NO_FILE: Final = "Choose a CSV file to upload."


class CsvUploadHandler(TemporaryFileUploadHandler):
    """Writes a file to disk as it arrives. One that cannot be a CSV, or is too large, is only read to its end,
    so that the answer can say why."""

    chunk_size = 2**18

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refusal: UserFacingError | None = None
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.refusal is None:
            self.refusal = self._find_refusal(raw_data, start)
        if self.refusal is not None:
            return None
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            self.refusal = Unavailable("The server's disk is full. Ask whoever runs it.")
        return None

    def _find_refusal(self, piece: bytes, start: int) -> UserFacingError | None:
        self._size += len(piece)
        if self._size > settings.IMPORTS["bytes"]:
            return TooLarge(f"A file may have {settings.IMPORTS['bytes'] // 2**30} GB. Split it, or pack it with gzip.")
        if start == 0 and not piece.startswith(GZIP):
            try:
                check_beginning(piece)
            except BadInput as problem:
                return problem
        return None


def stream_uploads(request: HttpRequest) -> CsvUploadHandler:
    """From here on the files of this request go to disk. To be called before anything reads the body."""
    handler = CsvUploadHandler(request)
    request.upload_handlers = [handler]
    return handler


@contextmanager
def take_upload(files: Any, handler: CsvUploadHandler) -> Iterator[tuple[Path, str]]:
    """The file that was uploaded, and its name; it is removed afterwards unless it was moved. Raises `BadInput`,
    `TooLarge`."""
    if handler.refusal is not None:
        raise handler.refusal
    uploaded: UploadedFile[Any] | None = files.get(FIELD)
    if uploaded is None:
        raise BadInput(_NO_FILE, details=[{"path": FIELD, "code": "required", "message": _NO_FILE}])
    file: IO[bytes] = uploaded.file  # type: ignore[assignment]
    file.flush()
    try:
        yield Path(file.name), uploaded.name or "upload.csv"
    finally:
        uploaded.close()
