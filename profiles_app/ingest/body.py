"""Reading the bytes of a request, within the limits."""

import zlib
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from profiles_app.errors import BadInput, TooLarge
from profiles_app.ingest import limits

_CHUNK: Final = 1024 * 1024
_TOO_LARGE: Final = (
    f"The request is larger than {limits.BODY_BYTES // 1024 // 1024} MB uncompressed. Send it in smaller batches."
)


def read_body(request: HttpRequest) -> bytes:
    """The body, uncompressed. Raises `TooLarge` over the limit, `BadInput` when it is not what
    its `Content-Encoding` says or ended early."""
    is_form = (request.content_type or "") not in {"application/json", "application/x-ndjson"}
    limit = limits.FORM_BYTES if is_form else limits.BODY_BYTES
    raw = _read_at_most(request, limit)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return raw
    if encoding not in {"gzip", "x-gzip"}:
        raise BadInput(f"Content-Encoding {encoding!r} is not understood. Send gzip or plain.")
    return _gunzip(raw, limit)


def _read_at_most(request: HttpRequest, limit: int) -> bytes:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(_TOO_LARGE)
    chunks: list[bytes] = []
    size = 0
    read = get_reader(request)
    try:
        while chunk := read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(_TOO_LARGE)
            chunks.append(chunk)
    except UnreadablePostError:
        raise BadInput("The request ended before its body was complete. Send it again.") from None
    if declared.isdigit() and size < int(declared):
        raise BadInput("The request ended before its body was complete. Send it again.")
    return b"".join(chunks)


def get_reader(request: HttpRequest) -> Callable[[int], bytes]:
    """What reads the body. Django reads as much as `Content-Length` says; a body in chunks has none,
    and its end is known to the server, which says so."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        if not request.META.get("wsgi.input_terminated"):
            raise BadInput("A body in chunks cannot be read here. Send it with a Content-Length.")
        read: Callable[[int], bytes] = request.META["wsgi.input"].read
        return read
    return request.read


def _gunzip(raw: bytes, limit: int) -> bytes:
    """All members of a gzip stream, never holding more than `limit` + 1 bytes of output."""
    parts: list[bytes] = []
    size = 0
    while raw:
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(raw, limit + 1 - size))
        except zlib.error:
            raise BadInput("Content-Encoding says gzip, but the body is not gzip.") from None
        size += len(parts[-1])
        if size > limit:
            raise TooLarge(_TOO_LARGE)
        if not member.eof:
            raise BadInput("The gzip body ends in the middle. Send it again.")
        raw = member.unused_data
    return b"".join(parts)
