"""Why somebody is found, or is not: the rows say yes and no as the filter does, with the value that decided."""

import json
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts_app.selectors.membership import find_cohorts_of
from profiles_app.columnar.compaction import compact
from profiles_app.columnar.store import forget_views
from profiles_app.errors import NotFound
from profiles_app.filters.parse import parse_filter
from profiles_app.models import Profile, Project
from profiles_app.selectors.people import PeopleQuery
from profiles_app.selectors.why import Explanation, explain
from tests.api.conftest import Caller
from tests.cohorts.making import IN_PARIS, make_cohort, make_static
from tests.columnar.placing import Placer, cohorts_of_dataset, make_project
from tests.conftest import People
from tests.filters import oracle, strategies
from tests.pages.making import make_events, make_profile

NOW = datetime.now(UTC)


def ask(project: Project, profile: Profile, where: Any, *, population: str = "all") -> Explanation:
    tree = parse_filter({"population": population, "where": where})
    return explain(PeopleQuery(project=project, population=tree.population, filter=tree), profile)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("compacted", [False, True])
def test_yes_and_no_are_those_of_the_oracle(compacted: bool) -> None:
    @settings(parent=strategies.QUICK, max_examples=8)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        moment = data.draw(strategies.moments(), label="moment")
        dataset = data.draw(strategies.datasets(moment), label="dataset")
        tree = data.draw(strategies.whole_filters(moment), label="filter")
        placer = Placer(make_project(timezone=moment.timezone))
        placer.people(dataset.people)
        placer.events(dataset.events)
        if compacted:
            compact(placer.project.pk)
        query = PeopleQuery(project=placer.project, population=tree.population, filter=tree, now=moment.now)
        expected = oracle.evaluate(dataset, tree, moment)
        try:
            with cohorts_of_dataset(dataset, placer.rows):
                for person in dataset.people:
                    profile = Profile.objects.select_related("project").get(pk=placer.rows[person.id])
                    assert explain(query, profile).matches is (person.id in expected)
        finally:
            forget_views()

    run()


def test_the_value_that_decided(project: Project) -> None:
    alice = make_profile(project, "alice", {"$city": "Oslo", "plan": "pro"})
    make_events(alice, "watch video", [NOW - timedelta(days=day) for day in range(1, 8)])
    make_events(make_profile(project, "bob"), "watch video", [NOW - timedelta(days=1)] * 1)
    found = ask(
        project,
        alice,
        {"all": [
            {"event": "watch video", "value": 10, "window": {"last": {"n": 30, "unit": "day"}}},
            {"event": "watch video", "measure": {"days": True}, "value": 3, "op": "at_least"},
            IN_PARIS,
            {"property": "nps", "type": "number", "op": "more_than", "value": 5},
            {"event": "never", "did": False},
        ]},
    )  # fmt: skip
    assert not found.matches
    assert [(row.holds, row.found) for row in found.reasons] == [
        (False, "did it 7 times"),
        (True, "did it on 7 days"),
        (False, "City is Oslo"),
        (False, "nps is not set"),
        (True, "did it 0 times"),
    ]


def test_what_is_measured_of_no_events(project: Project) -> None:
    """In a window that has passed nobody's, and in one that is none."""
    alice = make_profile(project, "alice", {"plan": "pro"})
    make_events(alice, "buy", [NOW - timedelta(days=50)], {"price": 7})
    for window in (
        {"last": {"n": 7, "unit": "day"}},
        {"between": ["2019-01-01", "2019-01-02"]},
        {"since": "9999-01-01"},
    ):
        measured = [{name: "price"} for name in ("sum", "average", "min", "distinct")]
        leaves = [{"event": "buy", "measure": one, "op": "at_most", "value": 0, "window": window} for one in measured]
        found = ask(project, alice, {"all": leaves})
        assert [(row.holds, row.found) for row in found.reasons] == [
            (True, "it is 0"),
            (False, "no value in that time"),
            (False, "no value in that time"),
            (True, "it is 0"),
        ], window


def test_branches_say_what_their_rows_make_of_them(project: Project) -> None:
    alice = make_profile(project, "alice", {"$city": "Oslo"})
    found = ask(project, alice, {"any": [IN_PARIS, {"not": IN_PARIS}]}, population="profiles")
    assert [(row.depth, row.text, row.holds) for row in found.reasons] == [
        (0, "has a profile", True),
        (0, "any of these", True),
        (1, "City is Paris", False),
        (1, "not this", True),
        (2, "City is Paris", False),
    ]


def test_cohorts_are_opened(project: Project) -> None:
    alice = make_profile(project, "alice", {"$city": "Oslo"})
    paris = make_cohort(project, "Parisians")
    listed = make_static(project, "Listed", ["alice"])
    found = ask(project, alice, {"all": [{"cohort": paris.pk, "in": False}, {"cohort": listed.pk}]})
    assert found.matches
    assert [(row.depth, row.text, row.holds) for row in found.reasons] == [
        (0, "is not in cohort Parisians", True),
        (1, "has a profile", True),
        (1, "City is Paris", False),
        (0, "is in cohort Listed", True),
    ]


