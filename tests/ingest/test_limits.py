"""At each limit: the last thing that is allowed, and the first that is refused in words."""

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest

from profiles_app.ingest import limits
from profiles_app.models import Event, GroupKey, Profile, PropertyDefinition
from tests.ingest.sending import Sender


def test_records_in_a_request(send: Sender) -> None:
    records = [send.update(str(number), set={"n": number}) for number in range(2_000)]
    assert send.engage(*records).json() == {"status": 1, "error": None}
    assert Profile.objects.count() == 2_000
    answer = send.engage(*records, send.update("one more", set={"n": 1}))
    assert (answer.status_code, answer.json()["error"]) == (
        413,
        "2,001 records in one request; 2,000 are allowed. Send fewer.",
    )
    assert Profile.objects.count() == 2_000


def test_size_of_a_request(send: Sender) -> None:
    filler = ["x" * 900_000] * 12
    records = [send.event("Big", "1", text=text) for text in filler]
    assert send.track(*records[:11]).json() == {"status": 1, "error": None}
    for body, headers in (
        (json.dumps(records).encode(), {}),
        (gzip.compress(json.dumps(records).encode()), {"Content-Encoding": "gzip"}),
    ):
        answer = send.post("/track?verbose=1", body, **headers)
        assert answer.status_code == 413
        assert "10 MB" in answer.json()["error"]
    assert Event.objects.count() == 11


def test_gzip_bombs_are_not_unpacked(send: Sender) -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(300)) + packer.flush()
    assert len(bomb) < 2_000_000
    for path in ("/engage", "/groups", "/track", "/import"):
        tracemalloc.start()
        answer = send.post(path, bomb, **{"Content-Encoding": "gzip"})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert answer.status_code == 413
        assert "10 MB" in answer.json()["error"]
        assert peak < 100_000_000


def test_size_of_a_record(send: Sender) -> None:
    good = send.update("1", set={"text": "x" * 1_040_000})
    bad = send.update("2", set={"text": "x" * 1_050_000})
    answer = send.engage(good, bad, query="?strict=1").json()
    assert [(failed["index"], failed["message"]) for failed in answer["failed_records"]] == [
        (1, "a record may take 1024 KB, not more.")
    ]
    assert Profile.objects.get().distinct_id == "1"


def test_properties_of_a_profile(send: Sender, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        send.engage(send.update("1", set={f"p{number}": 1 for number in range(2_000)}))
    assert len(send.properties("1")) == 2_000
    answer = send.engage(send.update("1", set={"one more": 1}), query="?strict=1").json()
    assert answer["failed_records"][0]["message"] == "the profile would have more than 2,000 properties."
    assert send.engage(send.update("1", unset=["p0"], set={"one more": 1})).json()["status"] == 1
    assert len(send.properties("1")) == 2_000
    many = {f"q{number}": 1 for number in range(2_001)}
    assert send.engage(send.update("2", set=many)).json()["status"] == 0
    assert not Profile.objects.filter(distinct_id="2", deleted_at=None).exists()


def test_names_are_cut_and_it_is_said(send: Sender) -> None:
    answer = send.engage(send.update("1", set={"n" * 4_000: 1, "m" * 255: 2}), query="?strict=1").json()
    assert answer["warnings"][0]["message"].endswith("the name has 4,000 characters; it was cut to 255.")
    assert send.properties("1") == {"n" * 255: 1, "m" * 255: 2}
    answer = send.track(send.event("e" * 4_000, "1", **{"p" * 300: 1})).json()
    assert answer["status"] == 1
    assert "it was cut to 255" in answer["error"]
    event = send.events("1")[0]
    assert (event.name.name, event.properties) == ("e" * 255, {"p" * 255: 1})


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}])
def test_nesting(send: Sender, wrap: Any) -> None:
    value: Any = 1
    for _ in range(5):
        value = wrap(value)
    assert send.engage(send.update("1", set={"deep": value})).json()["status"] == 1
    answer = send.engage(send.update("1", set={"deep": wrap(value)})).json()
    assert "nested 5 deep, not deeper" in answer["error"]
    assert send.engage(send.update("2", append={"deep": wrap(value)})).json()["status"] == 0
    assert send.track(send.event("Deep", "1", deep=wrap(value))).json()["status"] == 0
    assert send.properties("1") == {"deep": value}


def test_size_of_a_list_or_object(send: Sender) -> None:
    good = ["x" * 1_000] * 250
    assert send.engage(send.update("1", set={"list": good})).json()["status"] == 1
    for value in ([*good, "x" * 20000], {"a": "x" * 270_000}):
        answer = send.engage(send.update("2", set={"big": value})).json()
        assert "may take 256 KB, not more" in answer["error"]
    answer = send.engage(send.update("1", append={"list": "x" * 20_000})).json()
    assert "$append.list: a list or object may take 256 KB" in answer["error"]
    assert send.properties("1") == {"list": good}


