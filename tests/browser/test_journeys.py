"""What people do: look for somebody, read their history, change settings; by mouse, by keyboard,
and without JavaScript."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error, Page, Route, expect

from profiles_app.models import GroupKey, Profile, Project
from tests.browser.conftest import Visitor
from tests.conftest import PASSWORD, People
from tests.pages.making import make_events, make_profile

Open = Callable[..., Page]


@pytest.fixture
def crowd(project: Project) -> Project:
    """Alice with 120 events, and 110 others."""
    now = datetime.now(UTC)
    for index in range(110):
        make_profile(
            project, f"p{index:03}", {"$name": f"Person {index:03}", "$email": f"p{index:03}@example.com"},
            updated_at=now - timedelta(days=1, minutes=index),
        )  # fmt: skip
    alice = make_profile(
        project, "alice/?&#1", {"$name": "Alice Singh", "$city": "Oslo", "plan": "pro"}, updated_at=now
    )
    make_events(alice, "App Open", [now - timedelta(minutes=3 * index) for index in range(120)], {"source": "web"})
    make_profile(project, "visitor")
    return project


def test_an_analyst_finds_somebody(crowd: Project, people: People, visitor: Visitor) -> None:
    page = visitor.open(None, f"/projects/{crowd.pk}/users")
    page.get_by_label("E-mail").fill("teammate@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Users", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("111")
    page.get_by_role("button", name="Users with Profiles").click()
    page.get_by_role("link", name="Users Everybody").click()
    expect(page.get_by_role("status")).to_contain_text("112")
    page.get_by_label("Search profiles").press_sequentially("alice", delay=20)
    expect(page.get_by_role("status")).to_have_text("1 found")
    expect(page).to_have_url(re.compile(r"\?population=all&search=alice$"))
    page.get_by_role("link", name="Alice Singh").click()
    expect(page.get_by_role("heading", name="Alice Singh")).to_be_visible()
    page.get_by_role("link", name="Back to Users").click()
    expect(page).to_have_url(re.compile(r"\?population=all&search=alice$"))
    expect(page.get_by_label("Search profiles")).to_have_value("alice")


def test_sorting_and_paging_keep_the_address(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    names = page.locator("tbody .person-name")
    page.get_by_role("button", name="Email").click()
    expect(names.first).to_have_text("Person 000")
    expect(page.get_by_role("columnheader", name="Email")).to_have_attribute("aria-sort", "ascending")
    # The focus stays where it was, so that the next press turns the order around.
    expect(page.locator("#sort-2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(names.first).to_have_text("Person 109")
    page.get_by_role("link", name="Next").click()
    expect(names.first).to_have_text("Person 059")
    address = page.url
    page.get_by_role("link", name="Next").click()
    expect(names.last).to_have_text("Alice Singh")
    page.go_back()
    expect(names.first).to_have_text("Person 059")
    assert page.url == address
    page.reload()
    expect(names.first).to_have_text("Person 059")
    page.get_by_role("link", name="Previous").click()
    expect(names.first).to_have_text("Person 109")


def hold(page: Page, address: str | re.Pattern[str]) -> list[Route]:
    """The requests to this address, kept from the server until the test lets them go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def test_the_last_answer_wins(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    held = hold(page, re.compile(r"search=Person%20001|search=Person\+001"))
    field = page.get_by_label("Search profiles")
    field.fill("Person 001")
    expect(page.locator("#results")).to_have_class(re.compile("htmx-request"))
    field.fill("Person 002")
    expect(page.get_by_role("status")).to_have_text("1 found")
    expect(page.locator("tbody .person-name")).to_have_text("Person 002")
    expect(field).to_have_value("Person 002")
    assert held
    for route in held:
        with suppress(Error):
            route.abort()


def test_bars_while_loading_and_a_line_when_it_fails(crowd: Project, open_as: Open, visitor: Visitor) -> None:
    visitor.expected = ("net::ERR_FAILED", "htmx:sendError")
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    held = hold(page, "**/users?*")
    page.get_by_role("button", name="City").click()
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    expect(page.locator("tbody .person-name").first).to_be_hidden()
    held[0].abort()
    expect(page.get_by_role("alert")).to_contain_text("did not answer")
    expect(page.locator("tbody .person-name").first).to_be_visible()
    page.unroute("**/users?*")
    page.get_by_role("button", name="City").click()
    expect(page.get_by_text("did not answer")).to_be_hidden()


def test_history_of_somebody(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    page.get_by_role("link", name="Alice Singh").click()
    events = page.locator(".event")
    expect(events).to_have_count(50)
    events.first.locator("summary").click()
    expect(events.first.get_by_text("web")).to_be_visible()
    page.get_by_role("link", name="Show older events").click()
    expect(events).to_have_count(100)
    # Who goes on by keyboard goes on at the first of them.
    expect(events.nth(50).locator("summary")).to_be_focused()
    page.get_by_role("link", name="Show older events").focus()
    page.keyboard.press("Enter")
    expect(events).to_have_count(120)
    expect(events.nth(100).locator("summary")).to_be_focused()
    expect(page.get_by_role("link", name="Show older events")).to_have_count(0)
    page.get_by_label("Search properties").fill("osl")
    expect(page.locator("[data-property]:visible")).to_have_count(1)
    page.get_by_label("Search properties").fill("no such")
    expect(page.get_by_text("No property matches.")).to_be_visible()
    page.get_by_role("button", name="Hide Events").click()
    page.get_by_label("App Open").check()
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("All events here are hidden")).to_be_visible()
    page.get_by_role("link", name="Show all events").click()
    page.get_by_role("button", name="Last 30 days").click()
    page.get_by_role("link", name="All time").click()
    expect(page.get_by_role("button", name="All time")).to_be_visible()
    expect(page).to_have_url(re.compile("range=all"))


def test_menus_close_on_escape_and_return_the_focus(crowd: Project, open_as: Open) -> None:
    GroupKey.objects.create(project=crowd, key="company", label="Companies")
    page = open_as("owner", f"/projects/{crowd.pk}/users")
    for name in ("User", "Users with Profiles"):
        button = page.get_by_role("button", name=name, exact=True)
        button.focus()
        page.keyboard.press("Enter")
        menu = page.locator(":popover-open")
        expect(menu).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest(':popover-open')")
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
        expect(button).to_be_focused()


def test_by_keyboard_alone(crowd: Project, people: People, visitor: Visitor) -> None:
    page = visitor.open(None, f"/projects/{crowd.pk}/users")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("teammate@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Users", exact=True).wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    _tab_to(page, "Search profiles")
    page.keyboard.type("Singh")
    expect(page.get_by_role("status")).to_have_text("1 found")
    _tab_to(page, "Alice Singh")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Alice Singh").wait_for()
    page.locator(".event summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".event").first.get_by_text("web")).to_be_visible()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus, which must be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const e = document.activeElement;
                const ring = getComputedStyle(e).outlineStyle !== "none";
                const own = e.matches("a, button, input, summary") ? e.textContent : "";
                return [e.labels?.[0]?.textContent ?? own, ring];
            }"""
        )
        assert seen[1], f"no visible focus on {seen[0]}"
        if name in seen[0]:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_without_javascript(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users", java_script_enabled=False)
    page.get_by_role("button", name="Email").click()
    expect(page.locator("tbody .person-name").first).to_have_text("Person 000")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("tbody .person-name").first).to_have_text("Person 050")
    page.get_by_label("Search profiles").fill("Alice")
    page.get_by_label("Search profiles").press("Enter")
    expect(page).to_have_url(re.compile(r"search=Alice"))
    page.get_by_role("link", name="Alice Singh").click()
    page.get_by_role("link", name="Show older events").click()
    expect(page.locator(".event")).to_have_count(50)
    page.get_by_role("link", name="Back to the newest events").click()
    page.get_by_role("button", name="Last 30 days").click()
    page.get_by_role("link", name="Last 7 days").click()
    expect(page.get_by_role("button", name="Last 7 days")).to_be_visible()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_empty_page_without_javascript(project: Project, open_as: Open) -> None:
    page = open_as("owner", f"/projects/{project.pk}/users", java_script_enabled=False)
    expect(page.get_by_text("the table is here as soon as")).to_be_visible()
    expect(page.get_by_text("by itself")).to_be_hidden()


def test_the_empty_page_turns_into_the_table(project: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{project.pk}/users")
    expect(page.get_by_text("Nobody is here yet")).to_be_visible()
    requests: list[str] = []
    make_profile(project, "alice", {"$name": "Alice Singh"})
    expect(page.get_by_role("link", name="Alice Singh")).to_be_visible()
    page.on("request", lambda request: requests.append(request.url))
    with pytest.raises(Error, match="Timeout"):
        page.wait_for_event("request", timeout=1500)
    assert requests == []


def test_an_admin_changes_settings(project: Project, open_as: Open) -> None:
    page = open_as("owner", f"/projects/{project.pk}/settings", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy token").click()
    expect(page.get_by_role("button", name="Copy token")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == project.token
    page.get_by_label("Time zone").select_option("Europe/Oslo")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The project is changed.")).to_be_visible()
    page.get_by_label("E-mail").fill("new@example.com")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_role("heading", name="Password for new@example.com")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Copy it now")).to_have_count(0)
    page.get_by_role("button", name="Remove new@example.com").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("is no longer a member")).to_be_visible()
    page.get_by_role("textbox", name="Group key").fill("company")
    page.get_by_label("Label", exact=True).fill("Companies")
    page.get_by_role("button", name="Add group key").click()
    expect(page.get_by_role("link", name="Companies")).to_be_visible()


def test_projects_are_switched(people: People, project: Project, open_as: Open) -> None:
    page = open_as("owner", f"/projects/{project.pk}/users")
    page.get_by_role("button", name="Project:").click()
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Project name").fill("Second")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="Secret of Second")).to_be_visible()
    page.get_by_role("button", name="Project:").click()
    page.get_by_role("link", name="Demo").click()
    expect(page).to_have_url(re.compile(f"/projects/{project.pk}/users$"))


def test_on_a_phone(crowd: Project, open_as: Open) -> None:
    page = open_as("teammate", f"/projects/{crowd.pk}/users", viewport={"width": 390, "height": 844}, has_touch=True)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("offset", [-1, 0, 1], ids=["button at the top", "in the middle", "at the bottom"])
def test_menus_fit_on_a_phone(crowd: Project, open_as: Open, offset: int) -> None:
    alice = Profile.objects.get(distinct_id="alice/?&#1")
    for number in range(40):
        make_events(alice, f"An event with a long name, number {number}", [datetime.now(UTC)])
        GroupKey.objects.create(project=crowd, key=f"k{number}", label=f"Kind {number}")
    page = open_as("owner", f"/projects/{crowd.pk}/users", viewport={"width": 390, "height": 844})
    menus = ["#population-button", "#analyze-button"]
    for path in ("users", "users/profile?id=alice%2F%3F%26%231"):
        page.goto(f"/projects/{crowd.pk}/{path}")
        for selector in menus:
            button = page.locator(selector)
            button.evaluate(
                "(e, offset) => e.scrollIntoView({block: offset < 0 ? 'start' : offset ? 'end' : 'center'})", offset
            )
            # Clear of the bar at the top, under which nobody can press it.
            page.evaluate(f"scrollBy(0, Math.min(0, {_top(selector)} - 72))")
            button.click()
            box = page.locator(":popover-open").bounding_box()
            assert box
            assert box["x"] >= 8
            assert box["x"] + box["width"] <= 390 - 8
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 844
            assert box["height"] >= 150
            page.keyboard.press("Escape")
        menus = ["#range-button", "#hide-button"]


def _top(selector: str) -> str:
    """JavaScript for where an element begins, from the top of the window."""
    return f"document.querySelector('{selector}').getBoundingClientRect().top"


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [1440, 390])
def test_long_values_are_cut_and_open(project: Project, open_as: Open, width: int, *, script: bool) -> None:
    long = "Somewhere over the rainbow " * 400 + "and home"
    properties = {"$email": f"{long}@x", "$region": long, "note": long, "tags": ["a tag"] * 900, "tree": {"a": long}}
    alice = make_profile(project, "alice", {"$name": "Alice", "plan": "pro", **properties})
    make_events(alice, "Open", [datetime.now(UTC)], {"note": long, "tags": [long, long]})
    page = open_as(
        "teammate", f"/projects/{project.pk}/users/profile?id=alice",
        viewport={"width": width, "height": 900}, java_script_enabled=script,
    )  # fmt: skip
    page.locator(".event summary").first.click()
    assert _height(page, ".identity") < 900
    assert _height(page, ".properties") < 3200
    assert _height(page, ".event") < 1400
    note = page.locator(".property").filter(has_text="note").first
    expect(note.get_by_text("and home")).to_be_hidden()
    note.get_by_text("Show all 10,808 characters").click()
    expect(note.get_by_text("and home")).to_be_visible()
    expect(note.locator(".long-start")).to_be_hidden()
    note.get_by_text("Show less").click()
    expect(note.get_by_text("and home")).to_be_hidden()


def _height(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["height"]


def test_a_picture_that_does_not_load_leaves_the_face(project: Project, open_as: Open, visitor: Visitor) -> None:
    visitor.expected = ("Failed to load resource",)
    make_profile(project, "alice", {"$name": "Alice", "$avatar": "https://127.0.0.1:1/none.png"})
    assert Profile.objects.count() == 1
    page = open_as("teammate", f"/projects/{project.pk}/users")
    expect(page.locator("tbody .avatar-picture")).to_have_count(0)
    expect(page.locator("tbody .avatar-face")).to_be_visible()


def test_a_word_that_is_being_composed_is_not_searched(crowd: Project, open_as: Open) -> None:
    make_profile(crowd, "hana", {"$name": "花子"})
    page = open_as("teammate", f"/projects/{crowd.pk}/users")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "search=" in request.url else None)
    page.get_by_label("Search profiles").focus()
    page.clock.install()
    keyboard = page.context.new_cdp_session(page)
    for text in ("h", "は", "はな"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.clock.run_for(1000)
    keyboard.send("Input.insertText", {"text": "花"})
    page.clock.run_for(1000)
    expect(page.get_by_role("status")).to_have_text("1 found")
    assert len(asked) == 1
