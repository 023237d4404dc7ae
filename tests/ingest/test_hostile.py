"""Whatever is sent: no 500, nothing half-written, and a message that says what was wrong."""

import base64
import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles_app.ingest import take
from profiles_app.ingest.outcome import Outcome
from profiles_app.models import Event, GroupKey, Profile, Project
from tests.conftest import SECRET
from tests.ingest.sending import Sender, basic_auth

ENDPOINTS = ["/engage", "/groups", "/track", "/import"]
QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

ODD_TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "\0", "\ud800", "a\udfffb", "x" * 4_000, "\u202eevil", "𝒳" * 260, "$set", "{}", "\\u0000"]),
)
ODD_SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    ODD_TEXT,
)
ODD_VALUE = st.recursive(
    ODD_SCALAR,
    lambda children: st.one_of(st.lists(children, max_size=4), st.dictionaries(ODD_TEXT, children, max_size=4)),
    max_leaves=12,
)
OPERATION_NAMES = ["$set", "$set_once", "$add", "$append", "$union", "$remove", "$unset", "$delete", "$nonsense"]


def _records(token: str) -> st.SearchStrategy[list[Any]]:
    """Records that are nearly right, and some that are nothing of the kind."""
    distinct_id = st.one_of(st.sampled_from(["a", "b"]), ODD_VALUE)
    payload = st.one_of(st.dictionaries(ODD_TEXT, ODD_VALUE, max_size=3), ODD_VALUE)
    update = st.builds(
        lambda identity, group, time, steps: {
            "$token": token,
            "$distinct_id": identity,
            "$group_key": group,
            "$group_id": identity,
            "$time": time,
            **steps,
        },
        distinct_id,
        st.one_of(st.just("company"), ODD_VALUE),
        st.one_of(st.none(), ODD_SCALAR),
        st.dictionaries(st.sampled_from(OPERATION_NAMES), payload, max_size=3),
    )
    event = st.builds(
        lambda name, identity, time, properties: {
            "event": name,
            "properties": {**properties, "token": token, "distinct_id": identity, "time": time},
        },
        st.one_of(st.just("Open"), ODD_VALUE),
        distinct_id,
        st.one_of(st.none(), st.integers(0, 2 * 10**9), ODD_SCALAR),
        st.dictionaries(ODD_TEXT, ODD_VALUE, max_size=3),
    )
    return st.lists(st.one_of(update, event, ODD_VALUE), min_size=1, max_size=5)


def _check_answer(answer: Any) -> None:
    assert answer.status_code in {200, 400, 401, 413}, answer.content
    if answer.status_code == 200 and answer["X-Failed-Records"] == "0":
        return
    assert len(answer["X-Error"]) > 10
    assert "Traceback" not in answer.content.decode()


@QUIET
@given(data=st.data(), path=st.sampled_from(ENDPOINTS), query=st.sampled_from(["", "?verbose=1", "?strict=1"]))
def test_nearly_right_records(send: Sender, data: Any, path: str, query: str) -> None:
    records = data.draw(_records(send.project.token))
    answer = send.post(path + query, json.dumps(records), Authorization=basic_auth(SECRET))
    _check_answer(answer)
    if "strict" in query and answer.status_code == 400 and "failed_records" in answer.json():
        failed = {failure["index"] for failure in answer.json()["failed_records"]}
        assert failed <= set(range(len(records)))
    for person in Profile.objects.all():
        assert person.distinct_id.strip()
        assert len(person.distinct_id) <= 255
        assert len(person.properties) <= 2_000


@QUIET
@given(
    body=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))),
    wrap=st.sampled_from(["plain", "form", "base64", "gzip", "half"]),
    path=st.sampled_from(ENDPOINTS),
    content_type=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "application/x-ndjson",
            "text/plain",
            "x/y; charset=\x7f",
        ]
    ),
)
def test_arbitrary_bytes(send: Sender, body: bytes, wrap: str, path: str, content_type: str) -> None:
    headers = {"Authorization": basic_auth(SECRET)}
    if wrap == "form":
        body = b"data=" + body
    elif wrap == "base64":
        body = b"data=" + base64.b64encode(body)
    elif wrap in {"gzip", "half"}:
        body = gzip.compress(body)[: -1 if wrap == "gzip" else 10]
        headers["Content-Encoding"] = "gzip"
    _check_answer(send.post(path, body, content_type=content_type, **headers))
    assert not Profile.objects.exists()
    assert not Event.objects.exists()


