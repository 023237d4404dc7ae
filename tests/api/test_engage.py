"""/api/query/engage."""

from typing import Any

import pytest
from django.core.cache import cache

from profiles_app.api import engage_pages
from profiles_app.models import GroupKey, Profile, Project
from tests.api.conftest import Caller
from tests.api.test_profiles import make_people
from tests.pages.making import make_profile

PATH = "/api/query/engage"


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    for module in ("profiles_app.api.engage", "profiles_app.api.engage_pages"):
        monkeypatch.setattr(f"{module}.PAGE_SIZE", 10)
    return 10


def ids(page: dict[str, Any]) -> list[str]:
    return [row["$distinct_id"] for row in page["results"]]


def test_the_answer_has_the_shape_of_mixpanel(project: Project, script: Caller) -> None:
    make_profile(project, "4", {"$email": "a@example.com", "$name": "A"})
    make_profile(project, "visitor")
    for path in (PATH, "/api/2.0/engage"):
        for answer in (script.get(path), script.get(f"{path}/"), script.send_form(path), script.post(path, {})):
            page = answer.json()
            assert isinstance(page.pop("session_id"), str)
            assert page == {
                "page": 0,
                "page_size": 1000,
                "status": "ok",
                "total": 1,
                "results": [
                    {
                        "$distinct_id": "4",
                        "$properties": {
                            "$email": "a@example.com",
                            "$name": "A",
                            "$last_seen": "2026-07-17T12:00:00",
                        },
                    }
                ],
            }


def test_groups(project: Project, script: Caller, companies: GroupKey) -> None:
    make_profile(project, "acme", {"plan": "pro"}, group_key=companies)
    for name, value in (("data_group_id", companies.pk), ("data_group_id", "company"), ("group_key", "company")):
        assert ids(script.read(PATH, **{name: value})) == ["acme"]
    assert script.get(PATH, data_group_id="9" * 9).status_code == 404
    assert script.get(PATH, group_key="team").status_code == 404


@pytest.mark.parametrize("how", ["first", "latest", "forgotten", "by form"])
def test_walking_all_pages_gives_everybody_once(how: str, short_pages: int, project: Project, script: Caller) -> None:
    make_people(project, 45)
    page = script.read(PATH)
    session, found, number = page["session_id"], ids(page), 0
    while len(page["results"]) == short_pages:
        if how == "forgotten":
            cache.clear()
        number += 1
        asked = {"page": number, "session_id": session}
        page = script.send_form(PATH, **asked).json() if how == "by form" else script.read(PATH, **asked)
        assert (page["page"], page["total"]) == (number, 45)
        found += ids(page)
        session = page["session_id"] if how == "latest" else session
    assert found == sorted(f"user-{number:04}" for number in range(45))


def test_pages_in_any_order(short_pages: int, project: Project, script: Caller) -> None:
    make_people(project, 40)
    session = script.read(PATH)["session_id"]
    for number in (3, 1, 2, 3, 1):
        page = script.read(PATH, page=number, session_id=session)
        assert ids(page) == [f"user-{10 * number + step:04}" for step in range(10)]
    for number in (4, 5, 100, 2**31 - 1):
        assert ids(script.read(PATH, page=number, session_id=session)) == []


@pytest.mark.parametrize("session_of", ["first", "latest"])
def test_who_comes_and_goes_moves_nobody(session_of: str, short_pages: int, project: Project, script: Caller) -> None:
    make_people(project, 40)
    first = script.read(PATH)
    session, found = first["session_id"], ids(first)
    Profile.objects.filter(distinct_id__in=["user-0000", "user-0005"]).delete()
    for name in ("a", "user-0001a", "zoe"):
        make_profile(project, name, {"n": 1})
    for number in (1, 2, 3, 4):
        page = script.read(PATH, page=number, session_id=session)
        session = page["session_id"] if session_of == "latest" else session
        found += ids(page)
    assert len(found) == len(set(found))
    assert {f"user-{number:04}" for number in range(40)} <= set(found)
    assert page["total"] == 40


