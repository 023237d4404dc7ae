"""Slowing down those who guess passwords.

A try counts as a failure before the password is looked at, and no longer when it was right: many at
the same moment cannot pass together.
"""

import ipaddress
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from profiles_app.services.attempts import count_failure, forget_failures, take_back_failure

# With one e-mail from one network address, and with any from that address.
ATTEMPTS: Final = 8
ATTEMPTS_OF_ADDRESS: Final = 60

_BLOCKED: Final = "Too many tries with this e-mail. Wait a quarter of an hour, then try again."
_ADDRESS_BLOCKED: Final = (
    "Too many failed tries from your network, with any e-mail. Wait a quarter of an hour, then try again."
)


def begin_try(request: HttpRequest, email: str) -> str:
    """Counts the try. Returns '' where it may go on, else why it may not."""
    place = _read_place(request)
    if count_failure(_key(place)) > ATTEMPTS_OF_ADDRESS:
        return _ADDRESS_BLOCKED
    if count_failure(_key(place, email)) > ATTEMPTS:
        # Nothing was guessed: the others at this place shall not wait for it.
        take_back_failure(_key(place))
        return _BLOCKED
    return ""


def forgive_try(request: HttpRequest, email: str) -> None:
    """The password was right."""
    place = _read_place(request)
    forget_failures(_key(place, email))
    take_back_failure(_key(place))


def _key(place: str, email: str = "") -> str:
    return sha256(f"{place} {email.strip().lower()}".encode()).hexdigest()


def _read_place(request: HttpRequest) -> str:
    """The network address; of IPv6 the /64 that one customer gets. Behind the proxy of a https
    installation, it is what the proxy added last to X-Forwarded-For."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
