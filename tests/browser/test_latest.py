"""Search, filter and order together: whatever is asked while an answer is under way, the last state is shown."""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Locator, Page, Route, expect

from profiles_app.models import Project
from tests.browser.conftest import Visitor
from tests.browser.test_builder import add, count, open_builder

Open = Callable[..., Page]

TABLE = re.compile(r"/users(/filter)?(\?[^/]*)?$")
WATCHED = "filter=(event:watch+video)&sort=$name"
EVERYBODY = ["Anna", "Bo", "Cem", "Dora", "Eve", "Finn"]


@pytest.fixture
def page(viewers: Project, open_as: Open) -> Page:
    page = open_as("teammate", f"/projects/{viewers.pk}/users?{WATCHED}")
    expect(names(page)).to_have_text(EVERYBODY[:5])
    return page


class Held:
    """The requests for the table, kept from the server until they are let go: the last one first."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._routes: list[Route] = []
        page.route(TABLE, self._keep)

    def _keep(self, route: Route) -> None:
        self._routes.append(route)

    def wait_for(self, number: int) -> None:
        for _ in range(500):
            if len(self._routes) >= number:
                return
            self._page.wait_for_timeout(10)
        raise AssertionError(f"{len(self._routes)} requests of {number}")

    def let_go(self) -> None:
        for route in reversed(self._routes):
            with suppress(Error):
                route.continue_()
        self._page.unroute(TABLE)


def names(page: Page) -> Locator:
    return page.locator("tbody .person-name")


def search(page: Page) -> Locator:
    return page.get_by_label("Search profiles")


def remove(page: Page, number: int = 0) -> Locator:
    return page.get_by_role("button", name="Remove this condition").nth(number)


def test_a_filter_right_after_typing_keeps_the_search(page: Page) -> None:
    search(page).fill("a")
    page.get_by_label("Did or did not").select_option("did_not")
    expect(page).to_have_url(re.compile(r"did:!f.*&search=a&sort="))
    expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    remove(page).click()
    expect(names(page)).to_have_text(["Anna", "Dora"])
    expect(search(page)).to_have_value("a")


def test_a_search_under_way_and_a_filter_chosen_meanwhile(page: Page) -> None:
    held = Held(page)
    search(page).fill("o")
    held.wait_for(1)
    remove(page).click()
    held.wait_for(2)
    held.let_go()
    expect(names(page)).to_have_text(["Bo", "Dora"])
    expect(page).to_have_url(re.compile(r"users\?search=o&sort=\$name$"))


@pytest.mark.parametrize(
    ("button", "found", "address"),
    [
        ("Remove this condition", ["Bo", "Dora"], r"users\?search=o&sort=\$name$"),
        ("Name", ["Dora", "Bo"], r"event:watch\+video\)&search=o&sort=-\$name$"),
    ],
    ids=["filter", "order"],
)
def test_a_change_under_way_and_a_search_meanwhile(page: Page, button: str, found: list[str], address: str) -> None:
    held = Held(page)
    page.get_by_role("button", name=button, exact=True).click()
    held.wait_for(1)
    search(page).fill("o")
    held.wait_for(2)
    held.let_go()
    expect(names(page)).to_have_text(found)
    expect(page).to_have_url(re.compile(address))


def test_enter_searches_at_once_and_once(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if TABLE.search(request.url) else None)
    search(page).press_sequentially("or", delay=20)
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["Dora"])
    expect(page).to_have_url(re.compile("search=or"))
    # Longer than what is typed waits.
    page.wait_for_function("start => performance.now() - start > 400", arg=page.evaluate("performance.now()"))
    assert len(asked) == 1


def test_steps_that_follow_each_other_before_an_answer(viewers: Project, open_as: Open) -> None:
    plans = "(property:plan,type:string,op:is,value:!(pro,team,free))"
    filtered = f"(all:!((event:watch+video),(event:like+video),{plans}))"
    page = open_as("teammate", f"/projects/{viewers.pk}/users?filter={filtered}&sort=$name")
    held = Held(page)
    for place in (0, 1):
        remove(page, place).click()
        held.wait_for(place + 1)
    for place in (0, 1):
        page.locator(".value-drop").nth(place).click()
        held.wait_for(place + 3)
    page.get_by_role("button", name="Name", exact=True).click()
    held.wait_for(5)
    held.let_go()
    expect(names(page)).to_have_text(["Bo"])
    expect(page).to_have_url(
        re.compile(r"users\?filter=\(property:plan,type:string,op:is,value:!\(free\)\)&sort=-\$name$")
    )


def test_columns_are_chosen_for_the_state_that_is_under_way(page: Page) -> None:
    held = Held(page)
    remove(page).click()
    held.wait_for(1)
    search(page).fill("o")
    page.get_by_role("button", name="Edit Columns").click()
    held.wait_for(2)
    held.let_go()
    dialog = page.get_by_role("dialog", name="Edit Columns")
    dialog.get_by_role("checkbox", name="plan").check()
    dialog.get_by_role("button", name="Select 7").click()
    expect(page.get_by_role("columnheader", name="plan")).to_be_visible()
    expect(names(page)).to_have_text(["Bo", "Dora"])


def test_back_and_forward_step_through_search_and_filter(page: Page) -> None:
    open_builder_again = page.locator("#filter-button")
    expect(open_builder_again).to_have_attribute("aria-expanded", "true")
    search(page).fill("o")
    expect(names(page)).to_have_text(["Bo", "Dora"])
    add(page, "plan")
    page.get_by_role("combobox", name="Value of plan").fill("free")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["Bo"])
    # What is typed and not asked for yet goes with the page that is left.
    search(page).fill("nobody")
    page.evaluate("history.back()")
    expect(names(page)).to_have_text(["Bo", "Dora"])
    expect(search(page)).to_have_value("o")
    page.evaluate("history.back()")
    expect(names(page)).to_have_text(EVERYBODY[:5])
    expect(search(page)).to_have_value("")
    page.evaluate("history.forward()")
    expect(names(page)).to_have_text(["Bo", "Dora"])
    page.evaluate("history.forward()")
    expect(names(page)).to_have_text(["Bo"])


def test_two_values_taken_before_an_answer_and_letters_typed_meanwhile(viewers: Project, open_as: Open) -> None:
    filtered = "(property:plan,type:string,op:is,value:!(team))"
    page = open_as("teammate", f"/projects/{viewers.pk}/users?filter={filtered}&sort=$name")
    field = page.get_by_role("combobox", name="Another value of plan")
    held = Held(page)
    for number, value in enumerate(("pro", "free")):
        field.press("ArrowDown")
        page.locator("#builder-suggestions").get_by_role("option", name=value).click()
        held.wait_for(number + 1)
    field.press_sequentially("tri")
    held.let_go()
    expect(names(page)).to_have_text(EVERYBODY)
    expect(page.locator(".value-chip")).to_have_count(3)
    expect(field).to_have_value("tri")
    expect(field).to_be_focused()


def test_a_link_keeps_the_search_that_is_under_way(page: Page) -> None:
    held = Held(page)
    search(page).fill("o")
    held.wait_for(1)
    link = page.locator(".filter-sentence > a").first
    # Without the page that it leads to, which would not come.
    link.evaluate("link => { link.addEventListener('click', (event) => event.preventDefault()); link.click(); }")
    expect(link).to_have_attribute("href", re.compile(r"users\?sort=%24name&search=o$"))
    held.let_go()
    expect(names(page)).to_have_text(["Bo", "Dora"])


def test_what_fails_is_not_asked_again(page: Page, visitor: Visitor) -> None:
    visitor.expected = ("net::ERR_FAILED", "htmx:sendError")
    page.route(TABLE, lambda route: route.abort())
    remove(page).click()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    page.unroute(TABLE)
    expect(page.locator(".filter-line")).to_have_count(1)
    search(page).fill("o")
    expect(names(page)).to_have_text(["Bo", "Dora"])
    expect(page).to_have_url(re.compile(r"filter=\(event:watch\+video\)&search=o"))


def test_a_failure_of_the_server_is_not_taken_for_a_lost_connection(page: Page, visitor: Visitor) -> None:
    visitor.expected = ("500",)
    page.route(TABLE, lambda route: route.fulfill(status=500))
    search(page).fill("o")
    expect(page.get_by_role("alert")).to_contain_text("Roster failed over this")
    expect(page.get_by_text("Check the connection")).to_be_hidden()
    page.unroute(TABLE)
    # Enter asks again for what stands in the field.
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text(["Bo", "Dora"])
    expect(page.get_by_role("alert")).to_be_hidden()


def test_the_first_filter_of_a_search_under_way(viewers: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{viewers.pk}/users?sort=$name")
    open_builder(page)
    page.get_by_role("button", name="Filter", exact=True).locator("visible=true").first.click()
    page.get_by_label("Search conditions").fill("watch video")
    choice = page.get_by_role("dialog").get_by_role("button", name="watch video")
    expect(choice).to_be_visible()
    # Both within the moment that typing waits for.
    page.evaluate(
        """() => {
            const field = document.getElementById('search-profiles');
            field.value = 'o';
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));
            document.querySelector('[data-choice]').click();
        }"""
    )
    expect(names(page)).to_have_text(["Bo", "Dora"])
    expect(page.locator(".filter-line")).to_have_count(1)
    expect(count(page)).to_contain_text("2")
