"""Every form a body may have, and every form of the answer."""

import base64
import gzip
import json
from urllib.parse import quote, urlencode

import pytest

from profiles_app.models import Event, Profile
from tests.conftest import SECRET
from tests.ingest.sending import Sender, basic_auth

FORM = "application/x-www-form-urlencoded"


def _encode(record: object, *, urlsafe: bool = False) -> str:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    return encode(json.dumps(record).encode()).decode()


@pytest.mark.parametrize("path", ["/engage", "/engage/"])
def test_json_object_and_array(send: Sender, path: str) -> None:
    assert send.post(path, send.update("1", set={"a": 1})).content == b"1"
    assert send.post(path, [send.update("2", set={"a": 1}), send.update("3", set={"a": 2})]).content == b"1"
    assert set(Profile.objects.values_list("distinct_id", flat=True)) == {"1", "2", "3"}


def test_form_field_with_json(send: Sender) -> None:
    body = urlencode({"data": json.dumps([send.update("é+/ %", set={"name": "Ünï + 100%"})]), "verbose": 1, "ip": 0})
    assert send.post("/engage", body, content_type=FORM).json() == {"status": 1, "error": None}
    assert send.properties("é+/ %") == {"name": "Ünï + 100%"}


@pytest.mark.parametrize("urlsafe", [False, True])
@pytest.mark.parametrize("padding", [False, True])
@pytest.mark.parametrize("escaped", [False, True])
def test_form_field_with_base64(send: Sender, urlsafe: bool, padding: bool, escaped: bool) -> None:
    record = send.update("1", set={"text": "þÿ??>>~~ÿÿ", "pad": "xy"})
    data = _encode(record, urlsafe=urlsafe)
    data = data if padding else data.rstrip("=")
    # Some SDKs do not escape the plus sign of base64, which then arrives as a blank.
    body = "data=" + (quote(data, safe="") if escaped else data)
    assert send.post("/engage", body, content_type=FORM).content == b"1"
    assert send.properties("1") == {"text": "þÿ??>>~~ÿÿ", "pad": "xy"}


def test_get_with_data_in_the_query(send: Sender) -> None:
    data = _encode(send.event("Open", "1"))
    assert send.client.get("/track/", {"data": data, "verbose": "1"}).json() == {"status": 1, "error": None}
    assert send.events("1")[0].name.name == "Open"


def test_beacon_sends_a_form_as_plain_text(send: Sender) -> None:
    body = "data=" + quote(json.dumps([send.event("Leave", "1")]))
    assert send.post("/track/?verbose=1", body, content_type="text/plain;charset=UTF-8").json()["status"] == 1
    assert len(send.events("1")) == 1


def test_json_that_is_called_text(send: Sender) -> None:
    body = json.dumps(send.event("Leave", "1"))
    assert send.post("/track", body, content_type="text/plain").content == b"1"


def test_multipart_without_data_is_refused_with_a_hint(send: Sender) -> None:
    answer = send.client.post("/track", {"other": "x"})
    assert answer.status_code == 400
    assert "Multipart forms are not taken" in answer.json()["error"]


def test_gzip_on_every_endpoint(send: Sender) -> None:
    bodies = {
        "/engage": [send.update("1", set={"a": 1})],
        "/groups": [{"$token": send.project.token, "$group_key": "company", "$group_id": "A", "$set": {"b": 1}}],
        "/track": [send.event("Open", "1")],
        "/import": [{"event": "Old", "properties": {"distinct_id": "1", "time": 1_600_000_000, "$insert_id": "i"}}],
    }
    for path, records in bodies.items():
        body = gzip.compress(json.dumps(records).encode())
        headers = {"Content-Encoding": "gzip", "Authorization": basic_auth(SECRET)}
        assert send.post(path, body, **headers).status_code == 200, path
    assert Profile.objects.count() == 2
    assert Event.objects.count() == 2


