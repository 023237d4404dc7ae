"""Code to paste that sends the first profile to this server."""

import json
from dataclasses import dataclass, replace
from string import Template
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from profiles_app.models import GroupKey, Project


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """`install` is the command that comes first, or ''."""

    key: str
    title: str
    install: str
    code: str


_ALICE: Final[dict[str, object]] = {"$name": "Alice", "$email": "alice@example.com", "plan": "pro"}

# `$$` is a dollar sign.
_PYTHON: Final = Snippet(
    key="python",
    title="Python",
    install="pip install mixpanel",
    code="""\
from mixpanel import Consumer, Mixpanel

mp = Mixpanel("$token", consumer=$consumer)
mp.people_set("123", {"$$name": "Alice", "$$email": "alice@example.com", "plan": "pro"})
mp.track("123", "Sign Up", {"source": "newsletter"})
""",
)
_JAVASCRIPT: Final = Snippet(
    key="javascript",
    title="JavaScript",
    install="npm install mixpanel-browser",
    code="""\
import mixpanel from "mixpanel-browser";

mixpanel.init("$token", { api_host: "$address" });
mixpanel.identify("123");
mixpanel.people.set({ $$name: "Alice", $$email: "alice@example.com", plan: "pro" });
mixpanel.track("Sign Up", { source: "newsletter" });
""",
)


def read_server_address(request: HttpRequest) -> str:
    """Where SDKs reach this server: the configured address, else the one this request came by."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")


def list_snippets(project: Project, *, address: str, group_key: GroupKey | None) -> list[Snippet]:
    """Python, JavaScript and curl, with this project's token."""
    if group_key is not None:
        return _list_group_snippets(project.token, address, group_key.key)
    record: dict[str, object] = {"$token": project.token, "$distinct_id": "123", "$set": _ALICE}
    return [
        _fill(_PYTHON, project.token, consumer=_write_consumer(address)),
        _fill(_JAVASCRIPT, project.token, address=address),
        _curl(f"{address}/engage?verbose=2", record),
    ]


def _fill(snippet: Snippet, token: str, **texts: str) -> Snippet:
    return replace(snippet, code=Template(snippet.code).substitute(token=token, **texts))


def _write_consumer(address: str) -> str:
    """How the Python package is told where to send."""
    scheme, _, host = address.partition("://")
    if scheme == "https":
        return f'Consumer(api_host="{host}")'
    # The package speaks https to a bare host; over http its addresses are given whole.
    return f'Consumer(\n    events_url="{address}/track",\n    people_url="{address}/engage",\n)'


def _list_group_snippets(token: str, address: str, key: str) -> list[Snippet]:
    record: dict[str, object] = {
        "$token": token,
        "$group_key": key,
        "$group_id": "acme",
        "$set": {"$name": "Acme", "plan": "pro"},
    }
    return [_curl(f"{address}/groups?verbose=2", record)]


def _curl(url: str, record: dict[str, object]) -> Snippet:
    # Indented by hand into shell quotes; json.dumps writes an apostrophe of a key as itself.
    body = json.dumps([record], indent=2).replace("'", "'\\''")
    return Snippet(
        key="curl", title="curl", install="",
        code=f"curl '{url}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'\n",
    )  # fmt: skip
