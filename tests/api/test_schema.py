"""The description of the API, and the API held against it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from schemathesis import Case, CheckContext, Config, GenerationMode, Response, openapi
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from profiles_app.api.documentation import make_schema
from profiles_app.api.schema import FORM
from profiles_app.filters.leaves import CASTABLE
from profiles_app.filters.operators import OPERATORS
from profiles_app.models import GroupKey, Project
from tests.conftest import SECRET
from tests.ingest.sending import basic_auth
from tests.pages.making import NOW, make_events, make_profile

APPLICATION = get_wsgi_application()
# NUL characters are refused everywhere; tests/api/test_bodies.py has them.
SCHEMA = openapi.from_dict(make_schema(), config=Config.from_dict({"generation": {"allow-x00": False}}))
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}


@pytest.fixture
def _same_connection() -> Iterator[None]:
    """The application runs inside the transaction of the test; it may not close its connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def _somebody(project: Project, settings: Settings, _same_connection: None) -> None:
    """Somebody to be found."""
    settings.ALLOWED_HOSTS = ["*"]
    alice = make_profile(project, "alice", {"plan": "pro", "age": 30, "tags": ["a"]})
    make_events(alice, "Sign Up", [NOW], {"plan": "pro"})
    GroupKey.objects.create(project=project, key="company", label="Companies")


# Refusals of what fits the description, and yet means nothing: a cursor that nobody gave out, days in
# the wrong order, a filter that runs against a limit, a parameter beside one that it does not go with, a name
# that is taken or can be none.
UNDERSTOOD = {"bad_cursor", "bad_filter", "contradiction", "range", "required", "wrong_value"}


def accepts_what_fits(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """What the description allows is answered, or refused for its meaning."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or response.status_code != 400:
        return
    error = response.json()["error"]
    codes = {detail["code"] for detail in error["details"]} | {error["code"]}
    # schemathesis writes lists and objects into forms in its own way, not as JSON.
    assert codes & UNDERSTOOD or case.media_type == FORM, error


def refuses_what_does_not_fit(context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Of forms, fields with odd names are lost before they are sent: what arrives may fit."""
    return None if case.media_type == FORM else negative_data_rejection(context, response, case)


@pytest.mark.usefixtures("_somebody")
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_the_api_does_what_its_description_says(label: str, mode: GenerationMode) -> None:
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(
            app=APPLICATION,
            headers={"Authorization": basic_auth(SECRET)},
            additional_checks=[accepts_what_fits, refuses_what_does_not_fit],
            excluded_checks=[positive_data_acceptance, negative_data_rejection],
        )

    ask()


def test_the_schema_is_made_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yaml"))


def test_the_schema_is_served_as_yaml_and_as_json() -> None:
    client = Client()
    for path in ("/api/schema", "/api/schema/"):
        answer = client.get(path)
        assert answer["Content-Type"] == "application/yaml"
        as_yaml = yaml.safe_load(answer.content)
    for answer in (
        client.get("/api/schema", {"format": "json"}),
        client.get("/api/schema", headers={"Accept": "application/json"}),
    ):
        assert answer["Content-Type"] == "application/json"
        assert answer.json() == as_yaml == make_schema()
    assert client.get("/api/schema?format=yaml", headers={"Accept": "application/json"}).content[:7] == b"openapi"
    assert client.post("/api/schema").status_code == 405


def test_the_schema_tells_every_operator() -> None:
    components = make_schema()["components"]["schemas"]
    for operator in OPERATORS:
        leaf = components[f"Filter{operator.type.value.title()}Property"]
        forms = leaf.get("oneOf", [leaf])
        (form,) = [form for form in forms if operator.key in form["properties"]["op"]["enum"]]
        assert operator.label in form["description"]
        assert ("cast" in form["properties"]) == (operator.type in CASTABLE)


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    components = make_schema()["components"]["schemas"]
    names = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(make_schema()))
    assert set(names) <= set(components)


def test_the_page_of_the_api() -> None:
    answer = Client().get("/api/docs")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    for address in re.findall(r'(?:src|href|data-schema)="([^"]+)"', page):
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/"))
        else:
            assert Client().get(address).status_code in {200, 302}
    assert not re.search(r"<script(?![^>]*src=)|<style|style=", page)
