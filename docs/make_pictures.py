"""Takes the pictures of docs/images from a running Roster with demo data.

    python docs/make_pictures.py http://127.0.0.1:8000 admin@example.com PASSWORD

Needs the development packages and /usr/bin/chromium. It makes three cohorts where they are missing; the import that
it shows is undone at the end.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

IMAGES: Final = Path(__file__).parent / "images"
_ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_WIDE: Final = {"width": 1440, "height": 900}
_PHONE: Final = {"width": 390, "height": 844}


def take_pictures(address: str, email: str, password: str) -> None:
    """Writes each picture of `PICTURES`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        users = sign_in(browser, address, email, password)
        make_cohorts(browser.new_page(base_url=address, storage_state=users["state"]), users["path"])
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
            if draw is show_import_result:
                undo_import(page)
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


# Name, description, filter.
_COHORTS: Final = (
    (
        "Daily viewers",
        "Watched on most days of the week.",
        "(event:watch video,measure:(days:!t),op:at_least,value:4,window:(last:(n:7,unit:day)))",
    ),
    (
        "Paying in Norway",
        "For the newsletter in October.",
        "(all:!((property:$country_code,type:string,op:is,value:!(NO)),(property:plan,op:is_not,value:!(free))))",
    ),
    ("Watched this month", "", "(event:watch video,op:at_least,value:3,window:(last:(n:30,unit:day)))"),
)


def make_cohorts(page: Page, users: str) -> None:
    """Those of `_COHORTS` that are not there, each with its size over the last weeks where that can be told."""
    cohorts = users.replace("/users", "/cohorts")
    for name, description, where in _COHORTS:
        page.goto(cohorts)
        if page.get_by_role("link", name=name, exact=True).count():
            continue
        page.goto(f"{cohorts}/new?filter={quote(where)}")
        page.get_by_label("Cohort name").fill(name)
        page.get_by_label("Description").fill(description)
        page.get_by_role("button", name="Create Cohort").click()
        page.get_by_role("heading", name=name).wait_for()
        past = page.get_by_role("button", name="Compute the past")
        if past.count():
            past.click()
            wait_for_chart(page)
    page.close()


def wait_for_chart(page: Page) -> None:
    """A worker computes it."""
    for _ in range(120):
        page.reload()
        if page.locator(".size-chart circle").count() > 20:
            return
        page.wait_for_timeout(1_000)
    raise RuntimeError("The sizes of past days were not computed. Does the worker run?")


def visit(page: Page, part: str) -> None:
    """Another page of the project, from the Users page."""
    page.goto(f"{page.url.partition('/users')[0]}/{part}")


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


def show_months(page: Page) -> None:
    page.goto(f"{page.url}?breakdown=$created")
    page.locator(".breakdown-list").wait_for()


def show_cohorts(page: Page) -> None:
    visit(page, "cohorts")


def show_cohort(page: Page) -> None:
    visit(page, "cohorts")
    page.get_by_role("link", name="Watched this month", exact=True).click()
    page.locator(".size-chart").wait_for()


def show_cohort_dialog(page: Page) -> None:
    visit(page, "cohorts")
    page.get_by_role("link", name="Create New Cohort").click()
    dialog = page.get_by_role("dialog", name="Create New Cohort")
    dialog.get_by_label("Cohort name").fill("Watchers of videos")
    page.locator(".add-button").first.click()
    page.locator("#builder-menu [data-choice][data-name='watch video']").click()
    page.locator("#cohort-count").get_by_text("did watch video").wait_for()


def show_why(page: Page) -> None:
    page.goto(find_lively_profile(page))
    page.get_by_role("link", name="Why Watched this month?").click()
    page.locator(".why").wait_for()


def show_edit(page: Page) -> None:
    page.get_by_role("button", name="Add/Edit Profile").click()
    dialog = page.get_by_role("dialog", name="Create or Modify Profile")
    dialog.locator("input[type=text]:not([readonly])").first.fill("jane@example.com")
    page.wait_for_load_state("networkidle")


# Who comes by the import, and a date; one of them is none.
_NEW: Final = {"jane": "2027-01-31", "li": "31.01.2027", "ana": "2027-02-28"}


def show_import(page: Page, *, until: str) -> None:
    """The step of an import whose button `until` would be pressed next."""
    ids = page.locator(".open-beside").evaluate_all("buttons => buttons.slice(0, 5).map(button => button.value)")
    rows = [f"{person},enterprise,{seats},2026-12-{seats:02}" for seats, person in enumerate(ids, start=11)]
    rows += [f"{person}@example.com,pro,2,{day}" for person, day in _NEW.items()]
    content = "\n".join(["$distinct_id,plan,seats,renewal", *rows])
    visit(page, "imports/new")
    file = FilePayload(name="renewals.csv", mimeType="text/csv", buffer=content.encode())
    page.get_by_label("Choose a CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Kind of column 4").select_option("date")
    page.get_by_label("Kind of column 3").select_option("number")
    for step in ("Check", "Import 7 profiles", "Undo import"):
        button = page.get_by_role("button", name=step, exact=True)
        button.wait_for()
        if step == until:
            return
        button.click()


def show_import_result(page: Page) -> None:
    show_import(page, until="Undo import")


def undo_import(page: Page) -> None:
    page.get_by_role("button", name="Undo import").click()
    page.get_by_role("button", name="Undo 7 changes").click()
    page.get_by_role("heading", name="Undone").wait_for()


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
    "breakdown-months": (show_months, {}),
    "selection": (show_selection, {}),
    "columns": (show_columns, {}),
    "export": (show_export, {}),
    "cohorts": (show_cohorts, {}),
    "cohort": (show_cohort, {}),
    "cohort-dialog": (show_cohort_dialog, {}),
    "why": (show_why, {}),
    "create-profile": (show_edit, {}),
    "import-map": (partial(show_import, until="Check"), {}),
    "import-check": (partial(show_import, until="Import 7 profiles"), {}),
    "users-phone": (show_users, {"viewport": _PHONE}),
    "side-panel-dark": (show_side_panel, {"color_scheme": "dark"}),
    "import-result": (show_import_result, {}),
}


if __name__ == "__main__":
    take_pictures(*sys.argv[1:])