def test_gzip_of_several_members(send: Sender) -> None:
    text = json.dumps([send.event("Open", "1")]).encode()
    body = gzip.compress(text[:20]) + gzip.compress(text[20:])
    assert send.post("/track", body, **{"Content-Encoding": "gzip"}).content == b"1"


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        (b"plain", "gzip", "is not gzip"),
        (gzip.compress(b"[]" * 1000)[:-12], "gzip", "ends in the middle"),
        (b"[]", "br", "'br' is not understood"),
    ],
    # gzip writes the time into its head: as a name, the body would differ from worker to worker.
    ids=["plain", "cut", "brotli"],
)
def test_encodings_that_are_refused(send: Sender, body: bytes, encoding: str, message: str) -> None:
    answer = send.post("/track", body, **{"Content-Encoding": encoding})
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_ndjson(send: Sender) -> None:
    lines = [
        {"event": "Old", "properties": {"distinct_id": "1", "time": 1_600_000_000 + n, "$insert_id": str(n)}}
        for n in range(3)
    ]
    body = "\n".join(json.dumps(line) for line in lines) + "\n\n"
    answer = send.post("/import", body, content_type="application/x-ndjson", Authorization=basic_auth(SECRET))
    assert answer.json() == {"code": 200, "num_records_imported": 3, "status": "OK"}
    assert len(send.events("1")) == 3


def test_ndjson_names_the_line_that_is_broken(send: Sender) -> None:
    body = '{"event": "a", "properties": {}}\n{"event": oops}\n'
    answer = send.post("/import", body, content_type="application/x-ndjson", Authorization=basic_auth(SECRET))
    assert answer.status_code == 400
    assert "line 2, column 11" in answer.json()["error"]
    assert not Event.objects.exists()


def test_plain_answers(send: Sender) -> None:
    good, bad = send.update("1", set={"a": 1}), send.update("", set={"a": 1})
    for records, expected, failed in (([good], b"1", "0"), ([good, bad], b"1", "1"), ([bad], b"0", "1")):
        answer = send.engage(*records, query="")
        assert (answer.status_code, answer.content, answer["X-Failed-Records"]) == (200, expected, failed)
    assert answer["X-Error"] == (
        "1 of 1 records failed; record 0, $distinct_id: is empty; it must be a non-empty string."
    )


@pytest.mark.parametrize("verbose", ["1", "2"])
def test_verbose_answers(send: Sender, verbose: str) -> None:
    assert send.engage(send.update("1", set={"a": 1}), query=f"?verbose={verbose}").json() == {
        "status": 1,
        "error": None,
    }
    answer = send.engage(send.update("1", add={"a": "x"}), query=f"?verbose={verbose}").json()
    assert answer["status"] == 0
    assert '$add.a: "x" is not a number' in answer["error"]


def test_a_record_that_applies_in_part_is_accepted_and_said(send: Sender) -> None:
    answer = send.engage(send.update("1", set={"a": "text"}, add={"a": 1, "b": 2})).json()
    assert answer["status"] == 1
    assert '1 of 1 records failed; record 0, $add.a: cannot add to "text"' in answer["error"]
    assert send.properties("1") == {"a": "text", "b": 2}


def test_strict_answers(send: Sender) -> None:
    good = send.event("Open", "1")
    assert send.track(good, query="?strict=1").json() == {"code": 200, "num_records_imported": 1, "status": "OK"}
    bad = send.event("Open", "1", time="yesterday", **{"$insert_id": "abc"})
    answer = send.track(good, bad, 7, query="?strict=1")
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 400,
        "num_records_imported": 1,
        "status": "Bad Request",
        "error": "Some data points in the request failed validation.",
        "failed_records": [
            {
                "index": 1,
                "insert_id": "abc",
                "field": "properties.time",
                "message": "'properties.time' must be seconds or milliseconds since 1970, as a number.",
            },
            {
                "index": 2,
                "insert_id": "",
                "field": "token",
                "message": "'token' is missing, or not the token of a project here.",
            },
        ],
    }
    assert answer["X-Failed-Records"] == "2"
    assert len(send.events("1")) == 2


