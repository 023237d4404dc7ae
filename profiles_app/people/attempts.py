"""Slowing down those who guess passwords."""

from hashlib import sha256
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

ATTEMPTS: Final = 8
WINDOW_SECONDS: Final = 15 * 60


def is_blocked(request: HttpRequest, email: str) -> bool:
    """Whether this address failed too often from this network address."""
    return bool(cache.get(_key(request, email), 0) >= ATTEMPTS)


def count_failure(request: HttpRequest, email: str) -> None:
    """One more failure; the window begins with the first."""
    key = _key(request, email)
    if not cache.add(key, 1, WINDOW_SECONDS):
        try:
            cache.incr(key)
        except ValueError:
            # It ran out between the two calls.
            cache.set(key, 1, WINDOW_SECONDS)


def forget_failures(request: HttpRequest, email: str) -> None:
    """After a success."""
    cache.delete(_key(request, email))


def _key(request: HttpRequest, email: str) -> str:
    who = f"{email.strip().lower()} {request.META.get('REMOTE_ADDR', '')}"
    return f"sign-in:{sha256(who.encode()).hexdigest()}"
