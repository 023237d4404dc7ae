"""Takes the pictures of docs/images from a running Roster with demo data.

    python docs/make_pictures.py http://127.0.0.1:8000 admin@example.com PASSWORD

Needs the development packages and /usr/bin/chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def take_pictures(address: str, email: str, password: str) -> None:
    """Writes users.png and profile.png."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900})
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.locator(".table").wait_for()
        page.screenshot(path=IMAGES / "users.png")
        page.goto(find_lively_profile(page))
        page.locator(".event summary").nth(1).click()
        page.mouse.move(0, 0)
        page.screenshot(path=IMAGES / "profile.png")
        browser.close()


def find_lively_profile(page: Page) -> str:
    """The address of the person with the most days of activity among the first fifteen."""
    links = page.locator(".person-link").evaluate_all("links => links.slice(0, 15).map(link => link.href)")
    days: dict[str, int] = {}
    for link in links:
        page.goto(link)
        days[link] = page.locator(".day").count()
    return max(days, key=lambda link: days[link])


if __name__ == "__main__":
    take_pictures(*sys.argv[1:])