@QUIET
@given(data=st.data(), cut=st.floats(0.0, 0.99))
def test_half_a_body_writes_nothing(send: Sender, data: Any, cut: float) -> None:
    body = json.dumps([send.update("a", set={"n": 1}), send.update("b", set={"text": data.draw(st.text(max_size=30))})])
    answer = send.post("/engage", body[: int(len(body) * cut)])
    assert answer.status_code == 400
    _check_answer(answer)
    assert not Profile.objects.exists()


@pytest.mark.parametrize("path", ENDPOINTS)
def test_deep_nesting(send: Sender, path: str) -> None:
    for depth in (10, 500, 2_000, 400_000):
        for left, right in (("[", "]"), ('{"a":', "}")):
            body = f'[{{"$token":"{send.project.token}","$set":{{"a":{left * depth}1{right * depth}}}}}]'
            _check_answer(send.post(path, body, Authorization=basic_auth(SECRET)))
    assert not Profile.objects.exists()


def test_a_fault_of_one_record_does_not_change_how_others_are_read(send: Sender) -> None:
    """A lone surrogate anywhere has the whole batch read by the lenient parser."""
    bad = send.update("bad", set={"x": "\ud800"})
    for number in (2**70, -(2**70), 2**63, 10**300):
        answer = send.engage(send.update("good", set={"n": number}), bad, query="?strict=1").json()
        assert [failed["index"] for failed in answer["failed_records"]] == [1]
        assert float(send.properties("good")["n"]) == float(number)
    for number in (10**400, -(10**400)):
        answer = send.engage(send.update("other", add={"n": number}), bad)
        assert answer.status_code == 400
        answer = send.track(send.event("Open", "1", time=number), send.event("\ud800", "1"))
        assert answer.status_code == 400
    assert {person.distinct_id for person in Profile.objects.all()} == {"good"}


@pytest.mark.parametrize("depth", [300, 990, 1_000, 1_010, 5_000])
def test_deep_nesting_in_a_large_body(send: Sender, depth: int) -> None:
    filler = [send.update(f"p{number}", set={"text": "x" * 600_000}) for number in range(2)]
    deep = f'{{"$token":"{send.project.token}","$distinct_id":"deep","$set":{{"a":{"[" * depth}1{"]" * depth}}}}}'
    body = json.dumps(filler)[:-1] + "," + deep + "]"
    answer = send.post("/engage?strict=1", body)
    _check_answer(answer)
    assert not Profile.objects.filter(distinct_id="deep").exists()


@QUIET
@given(text=st.text(st.characters(max_codepoint=0x2FF), max_size=30))
def test_messages_fit_into_headers(send: Sender, text: str) -> None:
    answer = send.engage(send.update("1", set={"ok": 1}, add={f"a{text}": "x"}), query="")
    assert answer.status_code == 200
    assert all(" " <= character <= "~" for character in answer["X-Error"])


def test_long_lists_are_merged_quickly(send: Sender) -> None:
    """Each record holds up the others of its profile, so none may cost the square of its list."""
    records = [send.update("1", union={"list": [f"{number}-{item}" for item in range(100)]}) for number in range(150)]
    again = [send.update("1", union={"list": [f"{number}-1", True, 1, 1.0, {"a": 1}]}) for number in range(150)]
    assert send.engage(*records, *again).json()["status"] == 1
    values = send.properties("1")["list"]
    assert len(values) == 15_003
    assert values[-3:] == [True, 1, {"a": 1}]
    removals = [send.update("1", remove={"list": f"{number}-{item}"}) for number in range(150) for item in range(10)]
    assert send.engage(*removals).json()["status"] == 1
    assert len(send.properties("1")["list"]) == 13_503


