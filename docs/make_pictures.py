"""Takes the pictures of docs/images from a running Roster with demo data.

    python docs/make_pictures.py http://127.0.0.1:8000 admin@example.com PASSWORD

Needs the development packages and /usr/bin/chromium.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES: Final = Path(__file__).parent / "images"
_ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_WIDE: Final = {"width": 1440, "height": 900}
_PHONE: Final = {"width": 390, "height": 844}


def take_pictures(address: str, email: str, password: str) -> None:
    """Writes each picture of `PICTURES`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        users = sign_in(browser, address, email, password)
        for name, (draw, options) in PICTURES.items():
            context = browser.new_context(
                base_url=address,
                storage_state=users["state"],
                reduced_motion="reduce",
                **({"viewport": _WIDE} | options),
            )
            page = context.new_page()
            page.goto(users["path"])
            draw(page)
            page.mouse.move(0, 0)
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
        browser.close()


def sign_in(browser: Browser, address: str, email: str, password: str) -> dict[str, Any]:
    """The session, and the path of the Users page."""
    page = browser.new_page(base_url=address)
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".table").wait_for()
    return {"state": page.context.storage_state(), "path": page.url.removeprefix(address)}


def show_users(page: Page) -> None:
    page.locator(".table").wait_for()


def show_profile(page: Page) -> None:
    page.goto(find_lively_profile(page))
    page.locator(".event summary").nth(1).click()


def show_side_panel(page: Page) -> None:
    table = page.url
    (person,) = parse_qs(urlsplit(find_lively_profile(page)).query)["id"]
    page.goto(f"{table}?open={quote(person)}")
    page.locator("#side-panel .event summary").first.click()


def show_filter(page: Page) -> None:
    watched = "(event:watch video,op:at_least,value:10,window:(last:(n:7,unit:day)))"
    lives = "(property:$country_code,type:string,op:is,value:!(NO,DE))"
    pays = "(property:plan,type:string,op:is_not,value:!(free))"
    page.goto(f"{page.url}?filter={quote(f'(all:!({watched},{lives},{pays}))')}")
    page.locator(".filter-line").nth(2).wait_for()


def show_filter_menu(page: Page) -> None:
    show_filter(page)
    page.locator(".add-button").first.click()
    page.locator("[data-choice][data-name='watch video']").focus()
    page.locator("#menu-note .note-title").wait_for()


def show_breakdown(page: Page) -> None:
    page.get_by_role("button", name="Breakdown", exact=True).click()
    page.locator(".breakdown-list").wait_for()


def show_selection(page: Page) -> None:
    for number in range(3):
        page.locator("tbody input[type=checkbox]").nth(number).check()


def show_columns(page: Page) -> None:
    page.locator("#columns-button").click()
    page.locator("#columns-list").wait_for()


def show_export(page: Page) -> None:
    page.locator("#export-button").click()
    page.locator("#export-dialog .export-size").wait_for()


def find_lively_profile(page: Page) -> str:
    """The address of the person with the most days of activity among the first fifteen."""
    links = page.locator(".person-link").evaluate_all("links => links.slice(0, 15).map(link => link.href)")
    days: dict[str, int] = {}
    for link in links:
        page.goto(link)
        days[link] = page.locator(".day").count()
    return max(days, key=lambda link: days[link])


# What is on each picture, and the screen it is taken of.
PICTURES: Final[dict[str, tuple[Callable[[Page], None], dict[str, Any]]]] = {
    "users": (show_users, {}),
    "profile": (show_profile, {}),
    "side-panel": (show_side_panel, {}),
    "filter": (show_filter, {}),
    "filter-menu": (show_filter_menu, {}),
    "breakdown": (show_breakdown, {}),
    "selection": (show_selection, {}),
    "columns": (show_columns, {}),
    "export": (show_export, {}),
    "users-phone": (show_users, {"viewport": _PHONE}),
    "side-panel-dark": (show_side_panel, {"color_scheme": "dark"}),
}


if __name__ == "__main__":
    take_pictures(*sys.argv[1:])
