"""/api/v1/imports, step by step."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports_app.models import Import
from imports_app.work.job import work_on
from profiles_app.models import GroupKey, Project
from tests.api.conftest import Caller, account, ask_as, companies, script  # noqa: F401 — fixtures
from tests.imports.making import read_people, write_csv

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/imports"
ROWS = [["$distinct_id", "plan", "age"], ["a", "pro", "30"], ["b", "free", "x"], ["", "free", "1"], ["b", "pro", "31"]]


def send(caller: Caller, content: bytes, *, name: str = "people.csv", **fields: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return caller.client.post(PATH, {**caller.always, **fields, "file": file}, headers=caller.headers)


def patch(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    return caller.client.patch(
        path, body, content_type="application/json", query_params=caller.always, headers=caller.headers
    )


def test_from_the_file_to_the_undo(project: Project, script: Caller) -> None:  # noqa: F811
    made = send(script, write_csv(ROWS)).json()
    assert made["state"] == "uploaded"
    assert made["detected"] | {"line_end": "any"} == made["reading"]
    assert [(column["index"], column["header"], column["property"]) for column in made["columns"]] == [
        (0, "$distinct_id", "$distinct_id"),
        (1, "plan", "plan"),
        (2, "age", "age"),
    ]
    assert made["columns"][2]["samples"] == ["30", "x", "1", "31"]
    assert made["columns"][2]["misfits"]["number"] == 1
    path = f"{PATH}/{made['id']}"
    columns = [{"index": 0, "property": "$distinct_id"}, {"index": 2, "property": "Age", "kind": "number"}]
    mapped = patch(script, path, {"columns": columns, "empty": "keep"}).json()
    assert mapped["state"] == "mapped"
    assert [column["chosen"] for column in mapped["columns"]] == [True, False, True]
    assert script.post(f"{path}/check", {}).status_code == 202
    checked = script.read(path)
    assert checked["state"] == "checked"
    numbers = {name: checked[name] for name in ("read", "created", "updated", "unchanged", "rejected", "duplicates")}
    assert numbers == {"read": 4, "created": 2, "updated": 0, "unchanged": 0, "rejected": 2, "duplicates": 0}
    rejected = script.get(f"{path}/rejected.csv").getvalue().decode().splitlines()
    assert rejected[1].startswith("3,age,“x” is not a number")
    assert rejected[2] == "4,$distinct_id,The id is empty.,,free,1"
    assert read_people(project) == {}
    assert script.post(f"{path}/start", {}).json()["state"] == "running"
    work_on(made["id"])
    done = script.read(path)
    assert (done["state"], done["created"], done["read"]) == ("done", 2, 4)
    assert read_people(project) == {"a": {"Age": 30}, "b": {"Age": 31}}
    assert script.post(f"{path}/start", {}).status_code == 409
    assert script.post(f"{path}/undo", {}).json()["state"] == "undoing"
    work_on(made["id"])
    assert script.read(path)["state"] == "undone"
    assert read_people(project) == {}
    assert [job["state"] for job in script.read(PATH)["results"]] == ["undone"]


def test_groups_and_gzip(project: Project, script: Caller, companies: GroupKey) -> None:  # noqa: F811
    content = gzip.compress(write_csv([["$group_id", "seats"], ["acme", "5"]]))
    made = send(script, content, name="companies.csv.gz", group_key="company").json()
    assert made["group_key"] == "company"
    script.post(f"{PATH}/{made['id']}/start", {})
    work_on(made["id"])
    assert read_people(project, companies) == {"acme": {"seats": "5"}}
    assert read_people(project) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "spreadsheet"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04" + bytes(26) + b"people.csv", "archive"),
        (bytes(range(1, 32)) * 40, "not text"),
        (gzip.compress(b"\x89PNG\r\n\x1a\n"), "image"),
        (gzip.compress(b"a,b\n1,2\n" * 5000)[:60], "gzip"),
    ],
)
def test_what_is_no_csv_is_refused_and_leaves_nothing(
    script: Caller,  # noqa: F811
    content: bytes,
    said: str,
) -> None:
    answer = send(script, content)
    assert answer.status_code == 400, answer.content
    assert said in answer.json()["error"]["message"]
    assert not Import.objects.exists()


def test_who_may(project: Project, ask_as: Callable[[str], Caller]) -> None:  # noqa: F811
    content = write_csv(ROWS)
    made = send(ask_as("owner"), content).json()
    path = f"{PATH}/{made['id']}"
    assert made["created_by"] == "owner@example.com"
    for who, status in (("teammate", 403), ("outsider", 404), ("anonymous", 401)):
        caller = ask_as(who)
        assert send(caller, content).status_code == status
        for step in ("check", "start", "cancel", "undo"):
            assert caller.post(f"{path}/{step}", {}).status_code == status
        assert patch(caller, path, {"empty": "clear"}).status_code == status
    assert ask_as("teammate").get(path).status_code == 200
    assert ask_as("outsider").get(path).status_code == 404
    assert ask_as("account").get(path).status_code == 200
    assert Import.objects.get().state == "uploaded"


def test_wrong_wishes_say_where(script: Caller) -> None:  # noqa: F811
    path = f"{PATH}/{send(script, write_csv(ROWS)).json()['id']}"
    for body, place in (
        ({"columns": [{"index": 9, "property": "x"}]}, "columns"),
        ({"columns": [{"index": 1, "property": ""}, {"index": 0, "property": "$distinct_id"}]}, "columns[1]"),
        ({"delimiter": "x"}, "delimiter"),
        ({"nonsense": 1}, "nonsense"),
    ):
        answer = patch(script, path, body)
        assert answer.status_code == 400, answer.content
        assert answer.json()["error"]["details"][0]["path"] == place
    assert Import.objects.get().state == "uploaded"


def test_a_body_of_another_kind_is_told_which_is_read(script: Caller) -> None:  # noqa: F811
    answer = script.client.post(PATH, b"$distinct_id,a\n1,2\n", content_type="text/csv", headers=script.headers)
    assert answer.status_code == 415
    assert "send multipart/form-data." in answer.json()["error"]["message"]
    made = send(script, write_csv(ROWS)).json()
    answer = script.post(f"{PATH}/{made['id']}/start", {"now": True})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "now: There is no parameter of this name here, nor any other."


def test_imports_before_one(project: Project, script: Caller) -> None:  # noqa: F811
    jobs = Import.objects.bulk_create(Import(project=project, name=f"{n}.csv", bytes=1) for n in range(3))
    listed = script.read(PATH, before=jobs[2].pk)["results"]
    assert [job["name"] for job in listed] == ["1.csv", "0.csv"]
    assert script.read(PATH, before=10**12)["results"][0]["name"] == "2.csv"
    assert script.read(PATH, before=-(10**30))["results"] == []
