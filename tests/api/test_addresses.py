"""No address of the API stands beside the tests of who may use it."""

from collections.abc import Iterable

from django.urls import URLPattern, URLResolver

from profiles_app.api.urls import urlpatterns
from tests.api.test_access import ADDRESSES

# Addresses that are only sent to: tests/api/test_change_profile.py.
POSTED = {"/api/v1/profiles/alice/restore", "/api/v1/profile/restore"}
OPEN = {"/api/schema", "/api/docs"}


def list_routes(patterns: Iterable[object], prefix: str = "/") -> set[str]:
    routes: set[str] = set()
    for entry in patterns:
        assert isinstance(entry, URLPattern | URLResolver)
        route = prefix + str(entry.pattern)
        inner = entry.url_patterns if isinstance(entry, URLResolver) else None
        routes |= {route} if inner is None else list_routes(inner, route)
    return routes


def test_every_address_is_listed_with_and_without_a_slash() -> None:
    listed = {path.replace("alice", "<distinct_id:distinct_id>") for path in ADDRESSES.keys() | POSTED} | OPEN
    assert list_routes(urlpatterns) == listed | {f"{path}/" for path in listed}
