"""What the browser's address says, where a link of the page may be older than what stands beside the table."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict

from profiles_app.http.doors import MemberRequest
from profiles_app.users_page.state import PeopleState


def look_beside(state: PeopleState, request: MemberRequest, path: str, *names: str) -> PeopleState:
    """The state with these parts, such as `open`, as they stand in the browser's address now, if it is that of
    the table."""
    current = urlsplit(request.htmx.current_url_abs_path or "")
    if current.path != path:
        return state
    now = QueryDict(current.query)
    changes: dict[str, Any] = {name: now.get(name, "") for name in names}
    return replace(state, **changes)


def is_where_it_is(request: MemberRequest, url: str) -> bool:
    """Whether an address is the browser's own, however it is written."""
    here, there = urlsplit(request.htmx.current_url_abs_path or ""), urlsplit(url)
    return here.path == there.path and QueryDict(here.query) == QueryDict(there.query)
