"""The file over HTTP: its numbers agree with the page's and the API's, and it ends cleanly."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import Settings

from profiles_app.columnar.compaction import compact
from profiles_app.errors import TooSlow, Unavailable
from profiles_app.export import stream
from profiles_app.export.stream import MOST_AT_ONCE, ExportQuery, open_export
from profiles_app.models import GroupKey, Profile, Project
from profiles_app.selectors.people import PeopleQuery
from tests.conftest import SECRET
from tests.ingest.sending import basic_auth
from tests.pages.making import NOW, make_events, make_profile
from tests.pages.test_table import make_mixed_people, walk_pages

_PRO = {"property": "plan", "type": "string", "op": "is", "value": ["pro"]}
_DID = {"event": "Sign Up", "op": "at_least", "value": 1}


def read_rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.getvalue()
    return list(csv.reader(io.StringIO(answer.getvalue().decode(), newline="")))


def read_ids(answer: Any) -> list[str]:
    return [row[0] for row in read_rows(answer)[1:]]


def make_everybody(project: Project) -> None:
    make_mixed_people(project, 130)
    for index, profile in enumerate(Profile.objects.order_by("id")):
        profile.properties["plan"] = "pro" if index % 3 else "free"
        profile.save()
        if index % 4 == 0:
            make_events(profile, "Sign Up", [NOW])
    make_profile(project, "visitor")


@pytest.mark.parametrize(
    "state",
    [
        "",
        "population=all",
        "search=p01",
        "sort=mixed",
        "sort=-mixed",
        "sort=$distinct_id",
        "sort=-$last_event&population=all",
        f"filter={quote(json.dumps({'where': _PRO}))}&sort=$email",
        f"filter={quote(json.dumps({'where': {'all': [_PRO, _DID]}}))}&sort=mixed",
    ],
)
def test_the_same_people_in_the_same_order(project: Project, owner: Client, state: str) -> None:
    make_everybody(project)
    base = f"/projects/{project.pk}/users"
    on_pages, _ = walk_pages(owner, f"{base}?{state}")
    answer = owner.get(f"{base}/export.csv?{state}")
    assert answer["X-Total-Rows"] == str(len(on_pages))
    assert read_ids(answer) == on_pages
    script = {"Authorization": basic_auth(SECRET)}
    assert read_ids(Client().get(f"/api/v1/profiles/export.csv?{state}", headers=script)) == on_pages
    count = Client().get(f"/api/v1/profiles?{state}", headers=script).json()["total"]
    assert count == len(on_pages)
    said = owner.get(f"{base}/export?{state}").content.decode()
    assert f"<strong>{len(on_pages)}</strong>" in said


def test_the_file_has_the_columns_of_the_table(project: Project, owner: Client) -> None:
    make_profile(project, "a", {"$name": "Ada", "$email": "a@b.c", "x": 1})
    base = f"/projects/{project.pk}/users/export.csv"
    answer = owner.get(base)
    assert read_rows(answer)[0] == [
        "$distinct_id",
        "$name",
        "$email",
        "$last_seen",
        "$country_code",
        "$region",
        "$city",
    ]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="users-\d{4}-\d\d-\d\d\.csv"', answer["Content-Disposition"])
    assert answer["X-Accel-Buffering"] == "no"
    assert "no-store" in answer["Cache-Control"]
    assert read_rows(owner.get(f"{base}?columns=x")) == [["$distinct_id", "$name", "x"], ["a", "Ada", "1"]]


def test_the_api_chooses_columns(project: Project) -> None:
    make_profile(project, "a", {"x": "=1", "y": [1]})
    script = {"Authorization": basic_auth(SECRET)}
    body: dict[str, Any] = {"columns": ["y", "x"], "filter": {"where": {"all": []}}}
    path = "/api/v1/profiles/export.csv"
    answer = Client().post(path, body, content_type="application/json", headers=script)
    assert read_rows(answer) == [["$distinct_id", "y", "x"], ["a", "[1]", "'=1"]]
    raw = Client().post(path, body | {"raw": True}, content_type="application/json", headers=script)
    assert read_rows(raw)[1] == ["a", "[1]", "=1"]
    assert Client().get(f"{path}?colums=x", headers=script).status_code == 400


def test_the_api_takes_distinct_ids(project: Project) -> None:
    for name in ("a", "b,c", "d"):
        make_profile(project, name, {"x": name})
    script = {"Authorization": basic_auth(SECRET)}
    path = "/api/v1/profiles/export.csv"
    asked = quote('a,"b,c",nobody')
    answer = Client().get(f"{path}?distinct_ids={asked}&sort=$distinct_id", headers=script)
    assert read_ids(answer) == ["a", "b,c"]
    for ids, expected in ((["d", "d"], ["d"]), ([], [])):
        answer = Client().post(path, {"distinct_ids": ids}, content_type="application/json", headers=script)
        assert read_ids(answer) == expected
    # The other parameters hold too.
    assert read_ids(Client().get(f"{path}?distinct_ids=a,d&search=d", headers=script)) == ["d"]
    too_many = {"distinct_ids": [str(number) for number in range(2001)]}
    assert Client().post(path, too_many, content_type="application/json", headers=script).status_code == 400


def test_raw_values_on_the_page(project: Project, owner: Client) -> None:
    make_profile(project, "a", {"$name": "=HYPERLINK(1)"})
    base = f"/projects/{project.pk}/users/export.csv?search="
    assert read_rows(owner.get(base))[1][:2] == ["a", "'=HYPERLINK(1)"]
    assert read_rows(owner.get(f"{base}&raw=1"))[1][:2] == ["a", "=HYPERLINK(1)"]


def test_groups(project: Project, owner: Client, companies: GroupKey) -> None:
    make_profile(project, "acme", {"$name": "Acme"}, group_key=companies)
    make_profile(project, "somebody", {"$name": "Somebody"})
    answer = owner.get(f"/projects/{project.pk}/groups/{companies.pk}/export.csv?columns=seats")
    assert read_rows(answer) == [["$distinct_id", "$name", "seats"], ["acme", "Acme", ""]]
    assert "Companies-" in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("deflate, GZIP", True),
        ("gzip;q=0", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip(project: Project, owner: Client, accepted: str, *, packed: bool) -> None:
    make_mixed_people(project, 60)
    path = f"/projects/{project.pk}/users/export.csv"
    plain = owner.get(path).getvalue()
    answer = owner.get(path, headers={"Accept-Encoding": accepted})
    assert answer.get("Content-Encoding") == ("gzip" if packed else None)
    assert (gzip.decompress(answer.getvalue()) if packed else answer.getvalue()) == plain
    assert "Accept-Encoding" in answer["Vary"]


def test_refusals_come_before_the_first_byte(project: Project, owner: Client, settings: Settings) -> None:
    make_profile(project, "a", {"x": 1})
    path = f"/projects/{project.pk}/users/export.csv"
    assert owner.get(f"{path}?filter=junk").status_code == 400
    settings.QUERY = settings.QUERY | {"seconds": 0.0}
    assert owner.get(path).status_code == 503
    assert "longer than" in owner.get(f"/projects/{project.pk}/users/export").content.decode()
    # None of them keeps a place.
    settings.QUERY = settings.QUERY | {"seconds": 10.0}
    for _ in range(MOST_AT_ONCE + 1):
        assert read_ids(owner.get(path)) == ["a"]


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many chunks, lots and pieces, of few people."""
    for name, number in {"_FEWEST_ROWS": 7, "_CHUNK_BYTES": 1, "_LOT": 3, "_PIECE": 40, "_AHEAD": 40}.items():
        monkeypatch.setattr(stream, name, number)


