"""Saved views: saving, opening, renaming, updating, sharing, deleting; whose they are, and two people at once."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from profiles_app.models import GroupKey, Profile, Project, SavedView
from profiles_app.services.group_keys import delete_group_key
from tests.conftest import People
from tests.pages.making import make_profile
from tests.pages.test_table import get_page, read_headings, read_rows, read_sorts

STATE = "population=all&search=ali&sort=plan&columns=plan"


@pytest.fixture
def base(project: Project, alice: Profile) -> str:
    return f"/projects/{project.pk}/users"


def save(client: Client, base: str, name: str, state: str = STATE, **fields: str) -> Any:
    return client.post(f"{base}/views", {"name": name, "state": state, **fields})


def change(client: Client, view: SavedView, do: str, **fields: Any) -> Any:
    view.refresh_from_db()
    address = f"/projects/{view.project_id}/views/{view.pk}"
    return client.post(address, {"do": do, "version": view.version, **fields})


def read_menu(page: str) -> dict[str, tuple[str, bool, bool]]:
    """Of each view its address, whether it is the present one, and whether the table differs from it."""
    menu = page[page.index('id="views-content"') : page.index('name="state"', page.index('id="views-content"'))]
    items = re.findall(
        r'<a class="menu-item" href="([^"]*)" (aria-current)?[^>]*>(?:(?!</a>).)*?'
        r'<bdi class="view-name">(.*?)</bdi>((?:(?!</a>).)*)</a>',
        menu,
        re.DOTALL,
    )
    return {unescape(name): (unescape(url), bool(now), "changed" in rest) for url, now, name, rest in items}


def test_a_view_is_saved_opened_and_marked(owner: Client, base: str) -> None:
    page = get_page(owner, f"{base}?{STATE}&page=")
    state = unescape(re.findall(r'name="state" value="([^"]*)"', page[page.index('id="views-content"') :])[0])
    answer = save(owner, base, "Ali & friends", state)
    number = SavedView.objects.get().pk
    assert answer["Location"] == f"{base}?{STATE}&view={number}"
    page = get_page(owner, answer["Location"])
    assert read_rows(page) == ["alice"]
    assert read_headings(page)[-2:] == ["Name", "plan"]
    assert read_menu(page) == {"Ali & friends": (answer["Location"], True, False)}
    # Other links of the page stay in the view, and show that it is not the same any more.
    sorted_url = next(address for address in read_sorts(page) if "sort=-plan" in address)
    assert f"view={number}" in sorted_url
    assert read_menu(get_page(owner, sorted_url))["Ali & friends"][1:] == (True, True)
    part = get_page(owner, sorted_url, headers={"HX-Request": "true"})
    assert read_menu(part)["Ali & friends"][1:] == (True, True)
    assert "Update “" in part
    assert read_menu(get_page(owner, base))["Ali & friends"][1:] == (False, False)
    assert owner.get(f"/projects/{SavedView.objects.get().project_id}/views/{number}")["Location"] == answer["Location"]


def test_a_view_holds_the_columns_even_where_they_were_the_usual_ones(owner: Client, base: str) -> None:
    page = get_page(owner, base)
    state = unescape(re.findall(r'name="state" value="([^"]*)"', page[page.index('id="views-content"') :])[0])
    save(owner, base, "Plain", state)
    usual = ["Email", "Updated at", "Country Code", "Region", "City"]
    owner.post(f"{base}/columns", {"do": "apply", "column": ["plan"]})
    url, *_ = read_menu(get_page(owner, base))["Plain"]
    page = get_page(owner, url)
    assert read_headings(page)[-5:] == usual
    assert read_menu(page)["Plain"][1:] == (True, False)


def test_updating_renaming_and_deleting(owner: Client, base: str) -> None:
    save(owner, base, "One")
    view = SavedView.objects.get()
    answer = change(owner, view, "update", state="search=bob&columns=$city")
    assert answer["Location"] == f"{base}?search=bob&columns=$city&view={view.pk}"
    assert change(owner, view, "rename", name=" Two ").status_code == 302
    view.refresh_from_db()
    assert (view.name, view.query, view.version) == ("Two", "search=bob&columns=%24city", 3)
    for name in ("", " ", "x" * 101, "a\nb", "\0"):
        assert change(owner, view, "rename", name=name).status_code == 422
    assert change(owner, view, "nonsense").status_code == 422
    assert change(owner, view, "delete").status_code == 302
    assert not SavedView.objects.exists()
    assert owner.post(f"/projects/{view.project_id}/views/{view.pk}", {"do": "delete"}).status_code == 404


def test_private_views_are_nobody_elses(owner: Client, teammate: Client, base: str) -> None:
    save(teammate, base, "Mine")
    view = SavedView.objects.get()
    # Not even an admin's.
    assert read_menu(get_page(owner, base)) == {}
    assert owner.get(f"/projects/{view.project_id}/views/{view.pk}").status_code == 404
    assert change(owner, view, "delete").status_code == 404
    # A link with its number shows what the link says.
    page = get_page(owner, f"{base}?{STATE}&view={view.pk}")
    assert read_rows(page) == ["alice"]
    assert f"view={view.pk}" not in page
    assert save(owner, base, "Mine").status_code == 302


def test_shared_views_are_changed_by_owner_and_admins(
    owner: Client, teammate: Client, base: str, people: People
) -> None:
    save(teammate, base, "Ours")
    view = SavedView.objects.get()
    change(teammate, view, "share")
    assert list(read_menu(get_page(owner, base))) == ["Ours"]
    assert change(owner, view, "rename", name="Everybody's").status_code == 302
    # Taking it away from its owner is not making it private.
    assert change(owner, view, "private").status_code == 422
    assert change(teammate, view, "private").status_code == 302
    save(owner, base, "From above", shared="on")
    above = SavedView.objects.get(name="From above")
    assert change(teammate, above, "rename", name="x").status_code == 403
    assert change(teammate, above, "delete").status_code == 403
    assert "Rename From above" not in get_page(teammate, f"{base}/views")
    people.owner.delete()
    assert list(read_menu(get_page(teammate, base))) == ["Everybody's", "From above"]


def test_names_are_unique_for_each_who_sees_them(owner: Client, teammate: Client, base: str) -> None:
    assert save(owner, base, "Paying").status_code == 302
    answer = save(owner, base, "PAYING")
    assert answer.status_code == 422
    assert "You have a view named “PAYING” already" in answer.content.decode()
    # What was to be saved is still in the form.
    assert 'value="population=all&amp;search=ali&amp;sort=plan&amp;columns=plan"' in answer.content.decode()
    assert save(teammate, base, "Paying", shared="on").status_code == 302
    assert change(owner, SavedView.objects.get(shared=False), "share").status_code == 422
    assert SavedView.objects.filter(shared=True).count() == 1
    assert save(owner, base, "").status_code == 422


def test_two_people_at_once(owner: Client, teammate: Client, base: str) -> None:
    save(teammate, base, "Ours", shared="on")
    view = SavedView.objects.get()
    address = f"/projects/{view.project_id}/views/{view.pk}"
    seen = {"version": view.version}
    assert owner.post(address, {"do": "update", "state": "search=first", **seen}).status_code == 302
    for fields in ({"do": "update", "state": "search=second"}, {"do": "rename", "name": "x"}, {"do": "delete"}):
        answer = teammate.post(address, fields | seen)
        assert answer.status_code == 422
        assert "Somebody changed “Ours” meanwhile" in answer.content.decode()
    view.refresh_from_db()
    assert "search=first" in view.query


def test_a_view_whose_filter_no_longer_works_opens_and_says_so(owner: Client, base: str) -> None:
    broken = quote('{"where":{"type":"gone"}}')
    state = f"filter={broken}&search=ali&columns=plan"
    answer = save(owner, base, "Old", state)
    page = owner.get(answer["Location"])
    assert page.status_code == 400
    assert "This filter does not work" in page.content.decode()
    assert read_menu(page.content.decode())["Old"][1:] == (True, False)
    assert "Clear filter" in page.content.decode()
    # Saving beside a broken filter saves what the address says.
    assert 'value="filter=%7B' in page.content.decode()


def test_views_of_groups_are_their_own(project: Project, owner: Client, base: str, companies: GroupKey) -> None:
    make_profile(project, "acme", {"seats": 7}, group_key=companies)
    groups = f"/projects/{project.pk}/groups/{companies.pk}"
    assert save(owner, groups, "Big", "sort=-seats&columns=seats")["Location"].startswith(f"{groups}?sort=-seats")
    assert list(read_menu(get_page(owner, groups))) == ["Big"]
    assert read_menu(get_page(owner, base)) == {}
    delete_group_key(companies)
    assert not SavedView.objects.exists()


def test_three_hundred_columns_in_a_view_of_somebody_else(
    project: Project, owner: Client, teammate: Client, base: str
) -> None:
    names = [f"a column with a long name {number:03}" for number in range(300)]
    save(owner, base, "Wide", f"columns={quote(','.join(names))}", shared="on")
    url, *_ = read_menu(get_page(teammate, base))["Wide"]
    assert len(url) < 200
    page = get_page(teammate, url)
    assert read_headings(page)[-300:] == names
    assert read_menu(page)["Wide"][1:] == (True, False)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "שם 👩‍👩‍👧", 'a"b,c', "\u202eabc", "{{ 7|add:7 }}", "x" * 100]
)
def test_odd_names(owner: Client, base: str, name: str) -> None:
    save(owner, base, name)
    page = get_page(owner, base)
    assert list(read_menu(page)) == [name]
    assert "<script>alert" not in page
    assert "<script>alert" not in get_page(owner, f"{base}/views")


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1", "１"])
def test_numbers_of_no_view(owner: Client, base: str, number: str) -> None:
    page = get_page(owner, f"{base}?view={quote(number)}&search=ali")
    assert read_rows(page) == ["alice"]
    assert "view=" not in page.replace("/views", "")


def test_the_state_of_a_form_is_not_trusted(owner: Client, base: str) -> None:
    save(owner, base, "Odd", "page=x&view=9&evil=1&search=%00a&columns=plan")
    assert SavedView.objects.get().query == "search=%00a&columns=plan" or "evil" not in SavedView.objects.get().query
    url, *_ = read_menu(get_page(owner, base))["Odd"]
    assert owner.get(url).status_code == 200
