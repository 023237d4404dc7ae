"""Create or Modify Profile in Chromium: by keyboard, on a phone, in the dark, without JavaScript."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from profiles_app.models import GroupKey, Profile, Project
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import SCREENS, look
from tests.conftest import People
from tests.ingest.sending import Sender
from tests.pages.making import make_events, make_profile


@pytest.fixture
def full_project(project: Project) -> Project:
    record = {"plan": "pro", "age": 30, "vip": True, "born": "1990-01-02", "tags": ["a", "b"], "Status": "new"}
    Sender(Client(), project).engage(
        {"$token": project.token, "$distinct_id": "alice", "$set": {"$name": "Alice", **record}}
    )
    GroupKey.objects.create(project=project, key="company", label="Companies")
    make_events(make_profile(project, "visitor"), "Open", [datetime.now(UTC)])
    return project


def open_dialog(page: Page) -> None:
    page.get_by_role("button", name="Add/Edit Profile").press("Enter")
    expect(page.get_by_role("dialog", name="Create or Modify Profile")).to_be_visible()


def test_creating_by_keyboard(visitor: Visitor, full_project: Project, people: People) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users")
    open_dialog(page)
    expect(page.get_by_label("$distinct_id")).to_be_focused()
    page.keyboard.type("bob")
    page.get_by_role("button", name="Add Property").press("Enter")
    name = page.get_by_role("combobox", name="Property name")
    expect(name).to_be_focused()
    page.keyboard.type("sta")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options).to_have_text(["Status", '"sta"'])
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(name).to_have_value("Status")
    page.keyboard.type("old")
    page.get_by_role("button", name="Add Property").press("Enter")
    page.keyboard.type("vip")
    page.get_by_role("option", name="vip", exact=True).click()
    expect(page.get_by_label("Kind").last).to_have_value("boolean")
    page.get_by_label("Value").last.select_option("True")
    page.get_by_role("button", name="Add Profile").press("Enter")
    expect(page.get_by_text("bob was created.")).to_be_visible()
    expect(page.locator(".person-link").first).to_have_text("bob")
    assert Profile.objects.get(distinct_id="bob").properties == {"Status": "old", "vip": True}


def test_warnings_while_typing_lead_to_the_other_tab(visitor: Visitor, full_project: Project, people: People) -> None:
    visitor.expected = ("409",)
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users")
    open_dialog(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("$distinct_id").press_sequentially("alice")
    expect(dialog).to_contain_text("exists already: Alice")
    dialog.get_by_role("button", name="Add Property").click()
    dialog.get_by_role("combobox", name="Property name").fill("plan")
    dialog.get_by_label("Value").last.fill("free")
    dialog.get_by_role("link", name="Update it instead").click()
    expect(dialog.get_by_role("link", name="Update Profile")).to_have_attribute("aria-current", "page")
    expect(dialog).to_contain_text("Now: pro")
    expect(dialog.get_by_label("Value")).to_have_value("free")
    Profile.objects.filter(distinct_id="alice").update(properties={"plan": "enterprise", "$name": "Alice"})
    dialog.get_by_role("button", name="Update Profile").click()
    expect(dialog).to_contain_text("“plan” changed meanwhile")
    expect(dialog).to_contain_text("Now: enterprise")
    dialog.get_by_role("button", name="Update Profile").click()
    expect(page.get_by_text("Alice was updated.")).to_be_visible()
    assert Profile.objects.get(distinct_id="alice").properties["plan"] == "free"
    open_dialog(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Add/Edit Profile")).to_be_focused()


def test_creating_without_javascript(visitor: Visitor, full_project: Project, people: People) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users", java_script_enabled=False)
    page.get_by_role("button", name="Add/Edit Profile").click()
    page.get_by_label("$distinct_id").fill("bob")
    page.get_by_role("button", name="Add Property").click()
    page.get_by_label("Property name").last.fill("age")
    page.get_by_label("Kind").last.select_option("Number")
    page.get_by_label("Value").last.fill("30")
    page.get_by_label("$distinct_id").press("Enter")
    expect(page.get_by_text("bob was created.")).to_be_visible()
    assert Profile.objects.get(distinct_id="bob").properties == {"age": 30}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_in_the_dialog(
    visitor: Visitor, full_project: Project, people: People, screen: dict[str, object]
) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users", **screen)
    open_dialog(page)
    page.get_by_label("$distinct_id").fill("alice")
    expect(page.get_by_text("exists already")).to_be_visible()
    page.get_by_role("button", name="Add Property").click()
    page.keyboard.type("$ph")
    expect(page.locator(".combo-option").first).to_be_visible()
    problems = look(page, "create")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("22225555")
    page.keyboard.press("Tab")
    expect(page.get_by_text("begin with “+”")).to_be_visible()
    page.get_by_role("link", name="Update Profile").click()
    expect(page.get_by_text("Not set yet.")).to_be_visible()
    problems += look(page, "update")
    assert problems == []
