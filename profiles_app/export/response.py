"""A file over HTTP: sent while it is made, packed where the client unpacks."""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header

from profiles_app.export.stream import Export, ExportQuery, open_export

_GZIP: Final = re.compile(r"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?=,|$)")
_GZIP_FORMAT: Final = 31


def respond_csv(request: HttpRequest, query: ExportQuery, *, name: str) -> StreamingHttpResponse:
    """The file `name-2026-11-22.csv`, as a download. Raises what `open_export` does, before anything was
    sent; an export that fails later breaks the connection, so that nobody takes half of it for the whole."""
    export = open_export(query)
    pack = bool(_GZIP.search(request.headers.get("Accept-Encoding", "").lower()))
    response = StreamingHttpResponse(_Body(request, export, pack=pack), content_type="text/csv; charset=utf-8")
    filename = f"{name}-{datetime.now(UTC):%Y-%m-%d}.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename)
    response["X-Total-Rows"] = str(export.rows)
    # A proxy that collects an answer first would fill its disk.
    response["X-Accel-Buffering"] = "no"
    if pack:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


class _Body:
    """The pieces of an answer. Django closes it when the answer ends, and when its client is gone."""

    def __init__(self, request: HttpRequest, export: Export, *, pack: bool) -> None:
        self._export = export
        self._pieces = _pack(export) if pack else iter(export)
        # Gunicorn would wait for a client forever.
        self._socket: Any = request.META.get("gunicorn.socket")
        if self._socket is not None:
            self._patience = self._socket.gettimeout()
            self._socket.settimeout(settings.EXPORT["stall_seconds"])

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._export.close()
        if self._socket is not None:
            self._restore()

    def _restore(self) -> None:
        # Closed by then, where its client was lost.
        if self._socket.fileno() >= 0:
            self._socket.settimeout(self._patience)


def _pack(pieces: Iterator[bytes] | Export) -> Iterator[bytes]:
    packer = zlib.compressobj(level=1, wbits=_GZIP_FORMAT)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