def test_import_is_strict_unless_asked_to_be_verbose_or_not_strict(send: Sender) -> None:
    record = {"event": "Old", "properties": {"distinct_id": "1", "time": 1, "$insert_id": "i"}}
    assert send.import_events(record).json()["num_records_imported"] == 1
    assert send.import_events(record, query="?verbose=1").json() == {"status": 1, "error": None}
    assert send.import_events(record, query="?strict=0").content == b"1"
    assert send.import_events(record, query="?ip=0&verbose=0").content == b"1"
    assert len(send.events("1")) == 1


def test_callback_and_picture(send: Sender) -> None:
    answer = send.track(send.event("Open", "1"), query="?callback=my.done")
    assert (answer.content, answer["Content-Type"]) == (b"my.done(1);", "text/javascript")
    answer = send.track(send.event("Open", "1"), query="?callback=alert(1)//")
    assert (answer.content, answer["Content-Type"]) == (b"1", "text/plain")
    answer = send.track(send.event("Open", "1"), query="?img=1")
    assert answer["Content-Type"] == "image/gif"
    assert answer.content.startswith(b"GIF89a")


def test_dry_run_says_what_would_happen_and_writes_nothing(send: Sender) -> None:
    send.engage(send.update("old", set={"a": 1}))
    answer = send.engage(send.update("old", set={"a": 2}), send.update("new", set={"a": 2}), 5, query="?dry_run=1")
    assert answer.json()["would"] == {"profiles_created": 1, "profiles_updated": 1, "profiles_deleted": 0}
    assert [failed["index"] for failed in answer.json()["failed_records"]] == [2]
    assert send.properties("old") == {"a": 1}
    assert not Profile.objects.filter(distinct_id="new").exists()
    assert send.track(send.event("Open", "new", time=1), query="?dry_run=1").json()["would"] == {"events": 1}
    assert not Event.objects.exists()


def test_cors_is_open_also_with_credentials(send: Sender) -> None:
    answer = send.client.options(
        "/track/",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Headers": "authorization,content-encoding"},
    )
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example"
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert answer["Access-Control-Allow-Headers"] == "authorization,content-encoding"
    answer = send.post("/track/", [send.event("Open", "1")], Origin="https://shop.example")
    assert answer["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Set-Cookie" not in answer


def test_other_methods_are_refused_in_words(send: Sender) -> None:
    answer = send.client.delete("/engage")
    assert (answer.status_code, answer.json()["error"]) == (405, "Send records with POST.")


@pytest.mark.parametrize("path", ["/engage", "/track", "/groups"])
def test_unknown_and_missing_tokens(send: Sender, path: str) -> None:
    record = {"$token": "nope", "$set": {}, "properties": {"token": "nope"}}
    answer = send.post(path, [record])
    assert (answer.status_code, answer.json()["status"]) == (401, "error")
    assert "token is not known" in answer.json()["error"]
    answer = send.post(f"{path}?verbose=1", [{"properties": {}}])
    assert (answer.status_code, answer.json()["status"]) == (401, 0)
    assert "No record carries a project token" in answer.json()["error"]
    answer = send.post(f"{path}?strict=1", [record])
    assert answer.json()["status"] == "Unauthorized"


def test_records_for_two_projects_in_one_request(send: Sender) -> None:
    from profiles_app.models import Project

    other = Project.objects.create(name="Other", token="other-token", secret_hash="x")
    record = {"$token": "other-token", "$distinct_id": "1", "$set": {"of": "other"}}
    assert send.engage(send.update("1", set={"of": "demo"}), record).json() == {"status": 1, "error": None}
    assert send.properties("1") == {"of": "demo"}
    assert Profile.objects.get(project=other).properties == {"of": "other"}