def ask(project: Project) -> ExportQuery:
    people = PeopleQuery(project=project, sort="$distinct_id", descending=False)
    return ExportQuery(people=people, columns=("mixed", "plan"))


def test_chunks_are_one_file(project: Project, request: pytest.FixtureRequest) -> None:
    make_everybody(project)
    with open_export(ask(project)) as export:
        whole = b"".join(export)
    request.getfixturevalue("small_steps")
    with open_export(ask(project)) as export:
        assert b"".join(export) == whole


@pytest.mark.usefixtures("small_steps")
@pytest.mark.django_db(transaction=True)
def test_a_file_is_of_one_moment(project: Project) -> None:
    make_everybody(project)
    compact(project.pk)
    Profile.objects.filter(distinct_id__gte="p0100").update(updated_at=NOW + timedelta(days=1))
    with open_export(ask(project)) as export:
        before = b"".join(export)
    with open_export(ask(project)) as export:
        pieces: Iterator[bytes] = iter(export)
        begun = next(pieces)
        Profile.objects.update(properties={"plan": "changed"})
        Profile.objects.filter(distinct_id="p0001").delete()
        make_profile(project, "p0000a", {"plan": "new"})
        compact(project.pk)
        assert read_ids_of(ask(project)) != read_lines(before)
        assert begun + b"".join(pieces) == before