def test_nobody_is_explained_who_is_gone(project: Project) -> None:
    alice = make_profile(project, "alice", {"$city": "Oslo"})
    Profile.objects.filter(pk=alice.pk).update(deleted_at=NOW, properties={})
    with pytest.raises(NotFound):
        ask(project, alice, IN_PARIS)


def test_which_cohorts_somebody_is_in(project: Project, people: People) -> None:
    alice = make_profile(project, "alice", {"$city": "Paris"})
    make_profile(project, "bob", {"$city": "Oslo"})
    make_cohort(project, "Parisians")
    make_cohort(project, "Others", {"not": IN_PARIS})
    make_static(project, "Listed", ["alice", "bob"])
    make_cohort(project, "Broken", {"cohort": 10**9})
    make_cohort(project, "Private", is_private=True, created_by=people.owner)
    found = find_cohorts_of(alice, user_id=people.teammate.pk)
    assert [cohort.name for cohort in found.inside] == ["Listed", "Parisians"]
    assert [cohort.name for cohort in found.outside] == ["Others"]
    assert [cohort.name for cohort in found.broken] == ["Broken"]
    mine = find_cohorts_of(alice, user_id=people.owner.pk)
    assert [cohort.name for cohort in mine.inside] == ["Listed", "Parisians", "Private"]


def test_the_pages(project: Project, owner: Client) -> None:
    make_profile(project, "a/b ?", {"$city": "Paris", "$name": "Alice"})
    cohort = make_cohort(project, "Parisians")
    base = f"/projects/{project.pk}"
    profile = unescape(owner.get(f"{base}/users/profile?id=a%2Fb%20%3F").content.decode())
    part = f"{base}/cohorts/of?id=a%2Fb%20%3F"
    assert f'hx-get="{part}"' in profile
    shown = unescape(owner.get(part).content.decode())
    why = f"{base}/users/why?id=a%2Fb%20%3F&cohort={cohort.pk}"
    assert why in shown
    page = unescape(owner.get(why).content.decode())
    assert "Yes, this is one of them." in page
    assert "City is Paris" in page
    fragment = owner.get(part, headers={"HX-Request": "true"}).content.decode()
    assert "Parisians" in fragment
    assert "<html" not in fragment
    assert owner.get(f"{base}/users/why?id=a%2Fb%20%3F&cohort=odd").status_code == 400
    assert owner.get(f"{base}/users/why?id=nobody&cohort={cohort.pk}").status_code == 404


def test_countries_are_said_by_name_and_once(project: Project, owner: Client) -> None:
    make_profile(project, "anna", {"$country_code": "NO"})
    make_profile(project, "dora", {"$country_code": "DE"})
    where = {"property": "$country_code", "op": "is", "value": ["NO"]}
    cohort = make_cohort(project, "Northerners", where)
    base = f"/projects/{project.pk}"
    sentence = "Country Code is Norway"
    for address in (f"{base}/cohorts/{cohort.pk}", f"{base}/users?filter={json.dumps({'where': where})}"):
        assert sentence in unescape(owner.get(address).content.decode())
    found = unescape(owner.get(f"{base}/users/why?id=anna&cohort={cohort.pk}").content.decode())
    assert found.count(sentence) == 1
    other = unescape(owner.get(f"{base}/users/why?id=dora&cohort={cohort.pk}").content.decode())
    assert sentence in other
    assert "Country Code is Germany" in other


def list_links(page: str, start: str) -> list[str]:
    parts = [part.split('"')[0] for part in page.split('href="')]
    return [part for part in parts if part.startswith(start)]


def test_the_filter_that_one_came_from(project: Project, owner: Client) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    make_profile(project, "bob", {"$city": "Oslo"})
    base = f"/projects/{project.pk}/users"
    table = owner.get(base, {"filter": '{"where": {"not": {"property": "$city", "op": "is", "value": ["Rome"]}}}'})
    links = [
        part.split('"')[0] for part in unescape(table.content.decode()).split('href="') if "profile?id=bob" in part
    ]
    profile = unescape(owner.get(links[0]).content.decode())
    (why,) = [part.split('"')[0] for part in profile.split('href="') if part.startswith(f"{base}/why")]
    page = unescape(owner.get(why).content.decode())
    assert "City is Rome" in page
    assert "City is Oslo" in page


def test_the_api(project: Project, script: Caller) -> None:
    make_profile(project, "alice", {"$city": "Oslo"})
    cohort = make_cohort(project, "Parisians")
    answer = script.read("/api/v1/profiles/alice/why", cohort=cohort.pk)
    assert answer["matches"] is False
    assert answer["reasons"][-1] == {
        "text": "City is Paris", "path": "where", "depth": 1, "holds": False, "found": "City is Oslo",
    }  # fmt: skip
    assert script.read("/api/v1/profile/why", distinct_id="alice", filter='{"where": {"all": []}}')["matches"] is True
    for wrong in ({}, {"cohort": 1, "filter": "{}"}, {"cohort": 0}, {"cohort": 10**9}):
        assert script.get("/api/v1/profiles/alice/why", **wrong).status_code == 400
    assert script.get("/api/v1/profiles/nobody/why", cohort=cohort.pk).status_code == 404
