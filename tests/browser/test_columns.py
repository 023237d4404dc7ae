"""Edit Columns in Chromium: by mouse, by keyboard, on a phone, in the dark, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from profiles_app.models import ColumnChoice, GroupKey, Kind, Project, PropertyDefinition, Scope
from tests.browser.conftest import Visitor
from tests.browser.looking import SCREENS, look
from tests.browser.test_journeys import hold
from tests.conftest import People
from tests.pages.making import make_profile

NAMES = ["plan", "Planet", "tags", "נכס", "x" * 200]


@pytest.fixture
def full_project(project: Project) -> Project:
    for index in range(60):
        make_profile(project, f"user-{index:02}", {"$name": f"Person {index}", "plan": "pro", "tags": ["a"]})
    kinds = [Kind.STRING, Kind.NUMBER, Kind.LIST, Kind.STRING | Kind.DATE, Kind.BOOLEAN]
    names = [*zip(NAMES, kinds, strict=True), *((f"property {number:04}", Kind.OBJECT) for number in range(2000))]
    PropertyDefinition.objects.bulk_create(
        PropertyDefinition(project=project, scope=Scope.PROFILE, name=name, kinds=kind) for name, kind in names
    )
    return project


@pytest.fixture
def page(visitor: Visitor, full_project: Project, people: People) -> Page:
    return visitor.open(people.teammate, f"/projects/{full_project.pk}/users?search=person")


def open_dialog(page: Page) -> Locator:
    page.get_by_role("button", name="Edit Columns").click()
    dialog = page.get_by_role("dialog", name="Edit Columns")
    expect(dialog.get_by_label("Search properties")).to_be_focused()
    return dialog


def box(where: Page | Locator, name: str) -> Locator:
    return where.get_by_role("checkbox", name=name, exact=True)


def heads(page: Page) -> Locator:
    return page.locator("thead th:has(.sort)")


def test_by_mouse(page: Page) -> None:
    expect(page.get_by_role("button", name="Edit Columns • 6", exact=True)).to_be_visible()
    dialog = open_dialog(page)
    dialog.get_by_label("Search properties").press_sequentially("plan")
    expect(box(dialog, "Planet")).to_be_visible()
    expect(box(dialog, "Email")).to_be_hidden()
    box(dialog, "plan").check()
    expect(dialog.get_by_role("button", name="Select 7", exact=True)).to_be_visible()
    dialog.get_by_label("Search properties").fill("")
    expect(dialog.get_by_text("more. Type to search.")).to_be_visible()
    expect(box(dialog, "plan")).to_be_checked()
    box(dialog, "Region").uncheck()
    # "plan" was chosen last and is dragged above Email.
    grip = dialog.get_by_role("button", name="Move plan", exact=True)
    grip.hover()
    page.mouse.down()
    target = box(dialog, "Email").bounding_box()
    assert target
    page.mouse.move(target["x"], target["y"] + 30, steps=4)
    page.mouse.move(target["x"], target["y"] - 8, steps=4)
    page.mouse.up()
    dialog.get_by_role("button", name="Select 6").click()
    expect(dialog).to_be_hidden()
    expect(heads(page)).to_have_text(["Name", "plan", "Email", "Updated at", "Country Code", "City"])
    expect(page).to_have_url(re.compile(r"\?search=person&columns=plan,\$email,\$last_seen,\$country_code,\$city$"))
    expect(page.get_by_role("button", name="Edit Columns • 6", exact=True)).to_be_focused()
    assert ColumnChoice.objects.get().names[0] == "plan"


def test_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Edit Columns").press("Enter")
    dialog = page.get_by_role("dialog", name="Edit Columns")
    search = dialog.get_by_label("Search properties")
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Edit Columns")).to_be_focused()
    page.keyboard.press("Enter")
    expect(search).to_be_focused()
    page.keyboard.type("tags")
    # Enter searches; it never applies.
    page.keyboard.press("Enter")
    expect(box(dialog, "tags")).to_be_visible()
    box(dialog, "tags").press("Space")
    search.press("Control+a")
    page.keyboard.press("Delete")
    grip = dialog.get_by_role("button", name="Move tags")
    expect(box(dialog, "Email")).to_be_visible()
    grip.press("Home")
    expect(grip).to_be_focused()
    expect(dialog.locator("#columns-spoken")).to_have_text("tags, 1 of 6")
    page.keyboard.press("ArrowDown")
    expect(dialog.locator("#columns-spoken")).to_have_text("tags, 2 of 6")
    dialog.get_by_role("button", name="Select 7").press("Enter")
    expect(heads(page)).to_have_text(["Name", "Email", "tags", "Updated at", "Country Code", "Region", "City"])
    expect(page.get_by_role("button", name="Edit Columns • 7")).to_be_focused()


def test_select_all_deselect_all_and_reset(page: Page) -> None:
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="Deselect all").click()
    expect(dialog.get_by_role("button", name="Select 1", exact=True)).to_be_visible()
    dialog.get_by_label("Search properties").fill("plan")
    expect(box(dialog, "Email")).to_be_hidden()
    dialog.get_by_role("button", name="Select all", exact=True).click()
    dialog.get_by_role("button", name="Select 3", exact=True).click()
    expect(heads(page)).to_have_text(["Name", "plan", "Planet"])
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="Reset to default").click()
    expect(heads(page)).to_have_count(6)
    assert not ColumnChoice.objects.exists()


def test_a_button_pressed_while_a_search_waits_is_not_lost(page: Page) -> None:
    dialog = open_dialog(page)
    dialog.get_by_role("button", name="Deselect all").click()
    expect(dialog.get_by_role("button", name="Select 1", exact=True)).to_be_visible()
    held = hold(page, "**/columns")
    page.evaluate(
        """() => {
            const field = document.getElementById("columns-search");
            field.value = "plan";
            field.dispatchEvent(new InputEvent("input", { bubbles: true }));
            document.querySelector(".columns-all button[value=all]").click();
            // Longer than a search waits for the typing to end.
            return new Promise((resolve) => setTimeout(resolve, 400));
        }"""
    )
    assert len(held) == 1
    page.unroute("**/columns")
    expect(dialog.get_by_role("button", name="Select 3", exact=True)).to_be_visible()
    expect(box(dialog, "Planet")).to_be_checked()


def test_the_dialog_stays_as_high_as_it_was(page: Page) -> None:
    dialog = open_dialog(page)
    before = dialog.evaluate("dialog => dialog.offsetHeight")
    dialog.get_by_label("Search properties").fill("plan")
    expect(box(dialog, "$email")).to_have_count(0)
    # A click on what stood there a moment ago is none beside the dialog, which would close it.
    assert dialog.evaluate("dialog => dialog.offsetHeight") == before
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.locator("#columns-dialog").evaluate("dialog => dialog.style.minHeight") == ""


def test_a_box_checked_while_an_answer_is_under_way_stays(page: Page) -> None:
    dialog = open_dialog(page)
    held = hold(page, "**/columns")
    dialog.get_by_label("Search properties").fill("a")
    expect(dialog.locator("#columns-list")).to_have_attribute("aria-busy", "true")
    page.unroute("**/columns")
    box(dialog, "tags").check()
    expect(box(dialog, "$email")).to_have_count(0)
    expect(dialog.locator("#columns-list")).not_to_have_attribute("aria-busy", "true")
    assert held
    expect(box(dialog, "tags")).to_be_checked()
    expect(dialog.get_by_role("button", name="Select 7", exact=True)).to_be_visible()


def test_without_javascript(visitor: Visitor, full_project: Project, people: People) -> None:
    address = f"/projects/{full_project.pk}/users?search=person"
    page = visitor.open(people.teammate, address, java_script_enabled=False)
    page.get_by_role("button", name="Edit Columns • 6").click()
    page.get_by_role("button", name="Move Updated at up").click()
    page.get_by_label("Search properties").fill("planet")
    page.get_by_label("Search properties").press("Enter")
    box(page, "Planet").check()
    page.get_by_label("Search properties").fill("")
    page.get_by_role("button", name="Search").last.click()
    box(page, "Region").uncheck()
    page.get_by_role("button", name="Select").last.click()
    expect(heads(page)).to_have_text(["Name", "Updated at", "Email", "Country Code", "City", "Planet"])
    assert "search=person" in page.url
    page.goto(f"/projects/{full_project.pk}/users")
    expect(heads(page)).to_have_text(["Name", "Updated at", "Email", "Country Code", "City", "Planet"])


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(visitor: Visitor, full_project: Project, people: People, screen: dict[str, object]) -> None:
    GroupKey.objects.create(project=full_project, key="company", label="Companies")
    columns = f"columns=plan,vanished,{'x' * 200},$distinct_id"
    page = visitor.open(people.owner, f"/projects/{full_project.pk}/users?{columns}", **screen)
    dialog = open_dialog(page)
    problems = find_problems(page, "dialog")
    dialog.get_by_label("Search properties").fill("nothing at all")
    expect(dialog.get_by_text("No property matches")).to_be_visible()
    problems += find_problems(page, "dialog, nothing found")
    # And the same as a page.
    page.goto(f"/projects/{full_project.pk}/users/columns?{columns}")
    assert problems + find_problems(page, "page") == []


def find_problems(page: Page, what: str) -> list[str]:
    """Also whether the button at the foot is in sight."""
    foot = page.get_by_role("button", name=re.compile(r"^Select \d")).bounding_box()
    assert foot
    is_out = foot["y"] + foot["height"] > page.evaluate("innerHeight")
    return look(page, what) + ([f"{what}: the button is out of sight"] if is_out else [])
