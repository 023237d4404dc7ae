"""The table with a filter in its address: whom it shows, what it says, how it is cleared."""

import json
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.test import Client

from cohorts_app.models import Cohort
from profiles_app.errors import Unavailable
from profiles_app.models import Profile, Project
from tests.pages.making import make_profile
from tests.pages.test_table import get_page, read_rows, read_sorts


def test_a_filter_in_the_address_chooses_and_is_said_in_words(project: Project, owner: Client) -> None:
    for number, city in enumerate(["Oslo", "Bergen", "Oslo"]):
        make_profile(project, f"p{number}", {"$city": city, "n": number})
    tree = {"where": {"property": "$city", "type": "string", "op": "is", "value": ["Oslo"]}}
    address = f"/projects/{project.pk}/users?filter={quote(json.dumps(tree))}&sort=n"
    page = get_page(owner, address)
    assert read_rows(page) == ["p0", "p2"]
    assert "City is Oslo" in page
    # The filter stays with every link and with the search, until it is cleared.
    assert read_rows(get_page(owner, read_sorts(page)[0])) == ["p0", "p2"]
    assert 'name="filter"' in page
    nobody = get_page(owner, address.replace("Oslo", "Nowhere"))
    assert "Nobody matches this filter" in nobody
    assert "Clear filter" in nobody


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"where":{"any":[{"property":"a","type":"string","op":"like","value":["x"]}]}}', "where.any[0].op"),
        ('{"where":{"property":"a","type":"string","op":"matches","value":"("}}', "where.value"),
        ('{"where":{"cohort":99,"in":true}}', "where.cohort"),
        ('{"where":', "cannot be read as JSON"),
    ],
)
def test_a_wrong_filter_shows_nobody_and_says_what_is_wrong(
    project: Project, owner: Client, alice: Profile, text: str, said: str
) -> None:
    answer = owner.get(f"/projects/{project.pk}/users?filter={quote(text)}")
    assert answer.status_code == 400
    page = unescape(answer.content.decode())
    assert said in page
    assert read_rows(page) == []


def test_a_page_of_another_filter_is_refused(project: Project, owner: Client) -> None:
    for number in range(60):
        make_profile(project, f"p{number}", {"n": number})
    tree = '{"where":{"property":"n","type":"number","op":"at_least","value":0}}'
    path = f"/projects/{project.pk}/users"
    page = get_page(owner, f"{path}?filter={quote(tree)}")
    following = next(link for link in re.findall(r'href="([^"]*)"', page) if "page=" in link)
    assert len(read_rows(get_page(owner, unescape(following)))) == 10
    other = unescape(following).replace(quote("at_least"), "more_than").replace("at_least", "more_than")
    assert owner.get(other).status_code == 400


def test_a_cohort_in_the_filter_is_said_by_its_name(project: Project, owner: Client, alice: Profile) -> None:
    everybody = {"where": {"property": "$name", "type": "any", "op": "is_set"}}
    cohort = Cohort.objects.create(project=project, name="Known people", definition=everybody)
    tree = {"where": {"cohort": cohort.pk, "in": False}}
    page = get_page(owner, f"/projects/{project.pk}/users?filter={quote(json.dumps(tree))}")
    assert "is not in cohort Known people" in page


def test_a_filter_says_its_population(project: Project, owner: Client, alice: Profile) -> None:
    make_profile(project, "only events", {})
    tree = {"population": "all", "where": {"property": "$distinct_id", "type": "any", "op": "is_set"}}
    address = f"/projects/{project.pk}/users?filter={quote(json.dumps(tree))}"
    assert len(read_rows(get_page(owner, address))) == 2
    assert len(read_rows(get_page(owner, f"{address}&population=profiles"))) == 1


def test_clearing_a_wrong_filter_clears_nothing_else(project: Project, owner: Client, alice: Profile) -> None:
    rest = "search=ali&sort=-logins&columns=plan"
    wrong = quote('{"where":{"any":1}}')
    answer = owner.get(f"/projects/{project.pk}/users?{rest}&filter={wrong}")
    cleared = f'href="/projects/{project.pk}/users?{rest}"'
    assert cleared in unescape(answer.content.decode())
    assert 'value="ali"' in answer.content.decode()


def test_links_stay_short_enough_to_be_followed(project: Project, owner: Client, alice: Profile) -> None:
    names = [f"é, {number}" for number in range(150)]
    tree = {"where": {"property": "plan", "type": "string", "op": "is_not", "value": names}}
    page = get_page(owner, f"/projects/{project.pk}/users?filter={quote(json.dumps(tree, ensure_ascii=False))}")
    links = re.findall(r'href="([^"]*)"', page)
    assert any("/users/profile?" in link for link in links)
    assert max(len(unescape(link)) for link in links) < 8_000


def test_not_at_this_moment_is_a_state(
    project: Project, owner: Client, alice: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Unavailable("The data cannot be reached.")

    monkeypatch.setattr("profiles_app.users_page.views.read_people", refuse)
    answer = owner.get(f"/projects/{project.pk}/users")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "The data cannot be reached." in page
    assert "Try again" in page
    assert "This address does not work" not in page
