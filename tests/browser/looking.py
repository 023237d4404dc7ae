"""Looking at a page with axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCREENS = [
    pytest.param({"viewport": {"width": width, "height": height}}, id=str(width))
    for width, height in ((1440, 900), (390, 844))
]

# With less motion a change takes a hundredth of a millisecond, but what inherits it begins when that is over: a frame
# for each element on the way down, seconds for a table. A sheet of its own, since the page allows no style in place.
_WITHOUT_CHANGES = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, ::before, ::after { transition: none !important }");
    document.adoptedStyleSheets = [sheet];
}"""

_AT_REST = """async () => {
    const isAsking = () => document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added");
    const isMoving = () => document.getAnimations().some((one) => one.playState === "running");
    for (let still = 0; still < 3;) {
        await new Promise(requestAnimationFrame);
        still = isAsking() || isMoving() ? 0 : still + 1;
    }
}"""


def wait_until_at_rest(page: Page) -> None:
    """Until nothing is asked for and nothing moves."""
    page.evaluate(_AT_REST)


def look(page: Page, what: str) -> list[str]:
    """What axe finds, in light and dark, and whether the page is wider than the screen."""
    wait_until_at_rest(page)
    page.evaluate(_WITHOUT_CHANGES)
    found = _find_faults(page, what)
    # The scheme changes colours only.
    page.emulate_media(color_scheme="dark")
    wait_until_at_rest(page)
    found += _find_faults(page, f"{what}, dark", runOnly=["color-contrast"])
    page.emulate_media(color_scheme="light")
    wait_until_at_rest(page)
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, f"{what}: {wider} px wider than the screen"] if wider > 0 else found


def _find_faults(page: Page, what: str, **options: object) -> list[str]:
    # What is right is not told: of a table that is most of the time, and megabytes.
    found = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{what}: {problem['id']}: {problem['nodes'][0]['html'][:160]} {problem['nodes'][0]['failureSummary'][:300]}"
        for problem in found.response["violations"]
    ]