def test_a_body_in_chunks(send: Sender) -> None:
    body = json.dumps([send.update("1", set={"a": 1})]).encode()
    headers = {"Transfer-Encoding": "chunked"}
    server: dict[str, Any] = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": ""}
    answer = send.client.post("/engage", None, headers=headers, **server)
    assert "cannot be read here" in answer.json()["error"]
    answer = send.client.post("/engage", None, headers=headers, **(server | {"wsgi.input_terminated": True}))
    assert answer.content == b"1"
    assert send.properties("1") == {"a": 1}


def test_several_projects_in_one_request_are_written_together(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not acknowledged is sent again, so none of it may stay."""
    other = Project.objects.create(name="Other", token="other", secret_hash="x")
    original = take.engage

    def fail_for_other(records: take.Records, outcome: Outcome) -> None:
        original(records, outcome)
        if records.project == other:
            raise OperationalError("the connection is lost")

    monkeypatch.setattr(take, "engage", fail_for_other)
    record = {"$token": "other", "$distinct_id": "1", "$add": {"n": 1}}
    assert send.engage(send.update("1", add={"n": 1}), record).status_code == 503
    assert not Profile.objects.exists()


def test_ten_megabytes_of_names(send: Sender) -> None:
    wide = send.update("wide", set={f"property {number}": number for number in range(300_000)})
    answer = send.engage(wide, query="?strict=1")
    assert answer.status_code == 400
    assert "the project has 50,000 property names, which is the limit" in answer.content.decode()
    assert not Profile.objects.exists()


def test_errors_on_the_way_undo_the_whole_batch(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug after the rows were written: the client is told by a 500 and nothing is there."""
    from profiles_app.ingest import write_profiles

    def break_down(*arguments: object) -> None:
        raise RuntimeError("after the rows were written")

    monkeypatch.setattr(write_profiles, "learn_properties", break_down)
    client = Client(raise_request_exception=False)
    answer = Sender(client, send.project).engage(send.update("a", set={"n": 1}))
    assert answer.status_code == 500
    assert not Profile.objects.exists()


def test_a_database_that_is_away_is_said(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    from profiles_app.ingest import views

    def fail(*arguments: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(views, "get_projects_by_token", fail)
    answer = send.engage(send.update("a", set={"n": 1}))
    assert answer.status_code == 503
    assert answer.json() == {
        "status": 0,
        "error": "The database cannot be reached at the moment. Send this again.",
    }


@pytest.mark.parametrize("query", ["?verbose=1", "?strict=1", ""])
def test_a_bug_is_answered_in_the_form_of_the_sender(
    send: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    def fail(records: object, outcome: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(take, "engage", fail)
    send.client.raise_request_exception = False
    answer = send.post(f"/engage{query}", [send.update("a", set={"n": 1})], origin="https://shop.example.com")
    assert answer.status_code == 500
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert "Send this again later." in answer.json()["error"]
    assert "RuntimeError: a bug" in caplog.text


def test_a_kind_of_group_that_is_being_deleted_is_said(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch found the group key before the deletion committed, and its rows arrive after it."""
    gone = GroupKey(pk=2_000_000_000, project=send.project, key="company", label="Companies")
    monkeypatch.setattr(take, "ensure_group_key", lambda project, key: gone)
    record = {"$token": send.project.token, "$group_key": "company", "$group_id": "A", "$set": {"a": 1}}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    answer = send.groups(record)
    assert answer.status_code == 503
    assert "was being deleted at this moment" in answer.json()["error"]


@pytest.mark.django_db
def test_another_project_is_never_touched(send: Sender) -> None:
    other = Project.objects.create(name="Other", token="other", secret_hash="x")
    send.engage({"$token": "other", "$distinct_id": "1", "$set": {"of": "other"}})
    send.engage(send.update("1", set={"of": "demo"}), send.update("1", delete=""))
    send.import_events(
        {"event": "Old", "properties": {"distinct_id": "1", "time": 1, "token": "other", "$insert_id": "i"}}
    )
    assert Profile.objects.get(project=other).properties == {"of": "other"}
    assert set(Event.objects.values_list("project_id", flat=True)) == {send.project.pk}
