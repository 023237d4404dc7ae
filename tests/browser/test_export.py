"""The export in Chromium: by keyboard, on a phone, in the dark, and without JavaScript."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from profiles_app.models import Project
from tests.browser.conftest import Visitor
from tests.browser.looking import SCREENS, look
from tests.conftest import People
from tests.pages.making import make_profile


@pytest.fixture
def full_project(project: Project) -> Project:
    for index in range(60):
        make_profile(project, f"user-{index:02}", {"$name": f"=Person {index}", "plan": "pro"})
    return project


def test_by_keyboard(visitor: Visitor, full_project: Project, people: People, tmp_path: Path) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users?sort=$distinct_id&columns=plan")
    page.get_by_label("Search profiles").fill("user-1")
    expect(page.locator("#summary strong")).to_have_text("10")
    page.get_by_role("button", name="Export").press("Enter")
    dialog = page.get_by_role("dialog", name="Export Users")
    expect(dialog).to_contain_text("10 rows")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Export")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_label("Raw values").check()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download CSV").press("Enter")
    expect(dialog).to_be_hidden()
    target = tmp_path / "users.csv"
    download.value.save_as(target)
    rows = list(csv.reader(target.read_text().splitlines()))
    assert rows[0] == ["$distinct_id", "$name", "plan"]
    assert rows[1:] == [[f"user-1{index}", f"=Person 1{index}", "pro"] for index in range(10)]


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(visitor: Visitor, full_project: Project, people: People, screen: dict[str, object]) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users", **screen)
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    problems = look(page, "dialog")
    # And the same as a page.
    page.goto(f"/projects/{full_project.pk}/users/export")
    assert problems + look(page, "page") == []


def test_without_javascript(visitor: Visitor, full_project: Project, people: People) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users?search=user-2", java_script_enabled=False)
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("heading", name="Export Users")).to_be_visible()
    expect(page.locator("main")).to_contain_text("10 rows")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename.startswith("users-")
