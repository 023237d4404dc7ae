"""Ticks in Chromium: by mouse, with Shift, by keyboard, and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from profiles_app.models import Project
from tests.browser.conftest import Visitor
from tests.conftest import People
from tests.pages.making import make_profile


@pytest.fixture
def path(project: Project) -> str:
    for index in range(120):
        make_profile(project, f"user-{index:03}", {"$name": f"Person {index:03}", "plan": "free"})
    return f"/projects/{project.pk}/users?sort=$distinct_id"


def row(page: Page, number: int) -> Locator:
    return page.get_by_role("checkbox", name=f"Select Person {number:03}")


def test_ticks_ranges_and_all(visitor: Visitor, people: People, path: str) -> None:
    page = visitor.open(people.owner, path)
    bar = page.get_by_role("form", name="Selection")
    expect(bar).to_be_hidden()
    row(page, 3).check()
    expect(bar).to_contain_text("1 selected")
    row(page, 6).click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 selected")
    row(page, 5).click(modifiers=["Shift"])
    expect(bar).to_contain_text("2 selected")
    whole = page.get_by_role("checkbox", name="Select all on this page")
    assert whole.evaluate("box => box.indeterminate")
    whole.check()
    expect(bar).to_contain_text("50 selected")
    page.get_by_role("button", name="Select all 120").click()
    expect(bar).to_contain_text("All 120 selected")
    bar.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export Users")
    expect(dialog).to_contain_text("120 rows")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(bar.get_by_role("button", name="Export")).to_be_focused()
    # One tick less is no more all of them.
    row(page, 0).uncheck()
    expect(bar).to_contain_text("49 selected")


def test_clearing(visitor: Visitor, people: People, path: str) -> None:
    page = visitor.open(people.owner, path)
    bar = page.get_by_role("form", name="Selection")
    row(page, 1).press("Space")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    row(page, 1).check()
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Select all on this page")).to_be_focused()
    # Another search, another page, another order: what was ticked is not on the screen any more.
    row(page, 1).check()
    page.get_by_label("Search profiles").fill("person 00")
    expect(page.locator("#summary strong")).to_have_text("10")
    expect(bar).to_be_hidden()
    row(page, 2).check()
    expect(bar).to_contain_text("1 selected")
    expect(page.get_by_role("button", name="Select all 10")).to_be_hidden()


def test_export_without_javascript(visitor: Visitor, people: People, path: str, tmp_path: Path) -> None:
    page = visitor.open(people.teammate, path, java_script_enabled=False)
    row(page, 3).check()
    row(page, 4).check()
    bar = page.get_by_role("form", name="Selection")
    bar.get_by_role("button", name="Export").click()
    expect(page.locator("main")).to_contain_text("2 rows")
    assert "csrfmiddlewaretoken" not in page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    target = tmp_path / "users.csv"
    download.value.save_as(target)
    assert [line[:8] for line in target.read_text().splitlines()[1:]] == ["user-003", "user-004"]
    page.goto(path)
    row(page, 3).check()
    bar.get_by_label("Select all 120").check()
    bar.get_by_role("button", name="Export").click()
    expect(page.locator("main")).to_contain_text("120 rows")


def test_a_property_is_set_and_people_are_deleted(visitor: Visitor, people: People, path: str) -> None:
    visitor.expected = ("422",)
    page = visitor.open(people.owner, f"{path}&columns=plan")
    bar = page.get_by_role("form", name="Selection")
    row(page, 0).check()
    row(page, 1).check()
    bar.get_by_role("button", name="Set property").click()
    dialog = page.get_by_role("dialog", name="Set property of 2 users")
    dialog.get_by_label("Property", exact=True).fill("plan")
    dialog.get_by_label("Kind").select_option("Number")
    dialog.get_by_label("Value", exact=True).fill("many")
    dialog.get_by_role("button", name="Apply to 2 users").click()
    expect(dialog).to_contain_text("“many” is not a number")
    dialog.get_by_label("Kind").select_option("Text")
    dialog.get_by_label("Value", exact=True).fill("gold")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="2 changed")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("gold")
    expect(bar).to_be_hidden()

    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Select all 120").click()
    bar.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete 120 users?")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(bar).to_contain_text("All 120 selected")
    bar.get_by_role("button", name="Delete").click()
    dialog.get_by_label("Type 120 to confirm").fill("120")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nobody is here yet")).to_be_visible()


def test_deleting_without_javascript(visitor: Visitor, people: People, path: str) -> None:
    page = visitor.open(people.owner, path, java_script_enabled=False)
    row(page, 3).check()
    page.get_by_role("form", name="Selection").get_by_role("button", name="Delete").click()
    page.get_by_label("Type 1 to confirm").fill("1")
    page.get_by_role("button", name="Delete 1 user").click()
    expect(page.locator("#summary strong")).to_have_text("119")
