"""Create or Modify Profile in Chromium: by keyboard, on a phone, in the dark, without JavaScript."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from profiles_app.models import GroupKey, Profile, Project
from tests.browser.conftest import Visitor
from tests.browser.looking import SCREENS, look, wait_until_at_rest
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


def open_profile(visitor: Visitor, project: Project, people: People, **options: object) -> Page:
    return visitor.open(people.owner, f"/projects/{project.pk}/users/profile?id=alice", **options)


def row_of(page: Page, name: str) -> Locator:
    return page.locator("[data-property]").filter(has=page.locator(f'dt[title="{name}"]'))


def test_editing_in_place_by_keyboard(visitor: Visitor, full_project: Project, people: People) -> None:
    visitor.expected = ("422",)
    page = open_profile(visitor, full_project, people)
    page.get_by_role("link", name="Edit age").press("Enter")
    row = row_of(page, "age")
    expect(row.get_by_label("Value")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("old")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("“old” is not a number.")
    expect(row.get_by_label("Value")).to_be_focused()
    wait_until_at_rest(page)
    page.keyboard.press("Escape")
    expect(row.locator("form")).to_have_count(0)
    expect(page.get_by_role("link", name="Edit age")).to_be_focused()
    page.get_by_role("link", name="Edit vip").press("Enter")
    expect(row_of(page, "vip").locator("select[name=value]")).to_be_focused()
    row_of(page, "vip").get_by_label("Value").select_option("False")
    row_of(page, "vip").get_by_role("button", name="Save", exact=True).last.press("Enter")
    expect(row_of(page, "vip")).to_contain_text("History")
    expect(page.get_by_role("link", name="Edit vip")).to_be_focused()
    assert Profile.objects.get(distinct_id="alice").properties["vip"] is False


def test_editing_by_a_click_on_the_value(visitor: Visitor, full_project: Project, people: People) -> None:
    visitor.expected = ("409",)
    page = open_profile(visitor, full_project, people)
    page.locator("[data-edit-value]").get_by_text("Alice").click()
    expect(row_of(page, "$name").get_by_label("Value")).to_be_focused()
    Profile.objects.filter(distinct_id="alice").update(properties={"$name": "Alicia", "plan": "pro"})
    row = row_of(page, "$name")
    row.get_by_label("Value").fill("Alison")
    row.get_by_label("Value").press("Enter")
    expect(row).to_contain_text("changed meanwhile")
    expect(row).to_contain_text("Now: Alicia")
    row.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("heading", name="Alison")).to_be_visible()
    page.get_by_role("link", name="Create New Property").click()
    expect(page.get_by_role("combobox", name="Property name")).to_be_focused()
    page.keyboard.type("seats")
    page.get_by_role("option", name='"seats"').click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Edit seats")).to_be_focused()
    page.keyboard.press("Enter")
    row_of(page, "seats").get_by_role("button", name="Remove").click()
    expect(row_of(page, "seats")).to_contain_text("Removed.")
    row_of(page, "seats").get_by_role("button", name="Undo").click()
    expect(row_of(page, "seats")).to_contain_text("5")


def test_editing_beside_the_table(visitor: Visitor, full_project: Project, people: People) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users?open=alice&columns=plan")
    panel = page.locator("#side-panel")
    panel.get_by_role("tab", name="User Properties").click()
    panel.get_by_role("link", name="Edit Name").click()
    panel.get_by_label("Value").fill("Alison")
    panel.get_by_label("Value").press("Enter")
    expect(panel.get_by_role("heading", name="Alison")).to_be_visible()
    expect(page.locator(".person-link").first).to_have_text("Alison")
    expect(panel.get_by_role("tab", name="User Properties")).to_have_attribute("aria-selected", "true")
    panel.get_by_role("link", name="Edit plan").click()
    expect(panel.get_by_label("Value")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel.locator("[data-property-form]")).to_have_count(0)
    expect(panel).to_be_visible()
    assert "open=alice" in page.url


def test_deleting_and_restoring(visitor: Visitor, full_project: Project, people: People) -> None:
    visitor.expected = ("404", "422")
    page = open_profile(visitor, full_project, people)
    page.get_by_role("button", name="Delete User Profile").press("Enter")
    page.get_by_label("To confirm").fill("alice")
    page.get_by_role("button", name="Delete profile", exact=True).click()
    expect(page.get_by_text("Alice was deleted.")).to_be_visible()
    expect(page.locator("#summary strong")).to_have_text("0")
    page.get_by_role("link", name="Restore").click()
    page.get_by_role("button", name="Restore profile").click()
    expect(page.get_by_text("Alice was restored.")).to_be_visible()
    expect(page.get_by_role("heading", name="Alice")).to_be_visible()


def test_editing_without_javascript(visitor: Visitor, full_project: Project, people: People) -> None:
    visitor.expected = ("422",)
    page = open_profile(visitor, full_project, people, java_script_enabled=False)
    page.get_by_role("link", name="Edit vip").click()
    page.get_by_label("Value").fill("no")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("[data-edit-value] .value-boolean")).to_have_text("false")
    page.get_by_role("link", name="Create New Property").click()
    page.get_by_label("Property name").fill("seats")
    page.get_by_label("Kind").select_option("Number")
    page.get_by_label("Value").fill("5")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("link", name="Edit seats")).to_be_visible()
    page.get_by_role("button", name="Delete User Profile").click()
    page.get_by_label("To confirm").fill("bob")
    page.get_by_role("button", name="Delete profile", exact=True).click()
    expect(page.get_by_text("This is not the ID.")).to_be_visible()
    assert Profile.objects.get(distinct_id="alice").properties["seats"] == 5


def test_escape_does_not_throw_away_at_once_what_was_typed(
    visitor: Visitor, full_project: Project, people: People
) -> None:
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users")
    open_dialog(page)
    dialog = page.get_by_role("dialog")
    page.keyboard.type("bob")
    page.keyboard.press("Escape")
    expect(dialog).to_contain_text("Escape again leaves without saving.")
    expect(page.get_by_label("$distinct_id")).to_have_value("bob")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    open_dialog(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
