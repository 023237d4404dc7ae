"""Saved views in Chromium: by keyboard, on a phone, in the dark, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from profiles_app.models import Project, SavedView
from tests.browser.conftest import Visitor
from tests.browser.looking import SCREENS, look
from tests.conftest import People
from tests.pages.making import make_profile


@pytest.fixture
def full_project(project: Project, people: People) -> Project:
    for index in range(60):
        make_profile(project, f"user-{index:02}", {"$name": f"Person {index}", "plan": "pro"})
    for name, shared in (("Paying", True), ("שם " * 30, False)):
        SavedView.objects.create(
            project=project, owner=people.owner, name=name.strip(), shared=shared, query="search=person&columns=plan"
        )
    return project


def test_saving_changing_and_leaving_a_view(visitor: Visitor, full_project: Project, people: People) -> None:
    page = visitor.open(people.teammate, f"/projects/{full_project.pk}/users")
    page.get_by_label("Search profiles").fill("person 1")
    expect(page.locator("#summary strong")).to_have_text("11")
    page.get_by_role("button", name="Views").press("Enter")
    page.get_by_label("Name of the new view").fill("Ones")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The view “Ones” is saved.")).to_be_visible()
    expect(page.locator("#view-now")).to_contain_text("Ones")
    expect(page.locator("#view-now")).not_to_contain_text("changed")
    page.get_by_label("Search profiles").fill("person 2")
    expect(page.locator("#view-now")).to_contain_text("changed")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Update “Ones”").click()
    expect(page.locator("#view-now")).not_to_contain_text("changed")
    assert "search=person+2" in SavedView.objects.get(name="Ones").query
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Paying").click()
    expect(page.locator("#summary strong")).to_have_text("60")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Leave the view").click()
    expect(page.locator("#view-now .chip")).to_have_count(0)


def test_without_javascript(visitor: Visitor, full_project: Project, people: People) -> None:
    address = f"/projects/{full_project.pk}/users?search=person+3"
    page = visitor.open(people.teammate, address, java_script_enabled=False)
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Name of the new view").fill("Threes")
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Manage views").click()
    page.get_by_label("Name of Threes").fill("Three")
    page.get_by_role("button", name="Rename Threes").click()
    page.get_by_role("button", name="Share Three").click()
    expect(page.get_by_text("Everybody in the project sees “Three” now.")).to_be_visible()
    page.get_by_role("button", name="Delete Three").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("The view “Three” is deleted.")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(visitor: Visitor, full_project: Project, people: People, screen: dict[str, object]) -> None:
    number = SavedView.objects.get(shared=False).pk
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users?search=x1&view={number}", **screen)
    page.get_by_role("button", name="Views").click()
    problems = look(page, "menu")
    page.goto(f"/projects/{full_project.pk}/users/views")
    assert problems + look(page, "page") == []
