"""What stands beside the table in Chromium, a profile or the breakdown: by mouse, by keyboard, on a phone, without
JavaScript."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from profiles_app.models import Kind, Project, PropertyDefinition, Scope
from tests.browser.conftest import Visitor
from tests.conftest import People
from tests.pages.making import make_events, make_profile

Open = Callable[..., Page]


@pytest.fixture
def crowd(project: Project) -> Project:
    """Sixty people, the first of them with events."""
    now = datetime.now(UTC)
    for index in range(60):
        profile = make_profile(
            project, f"p/{index:02}&?", {"$name": f"Person {index:02}", "plan": "pro" if index % 3 else "free"},
            updated_at=now - timedelta(minutes=index),
        )  # fmt: skip
        if index == 0:
            make_events(profile, "App Open", [now - timedelta(minutes=9 * number) for number in range(60)], {"n": 1})
            make_events(profile, "Sign Up", [now - timedelta(days=20)])
    return project


def open_row(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Open {name} beside the table").click()
    expect(page.get_by_role("dialog", name=name)).to_be_visible()


def test_reading_beside_the_table(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users?search=person")
    open_row(page, "Person 00")
    panel = page.get_by_role("dialog")
    expect(page).to_have_url(re.compile(r"search=person&open=p%2F00%26%3F$"))
    expect(panel.get_by_role("heading", name="Person 00")).to_be_focused()
    panel.locator(".event summary").first.click()
    expect(panel.locator(".event-properties").first).to_be_visible()
    panel.get_by_role("link", name="Show older events").click()
    expect(panel.locator(".event")).to_have_count(61)
    panel.get_by_role("button", name="Last 30 days").click()
    panel.get_by_role("link", name="Last 7 days").click()
    expect(panel.get_by_role("button", name="Last 7 days")).to_be_visible()
    panel.get_by_role("button", name="Hide Events").click()
    panel.get_by_label("App Open").check()
    panel.get_by_role("button", name="Apply", exact=True).click()
    expect(panel.get_by_text("All events here are hidden")).to_be_visible()
    # The table is where it was, and so is the address.
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page).to_have_url(re.compile(r"search=person&open=p%2F00%26%3F$"))
    panel.get_by_role("tab", name="Activities").press("ArrowRight")
    expect(panel.get_by_role("tab", name="User Properties")).to_be_focused()
    panel.get_by_label("Search properties").fill("plan")
    expect(panel.locator("[data-property]:visible")).to_have_count(1)
    page.get_by_role("link", name="Open as page").click()
    expect(page.get_by_role("heading", name="Person 00", level=1)).to_be_visible()
    page.get_by_role("link", name="Back to Users").click()
    expect(page.get_by_role("dialog", name="Person 00")).to_be_visible()


def test_back_closes_and_opens_again(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    open_row(page, "Person 03")
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/users$"))
    page.go_back()
    expect(page.get_by_role("dialog", name="Person 03")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.go_forward()
    expect(page.get_by_role("dialog", name="Person 03")).to_be_visible()
    page.reload()
    expect(page.get_by_role("dialog", name="Person 03")).to_be_visible()
    # Another order keeps it, also in the address; one that was closed does not come back.
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page).to_have_url(re.compile(r"sort=\$name&open=p%2F03"))
    page.get_by_role("link", name="Close").click()
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page).to_have_url(re.compile(r"sort=-\$name$"))
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_steps_taken_while_a_page_is_loading(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    open_row(page, "Person 03")
    page.get_by_role("link", name="Close").click()
    expect(page).to_have_url(re.compile(r"/users$"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/htmx-2*.js", hold, times=1)
    with page.expect_request("**/htmx-2*.js"):
        page.evaluate("history.back()")
    # The page of the person stands there, and nothing listens yet.
    expect(page.get_by_role("dialog", name="Person 03")).to_be_visible()
    page.evaluate("history.forward()")
    expect(page).to_have_url(re.compile(r"/users$"))
    held[0].continue_()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Person 03")).to_have_attribute("aria-expanded", "false")


def test_from_row_to_row_by_keyboard(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    page.get_by_role("button", name="Open Person 00 beside").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Person 01")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("dialog", name="Person 02")).to_be_visible()
    page.get_by_role("button", name="Next in the table").click()
    expect(page.get_by_role("dialog", name="Person 03")).to_be_visible()
    expect(page.get_by_role("button", name="Next in the table")).to_be_focused()
    for name in ("Person 02", "Person 01", "Person 00"):
        page.keyboard.press("k")
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
    expect(page.get_by_role("button", name="Previous in the table")).to_be_disabled()
    # Escape closes a menu of the panel before the panel.
    page.get_by_role("button", name="Last 30 days").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Person 00")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Open Person 00 beside")).to_be_focused()


def test_a_phone_shows_the_panel_alone(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users", viewport={"width": 390, "height": 844})
    open_row(page, "Person 00")
    box = page.get_by_role("dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    # What it covers cannot be reached.
    assert page.evaluate("document.getElementById('side-panel').matches(':modal')")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Open Person 00 beside")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/users$"))


def test_somebody_deleted_meanwhile(crowd: Project, open_as: Open, visitor: Visitor) -> None:
    visitor.expected = ("404 (Not Found)",)
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    crowd.profiles.filter(distinct_id="p/00&?").update(deleted_at=datetime.now(UTC))
    page.get_by_role("button", name="Open Person 00 beside the table").click()
    expect(page.get_by_role("dialog", name="Nobody has this ID")).to_be_visible()
    page.get_by_role("link", name="Close the panel").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_without_javascript(crowd: Project, people: People, visitor: Visitor) -> None:
    page = visitor.open(people.teammate, f"/projects/{crowd.pk}/users?sort=$name", java_script_enabled=False)
    open_row(page, "Person 00")
    expect(page).to_have_url(re.compile(r"sort=%24name&open=p%2F00%26%3F$"))
    panel = page.get_by_role("dialog")
    expect(panel.locator(".event-name").first).to_have_text("App Open")
    expect(panel.get_by_text("User Profile Properties")).to_be_visible()
    panel.get_by_role("link", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".person-name").first).to_have_text("Person 00")


def test_from_the_breakdown_to_a_filter(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users?columns=plan")
    button = page.get_by_role("button", name="Breakdown", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    rows = page.locator(".breakdown-row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("66.7% 40")
    expect(page).to_have_url(re.compile(r"breakdown=plan$"))
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="Only free").click()
    expect(page.locator("#summary strong")).to_have_text("20")
    expect(rows).to_have_count(1)
    page.go_back()
    expect(page.locator("#summary strong")).to_have_text("60")
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Exclude free").click()
    expect(page.locator("#summary strong")).to_have_text("40")
    expect(rows).to_have_count(1)
    # A search refreshes it too, and a profile beside the table leaves it in the address.
    page.get_by_label("Search profiles").fill("Person 1")
    expect(page.locator(".breakdown-sum")).to_contain_text("7 in the table")
    open_row(page, "Person 10")
    expect(page).to_have_url(re.compile(r"breakdown=plan&open=p%2F10"))
    page.keyboard.press("Escape")
    button.click()
    expect(rows).to_have_count(0)
    expect(page).not_to_have_url(re.compile("breakdown"))
    page.get_by_role("button", name="Name", exact=True).click()
    expect(page).to_have_url(re.compile("sort="))
    expect(rows).to_have_count(0)


def test_choosing_a_property_by_keyboard(crowd: Project, open_as: Open) -> None:
    for name in ("plan", "$name", "planet"):
        PropertyDefinition.objects.create(project=crowd, scope=Scope.PROFILE, name=name, kinds=Kind.STRING)
    page = open_as("teammate", f"/projects/{crowd.pk}/users?breakdown=$name")
    expect(page.locator(".breakdown-sum")).to_contain_text("60 different values")
    expect(page.get_by_text("40 other values")).to_be_visible()
    page.get_by_role("button", name="Property: Name").press("Enter")
    page.get_by_label("Search properties").fill("plan")
    expect(page.locator("#breakdown-choices button")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator(".breakdown-row")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"breakdown=plan$"))
    page.get_by_role("link", name="Close the breakdown").click()
    expect(page.get_by_role("button", name="Breakdown", exact=True)).to_be_focused()


def test_breakdown_without_javascript(crowd: Project, people: People, visitor: Visitor) -> None:
    PropertyDefinition.objects.create(project=crowd, scope=Scope.PROFILE, name="plan", kinds=Kind.STRING)
    page = visitor.open(people.teammate, f"/projects/{crowd.pk}/users?search=Person 1", java_script_enabled=False)
    page.get_by_role("button", name="Breakdown", exact=True).click()
    page.get_by_role("button", name="Property: Country Code").click()
    page.get_by_role("button", name="plan").click()
    expect(page.get_by_role("heading", name="Breakdown", level=1)).to_be_visible()
    page.get_by_role("link", name="Only free").click()
    expect(page.locator("#summary strong")).to_have_text("3")
    page.get_by_role("link", name="Show the breakdown").click()
    expect(page.locator(".breakdown-row")).to_have_count(1)
    page.get_by_role("link", name="Back to Users").click()
    expect(page.locator("#summary strong")).to_have_text("3")