@pytest.mark.parametrize("value", ["", "   ", None, True, 1.5, [], {}, "x" * 256])
def test_distinct_ids_that_are_refused(send: Sender, value: Any) -> None:
    token = send.project.token
    update = {"$token": token, "$distinct_id": value, "$set": {"a": 1}}
    event = {"event": "Open", "properties": {"token": token, "distinct_id": value}}
    for answer in (send.engage(update), send.track(event)):
        assert answer.json()["status"] == 0
        assert "distinct_id" in answer.json()["error"]
    assert not Profile.objects.exists()


def test_the_longest_distinct_id(send: Sender) -> None:
    longest = "é" * 255
    send.engage(send.update(longest, set={"a": 1}))
    send.track(send.event("Open", longest))
    assert len(send.events(longest)) == 1


@pytest.mark.parametrize(
    ("text", "message"), [("a\0b", "holds a NUL character"), ("a\ud800b", "holds half of a surrogate pair")]
)
def test_text_that_cannot_be_stored_fails_its_record_only(send: Sender, text: str, message: str) -> None:
    good = send.update("good", set={"emoji": "\U0001f600", "backslash": "\\u0000"})
    for bad in (
        send.update(text, set={"a": 1}),
        send.update("bad", set={text: 1}),
        send.update("bad", set={"a": text}),
        send.update("bad", set={"a": [{"b": text}]}),
        send.update("bad", set={"a": {text: 1}}),
        send.update("bad", append={"a": text}),
        send.update("bad", unset=[text]),
    ):
        answer = send.engage(good, bad, query="?strict=1").json()
        assert [failed["index"] for failed in answer["failed_records"]] == [1]
        assert message in answer["failed_records"][0]["message"]
    for event in (
        send.event(text, "1"),
        send.event("Open", text),
        send.event("Open", "1", a=text),
        send.event("Open", "1", **{"$insert_id": text}),
    ):
        answer = send.track(event, send.event("Good", "good"), query="?strict=1").json()
        assert [failed["index"] for failed in answer["failed_records"]] == [0]
        assert message in answer["failed_records"][0]["message"]
    assert send.properties("good") == {"emoji": "\U0001f600", "backslash": "\\u0000"}
    assert {person.distinct_id for person in Profile.objects.all()} == {"good"}


def test_group_keys_of_a_project(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GROUP_KEYS", 2)
    records = [
        {"$token": send.project.token, "$group_key": f"key{number}", "$group_id": "A", "$set": {"a": 1}}
        for number in range(3)
    ]
    answer = send.groups(*records, query="?strict=1").json()
    assert [failed["index"] for failed in answer["failed_records"]] == [2]
    assert GroupKey.objects.count() == 2


def test_property_names_of_a_project(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROPERTY_NAMES", 3)
    send.engage(send.update("1", set={"a": 1, "b": 1}))
    answer = send.engage(
        send.update("2", set={"c": 1}),
        send.update("3", set={"a": 1, "d": 1}),
        send.update("4", set={"a": 1, "no\0": 1, "\ud800": 1}),
        send.update("5", set={"b": 1}),
        query="?strict=1",
    ).json()
    assert {failed["index"]: failed["field"] for failed in answer["failed_records"]} == {1: "d", 2: "$set"}
    assert "is new, and the project has 3 property names, which is the limit" in str(answer)
    assert send.track(send.event("Open", "1", a=1)).json()["status"] == 0
    assert send.track(send.event("Open", "1")).json()["status"] == 1
    assert set(PropertyDefinition.objects.values_list("name", flat=True)) == {"a", "b", "c"}
    assert {person.distinct_id for person in Profile.objects.all()} == {"1", "2", "5"}


def test_event_names_of_a_project(send: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENT_NAMES", 2)
    send.track(send.event("A", "1"), send.event("B", "1"))
    answer = send.track(send.event("C", "1"), send.event("A", "1"), query="?strict=1").json()
    assert [(failed["index"], failed["field"]) for failed in answer["failed_records"]] == [(0, "event")]
    assert [event.name.name for event in send.events("1")] == ["A", "B", "A"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "There are no records"),
        (b"[]", "the list is empty"),
        (b"[", "not valid JSON (line 1, column 2"),
        (b'[{"a": 1},\n nope]', "not valid JSON (line 2, column 2"),
        (b"\xff\xfe", "form field named data"),
        (b'{"a": "\xff"}', "not valid JSON"),
        (b"NaN", "form field named data"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": 1e999}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'[{"a": "\\ud800", "b": }]', "not valid JSON"),
        (b"[1, 2]", "No record is an object"),
        (b'"text"', "must be a record (an object) or a list"),
    ],
)
def test_bodies_that_are_no_records(send: Sender, body: bytes, message: str) -> None:
    for path in ("/engage", "/groups", "/track"):
        content_type = "application/json" if b"form" not in message.encode() else "text/plain"
        answer = send.post(path, body, content_type=content_type)
        assert answer.status_code == 400, answer.content
        assert message in answer.json()["error"] or "is not UTF-8" in answer.json()["error"]
