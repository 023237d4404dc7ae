"""docs/api.md is held against the API."""

import argparse
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from config.runtime.folders import CHECKOUT
from profiles_app.api import profiles, stream
from profiles_app.api.compatible import MOST_IDS
from profiles_app.api.documentation import make_schema
from profiles_app.api.engage_pages import PAGE_SIZE
from profiles_app.api.parameters import MOST_ROWS
from profiles_app.models import Project
from tests.conftest import SECRET
from tests.ingest.sending import basic_auth
from tests.pages.making import NOW, make_events, make_profile

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

PAGE = (CHECKOUT / "docs/api.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines()
    if line.strip()
]


def run_curl(command: str) -> "Answer":
    """What curl would be answered."""
    options = argparse.ArgumentParser()
    options.add_argument("-u")
    options.add_argument("-G", action="store_true")
    options.add_argument("-X", dest="method", default="POST")
    options.add_argument("-H", action="append", default=[])
    options.add_argument("-d", "--data-urlencode", action="append", default=[], dest="fields")
    options.add_argument("url")
    given = options.parse_args(shlex.split(command)[1:])
    assert given.u == "SECRET:"
    headers = {"Authorization": basic_auth(SECRET)}
    path = given.url.removeprefix("http://127.0.0.1:8000")
    if given.H == ["Content-Type: application/json"]:
        return Client().generic(given.method, path, given.fields[0], content_type="application/json", headers=headers)
    if given.method == "DELETE":
        return Client().delete(path, headers=headers)
    fields = dict(field.split("=", 1) for field in given.fields)
    if given.G or not fields:
        return Client().get(path, fields or None, headers=headers)
    return Client().post(path, fields, headers=headers)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_answered(command: str, project: Project) -> None:
    properties = {"$name": "Alice", "$email": "alice@example.com", "plan": "pro", "logins": 7}
    alice = make_profile(project, "123", properties)
    make_profile(project, "reports/events", {"plan": "pro"})
    make_events(alice, "Signed Up", [NOW], {"via": "ad"})
    answer = run_curl(command)
    assert answer.status_code in {200, 201, 204}, answer.content
    assert answer.status_code == 204 or answer.json() not in ({"total": 0}, {"results": []})


def test_every_address_is_told() -> None:
    for path in make_schema()["paths"]:
        assert f"{path}`" in PAGE or f"{path}?" in PAGE


def test_every_parameter_of_profiles_is_told() -> None:
    for name in profiles.ProfilesParameters().fields:
        assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize(
    "said",
    [
        f"1 to {MOST_ROWS:,}; {profiles.DEFAULT_LIMIT} where it is missing",
        f"Pages hold {PAGE_SIZE:,} profiles",
        f"more than {stream.MOST_EVENTS:,}",
        f"at most {MOST_IDS:,} ids",
    ],
)
def test_limits_are_told(said: str) -> None:
    assert said in PAGE
