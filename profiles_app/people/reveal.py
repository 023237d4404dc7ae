"""Showing a secret once, after a redirect, without the server keeping it.

It travels in a signed cookie to the browser that just asked for it, valid for one page and a
minute, and the next page takes it away again.
"""

from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse

_COOKIE: Final = "roster_reveal"
_SALT: Final = "roster.reveal"
_SECONDS: Final = 60


def reveal_next(request: HttpRequest, response: HttpResponse, *, what: str, secret: str, path: str) -> None:
    """The page at `path` will show the secret under the heading `what`."""
    response.set_cookie(
        _COOKIE, signing.dumps([what, secret], salt=_SALT), max_age=_SECONDS, path=path,
        httponly=True, secure=request.is_secure(), samesite="Strict",
    )  # fmt: skip


def read_revealed(request: HttpRequest) -> tuple[str, str] | None:
    """Heading and secret, where there is one to show."""
    try:
        what, secret = signing.loads(request.COOKIES.get(_COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return what, secret


def forget_revealed(response: HttpResponse, *, path: str) -> None:
    """It was shown."""
    response.delete_cookie(_COOKIE, path=path, samesite="Strict")
