"""Bodies that cannot be read, and what the API does when it fails itself."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from profiles_app.api import profiles
from profiles_app.errors import TooSlow, Unavailable
from tests.api.conftest import Caller

PATH = "/api/v1/profiles"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "nonsense",
        '{"limit": NaN}',
        '"text"',
        "[]",
        "7",
        "[" * 100_000,
        "1" * 5_000,
        b"\xff\xfe{}",
        r'{"search": "a\u0000b"}',
        r'{"search": "\ud800"}',
        r'{"\u0000": 1}',
    ],
)
def test_bodies_that_are_no_json_object(body: str | bytes, script: Caller) -> None:
    answer = script.post(PATH, body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["message"]


def test_a_text_that_looks_like_an_escape_is_text(script: Caller) -> None:
    assert script.post(PATH, json.dumps({"search": r"\u0000"})).status_code == 200


def test_only_json_is_read(script: Caller) -> None:
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"):
        answer = script.client.post(PATH, "{}", content_type=kind, headers=script.headers)
        assert answer.status_code == 415
        assert answer.json()["error"]["code"] == "wrong_media_type"


@pytest.mark.parametrize("path", [PATH, "/api/query/engage"])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_over_the_limit(path: str, kind: str, script: Caller) -> None:
    body = json.dumps({"search": "x" * 3_000_000}) if kind == "application/json" else "search=" + "x" * 3_000_000
    answer = script.client.post(path, body, content_type=kind, headers=script.headers)
    assert answer.status_code == (413 if "json" in kind or "query" in path else 415)


def test_too_many_fields(script: Caller) -> None:
    body = "&".join(f"f{number}=1" for number in range(2_000))
    kind = "application/x-www-form-urlencoded"
    answer = script.client.post("/api/query/engage", body, content_type=kind, headers=script.headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "bad_input"
    assert script.client.get(f"{PATH}?{body}", headers=script.headers).status_code == 400


@pytest.mark.parametrize("problem", [Unavailable("Away."), OperationalError("gone")])
def test_what_is_away_says_when_to_ask_again(
    problem: Exception, script: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(profiles, "read_people", fail)
    answer = script.get(PATH)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"
    assert int(answer["Retry-After"]) > 0


def test_a_question_that_takes_too_long(script: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TooSlow("Too slow.")

    monkeypatch.setattr(profiles, "read_people", fail)
    answer = script.get(PATH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "too_slow")


def test_a_bug_is_json_too(script: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(profiles, "read_people", fail)
    monkeypatch.setattr("logging.raiseExceptions", False)
    client = Client(raise_request_exception=False)
    answer = client.get(PATH, headers=script.headers)
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "server_error"