def read_lines(text: bytes) -> list[str]:
    return [row[0] for row in csv.reader(io.StringIO(text.decode(), newline=""))][1:]


def read_ids_of(query: ExportQuery) -> list[str]:
    with open_export(query) as export:
        return read_lines(b"".join(export))


@pytest.mark.usefixtures("small_steps")
def test_a_client_that_leaves_frees_its_place_and_its_question(project: Project, owner: Client) -> None:
    make_everybody(project)
    path = f"/projects/{project.pk}/users/export.csv"
    for _ in range(MOST_AT_ONCE + 1):
        answer: Any = owner.get(path)
        next(iter(answer))
        # As gunicorn does, when it cannot write: it closes the answer. The rest of what that does ends the
        # connection to the database, which is the test's.
        for close in answer._resource_closers:
            close()
    assert len(read_ids(owner.get(path))) == 130


def test_only_so_many_at_once(project: Project, owner: Client) -> None:
    make_profile(project, "a", {"x": 1})
    open_ones = [open_export(ask(project)) for _ in range(MOST_AT_ONCE)]
    with pytest.raises(Unavailable, match="4 exports are under way"):
        open_export(ask(project))
    answer = owner.get(f"/projects/{project.pk}/users/export.csv")
    assert answer.status_code == 503
    for export in open_ones:
        export.close()
    assert read_ids(owner.get(f"/projects/{project.pk}/users/export.csv")) == ["a"]


@pytest.mark.usefixtures("small_steps")
def test_the_limit_begins_anew_with_each_lot(project: Project, settings: Settings) -> None:
    make_everybody(project)
    with open_export(ask(project)) as export:
        pieces = iter(export)
        next(pieces)
        settings.QUERY = settings.QUERY | {"seconds": 0.0}
        with pytest.raises(TooSlow):
            list(pieces)
    assert stream._places._value == MOST_AT_ONCE


@pytest.mark.parametrize("kind", ["users", "groups"])
def test_outsiders_and_anonymous(project: Project, people: Any, companies: GroupKey, sign_in: Any, kind: str) -> None:
    make_profile(project, "a", {"x": 1})
    place = f"/projects/{project.pk}/users" if kind == "users" else f"/projects/{project.pk}/groups/{companies.pk}"
    for path in (f"{place}/export", f"{place}/export.csv"):
        assert sign_in("outsider").get(path).status_code == 404
        assert sign_in("anonymous").get(path).status_code == 302
        assert sign_in("teammate").get(path).status_code == 200
        assert sign_in("owner").post(path).status_code == 405
