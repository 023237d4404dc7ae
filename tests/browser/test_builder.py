"""The filter builder in a real browser: by mouse, by keyboard, without JavaScript; Back, reload, links."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from profiles_app.models import Project
from tests.browser.conftest import Visitor

Open = Callable[..., Page]


def count(page: Page) -> Locator:
    return page.get_by_role("status").first


def add(page: Page, name: str, *, card: int = 0) -> None:
    """Opens the menu of a card, searches, and chooses by mouse."""
    page.get_by_role("button", name="Filter", exact=True).locator("visible=true").nth(card).click()
    page.get_by_label("Search conditions").fill(name)
    expect(page.locator("#menu-choices:not([aria-busy])")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name=name).click()
    expect(page.locator("#builder-menu")).to_be_hidden()


def offered(page: Page, value: str) -> Locator:
    """One of the values below the field."""
    return page.locator("#builder-suggestions").get_by_role("option", name=value)


def open_builder(page: Page) -> None:
    page.get_by_role("button", name="Filter", exact=True).first.click()
    expect(page.get_by_role("button", name="Hide Filter")).to_be_visible()


def test_an_analyst_builds_a_filter_by_mouse(viewers: Project, open_as: Open, visitor: Visitor) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users")
    expect(count(page)).to_contain_text("6")
    open_builder(page)
    add(page, "watch video")
    expect(count(page)).to_contain_text("5")
    page.get_by_label("Number", exact=True).fill("10")
    expect(count(page)).to_contain_text("4")
    page.get_by_role("button", name="When: Last 30 days").click()
    page.get_by_label("How many", exact=True).fill("7")
    page.get_by_role("dialog").get_by_role("button", name="Apply").click()
    expect(page.get_by_role("button", name="When: Last 7 days")).to_be_focused()
    expect(page).to_have_url(re.compile(r"last:\(n:7,unit:day\)"))
    address = page.url
    add(page, "Country Code")
    field = page.get_by_role("combobox", name="Value of Country Code")
    expect(field).to_be_focused()
    expect(page.get_by_text("Until then this condition is not applied.")).to_be_visible()
    offered(page, "NO").click()
    expect(count(page)).to_contain_text("2")
    offered(page, "DE").click()
    expect(count(page)).to_contain_text("3")
    page.keyboard.press("Escape")
    add(page, "plan")
    page.get_by_label("Operator for plan").select_option(label="Is not")
    page.get_by_role("combobox", name="Value of plan").fill("fr")
    offered(page, "free").click()
    expect(count(page)).to_contain_text("2")
    expect(page.locator("tbody .person-name")).to_have_text(["Anna", "Dora"])
    expect(page.get_by_text("includes those without it")).to_be_visible()
    sentence = page.locator(".filter-words")
    expect(sentence).to_contain_text(
        "did watch video at least 10 times in the last 7 days "
        "and Country Code is Norway or Germany and plan is not free"
    )
    whole = page.url
    # Each step is one of the browser's history: NO, DE, and the plan.
    for chips in (2, 1, 0):
        page.evaluate("history.back()")
        expect(page.locator(".value-chip")).to_have_count(chips)
    expect(page).to_have_url(address)
    expect(count(page)).to_contain_text("4")
    for chips in (1, 2, 3):
        page.evaluate("history.forward()")
        expect(page.locator(".value-chip")).to_have_count(chips)
    expect(page).to_have_url(whole)
    expect(page.locator(".value-chip")).to_have_text(["NO Norway", "DE Germany", "free"])
    page.reload()
    expect(page.locator("tbody .person-name")).to_have_text(["Anna", "Dora"])
    # In a fresh session, the same.
    other = open_as("owner", whole.removeprefix(visitor.address))
    expect(other.locator("tbody .person-name")).to_have_text(["Anna", "Dora"])
    expect(other.locator(".value-chip")).to_have_text(["NO Norway", "DE Germany", "free"])


def test_a_filter_is_built_by_keyboard_alone(viewers: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users")
    page.locator("#filter-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#add-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search conditions")).to_be_focused()
    page.keyboard.type("plan")
    expect(page.locator("[data-choice]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#menu-note")).to_contain_text("plan")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Search conditions")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    field = page.get_by_role("combobox", name="value of plan")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(offered(page, "pro")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(count(page)).to_contain_text("4")
    expect(field).to_be_focused()
    # What is not among the values can be typed.
    page.keyboard.type("trial")
    page.keyboard.press("Enter")
    expect(page.locator(".value-chip")).to_have_text(["pro", "trial"])
    expect(field).to_be_focused()
    page.keyboard.press("Backspace")
    expect(page.locator(".value-chip")).to_have_text(["pro"])
    page.keyboard.press("Escape")
    # Escape closes the menu, and the focus is where it was.
    page.locator("#add-1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search conditions")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#add-1")).to_be_focused()
    page.locator("#clear-all").focus()
    page.keyboard.press("Enter")
    expect(count(page)).to_contain_text("6")
    expect(page.locator("#add-1")).to_be_focused()


def test_connectors_groups_and_sequences(viewers: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users?filter=(all:!((event:watch+video),(event:like+video)))")
    expect(count(page)).to_contain_text("5")
    page.get_by_label("Connector", exact=True).select_option("then")
    expect(page).to_have_url(re.compile("sequence"))
    expect(count(page)).to_contain_text("5")
    page.get_by_label("At most so long after").fill("1")
    page.get_by_label("Unit of time").and_(page.locator("[id^=within-unit]")).select_option("minute")
    expect(count(page)).to_contain_text("0")
    page.get_by_role("button", name="Group", exact=True).click()
    add(page, "logins", card=1)
    page.get_by_label("Number", exact=True).fill("5")
    page.get_by_label("Connector between the groups").select_option("or")
    expect(page.locator("tbody .person-name")).to_have_text(["Finn"])


def test_a_wrong_row_says_so_and_a_search_keeps_it(viewers: Project, open_as: Open, visitor: Visitor) -> None:
    visitor.expected = (*visitor.expected, "400 (Bad Request)")
    page = open_as("teammate", f"/projects/{viewers.pk}/users?filter=(property:logins,type:number,op:equals,value:3)")
    field = page.get_by_label("Number", exact=True)
    field.press("End")
    field.press_sequentially("x")
    expect(page.locator(".line-fault")).to_have_text("Enter a number here.")
    expect(field).to_have_value("3x")
    expect(field).to_be_focused()
    expect(page.get_by_role("heading", name="This filter does not work")).to_be_visible()
    page.get_by_label("Search profiles").fill("do")
    expect(page).to_have_url(re.compile(r"search=do"))
    expect(field).to_have_value("3x")
    field.fill("3")
    expect(page.locator("tbody .person-name")).to_have_text(["Dora"])
    expect(page).to_have_url(re.compile(r"value:3\)&search=do"))


def test_what_is_typed_meanwhile_is_not_lost(viewers: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users?filter=(event:watch+video)")
    field = page.get_by_label("Number", exact=True)
    field.focus()
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    # About as slow as what is typed is sent.
    page.keyboard.type("0010", delay=330)
    expect(count(page)).to_contain_text("4")
    expect(field).to_have_value("0010")


def test_the_menu_stays_as_high_as_it_was(viewers: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users")
    open_builder(page)
    page.get_by_role("button", name="Filter", exact=True).locator("visible=true").first.click()
    menu = page.locator("#builder-menu")
    settled = page.locator("#menu-choices:not([aria-busy])")
    expect(settled).to_be_visible()
    before = menu.evaluate("menu => menu.offsetHeight")
    # What is chosen from a shorter list must not be clicked beside, which would close the menu.
    page.get_by_label("Search conditions").fill("watch video")
    expect(settled.get_by_role("button")).to_have_count(1)
    assert menu.evaluate("menu => menu.offsetHeight") == before
    # A note that is longer or shorter than another changes nothing either.
    settled.get_by_role("button").hover()
    expect(page.locator("#menu-note")).to_contain_text("watch video")
    assert menu.evaluate("menu => menu.offsetHeight") == before
    # The first empties the field.
    page.keyboard.press("Escape")
    expect(page.get_by_label("Search conditions")).to_have_value("")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    assert menu.evaluate("menu => menu.style.minHeight") == ""


def test_without_javascript(viewers: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users", java_script_enabled=False)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Search conditions").fill("plan")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="User plan").click()
    expect(page.get_by_text("Choose a value.")).to_be_visible()
    page.get_by_label("Value of plan").fill("pro")
    page.get_by_role("button", name="Apply filter").click()
    expect(page).to_have_url(re.compile(r"filter=\(property:plan"))
    expect(count(page)).to_contain_text("4")