def test_a_session_belongs_to_its_query(short_pages: int, project: Project, script: Caller) -> None:
    make_people(project, 25)
    session = script.read(PATH)["session_id"]
    assert script.get(PATH, page=1, session_id=session, output_properties='["n"]').status_code == 200
    for other in ({"distinct_id": "user-0001"}, {"filter": '{"population": "all", "where": {"all": []}}'}):
        answer = script.get(PATH, page=1, session_id=session, **other)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_cursor")
    for changed in (session[:-1], "1234567890-EXAMPL", session + "x"):
        assert script.get(PATH, page=1, session_id=changed).status_code == 400


def test_real_pages(project: Project, script: Caller) -> None:
    make_people(project, 1_005)
    first = script.read(PATH)
    assert (len(first["results"]), first["total"], first["page_size"]) == (1_000, 1_005, engage_pages.PAGE_SIZE)
    assert len(script.read(PATH, page=1, session_id=first["session_id"])["results"]) == 5


def test_a_page_far_away_is_reached_step_by_step(
    short_pages: int, project: Project, script: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engage_pages, "MOST_PASSED", 2)
    make_people(project, 65)
    session = script.read(PATH)["session_id"]
    answers = [script.get(PATH, page=6, session_id=session) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json()["error"]["code"] == "too_slow"
    assert len(answers[2].json()["results"]) == 5
    # Where the list has ended meanwhile, nothing is far away.
    assert script.read(PATH, page=2_000_000_000, session_id=answers[2].json()["session_id"])["results"] == []


def test_faults_are_told_where_they_were_sent(script: Caller) -> None:
    def find_paths(**parameters: str) -> list[str]:
        return [detail["path"] for detail in script.get(PATH, **parameters).json()["error"]["details"]]

    cohort = '{"id": 12345}'
    assert find_paths(filter='{"where": {"any": [{"cohort": 9}]}}') == ["where.any[0].cohort"]
    assert find_paths(filter_by_cohort=cohort) == ["filter_by_cohort"]
    tree = '{"where": {"property": "p", "op": "matches", "value": "("}}'
    assert find_paths(filter=tree, filter_by_cohort=cohort) == ["where.value", "filter_by_cohort"]


@pytest.mark.parametrize("name", ["filter", "filter_by_cohort", "distinct_ids", "output_properties"])
def test_what_is_no_json_is_told_with_its_parameter(name: str, script: Caller) -> None:
    error = script.get(PATH, **{name: "{"}).json()["error"]
    assert [detail["path"] for detail in error["details"]] == [name]


@pytest.mark.parametrize("name", ["where", "behaviors", "selector"])
def test_expressions_of_mixpanel_are_refused(name: str, script: Caller) -> None:
    answer = script.send_form(PATH, **{name: 'properties["plan"] == "pro"'})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["details"][0]["path"] == name
    assert "filter" in error["message"]
    # Clients that send every parameter send empty ones.
    assert script.send_form(PATH, **{name: ""}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"page": "1"}, {"page": "-1"}, {"page": "x"}, {"page": str(2**31)}, {"distinct_ids": "alice"},
     {"distinct_ids": '{"a": 1}'}, {"distinct_ids": "[null]"}, {"distinct_id": "x" * 256}, {"filter": "x"},
     {"output_properties": "plan"}, {"output_properties": "[1]"}, {"filter_by_cohort": "7"},
     {"filter_by_cohort": '{"id": "7"}'}, {"filter_by_cohort": '{"id": true}'}, {"filter_by_cohort": '{"id": 0}'},
     {"filter_by_cohort": '{"id": 7, "x": 1}'}, {"filter_by_cohort": '{"id": 99999999999999999999}'},
     {"include_all_users": "perhaps"}, {"nonsense": "1"}, {"group_key": "a", "data_group_id": "b"}],
)  # fmt: skip
def test_parameters_that_are_wrong(wrong: dict[str, str], script: Caller) -> None:
    for answer in (script.get(PATH, **wrong), script.send_form(PATH, **wrong)):
        assert answer.status_code in ({400, 404} if "group_key" in wrong else {400}), answer.content


def test_what_does_not_change_the_answer_is_read_over(script: Caller) -> None:
    harmless = {"workspace_id": "7", "as_of_timestamp": "1", "include_all_users": "false", "expire": "1", "limit": "5"}
    assert script.send_form(PATH, **harmless).status_code == 200
