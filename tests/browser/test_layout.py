"""Nothing is cut off or torn apart that was so once: measured in Chromium."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import FloatRect, Locator, expect

from profiles_app.models import Project
from tests.browser.conftest import Visitor
from tests.conftest import People

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}


def box_of(part: Locator) -> FloatRect:
    box = part.bounding_box()
    assert box is not None
    return box


def address(project: Project, where: object = None) -> str:
    filtered = f"?filter={quote(json.dumps({'where': where}))}" if where else ""
    return f"/projects/{project.pk}/users{filtered}"


def test_a_long_name_of_a_view_stays_inside_the_menu(visitor: Visitor, people: People, viewers: Project) -> None:
    page = visitor.open(people.owner, address(viewers))
    page.get_by_role("button", name="Views", exact=True).click()
    page.get_by_label("Name of the new view").fill("Everybody whom we know and some whom we do not know yet at all")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("Views", exact=True)).to_be_visible()
    page.goto(f"{page.url}&search=a")
    page.get_by_role("button", name="Views", exact=True).click()
    update = page.get_by_role("button", name="Update “")
    menu, form = box_of(page.locator("#views-menu, .menu:popover-open").first), box_of(update)
    assert form["x"] + form["width"] <= menu["x"] + menu["width"]
    assert box_of(page.locator(".view-note").first)["height"] < 24


@pytest.mark.parametrize("viewport", [PHONE, WIDE])
def test_two_days_of_a_window_stand_side_by_side(
    visitor: Visitor, people: People, viewers: Project, viewport: dict[str, int]
) -> None:
    page = visitor.open(people.owner, address(viewers, {"event": "watch video"}), viewport=viewport)
    page.get_by_role("button", name="When: Last 30 days").click()
    page.get_by_role("radio", name="Between").check(force=True)
    first, last = (box_of(page.get_by_label(f"{which} day", exact=True)) for which in ("First", "Last"))
    assert first["y"] == last["y"]
    assert first["x"] + first["width"] < last["x"]


def test_a_fault_stands_beside_its_icon(visitor: Visitor, people: People, viewers: Project) -> None:
    visitor.expected = ("status of 400",)
    wrong = {"property": "plan", "type": "string", "op": "sounds_like", "value": ["a"]}
    page = visitor.open(people.owner, address(viewers, wrong), viewport=PHONE)
    note = page.locator(".filter-note.line-fault")
    icon, words = box_of(note.locator("svg")), box_of(note.locator("span"))
    assert words["height"] > 30
    assert icon["x"] + icon["width"] <= words["x"]
    assert abs(icon["y"] - words["y"]) < 8


def test_pages_without_javascript_have_their_room(visitor: Visitor, people: People, viewers: Project) -> None:
    page = visitor.open(people.owner, address(viewers), java_script_enabled=False)
    page.get_by_role("button", name="Filter", exact=True).click()
    menu = page.locator(".builder-menu-here")
    assert box_of(menu.locator(".filter-choice").first)["width"] > 0.9 * box_of(menu)["width"]
    page = visitor.open(
        people.owner, f"{address(viewers)}/breakdown?breakdown=logins", viewport=PHONE, java_script_enabled=False
    )
    card = page.locator(".breakdown-card")
    assert card.evaluate("card => card.scrollHeight <= card.clientHeight + 1")


def test_the_table_can_be_skipped(visitor: Visitor, people: People, viewers: Project) -> None:
    page = visitor.open(people.owner, address(viewers))
    page.get_by_role("checkbox", name="Select Anna").press("Space")
    page.get_by_role("searchbox", name="Search profiles").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip the table")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#selection-export")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Export Users")).to_contain_text("1 row")
