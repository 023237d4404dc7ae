"""How long an analyst waits, measured in Chromium over the data of `benchmarks.queries`.

    python -m benchmarks.browser [--scale 1] [--runs 9] [--no-write]

Starts the embedded PostgreSQL and the web process as `make run` would, opens the Users page and does what an analyst
does. Two times of each, from the browser's own clocks: to the first byte of the answer, without the way there, and
from the click or the keystroke to the answer in the page. Medians in milliseconds, put into docs/performance.md.
"""

import argparse
import json
import statistics
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.page import BENCH_EMAIL, BENCH_PASSWORD, make_member, serve_web
from benchmarks.queries.data import hold_data
from benchmarks.queries.dataset import NOW, Folder, Scale
from benchmarks.queries.environment import serve_postgres, set_up_django
from benchmarks.queries.report import describe_machine, write_part

_ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_WHERE: Final[dict[str, Any]] = {
    "all": [
        {"property": "$country_code", "type": "string", "op": "is", "value": ["US"]},
        {
            "event": "watch video",
            "op": "at_least",
            "value": 3,
            "window": {"between": [f"{NOW.date().replace(day=1)}", f"{NOW.date()}"]},
        },
    ]
}
_FILTERED: Final = "filter=" + quote(json.dumps({"where": _WHERE}))
# In the page, so that no time of the test tool is in it.
_ACT: Final = """
    async ({ selector, text, target, appears }) => {
      performance.clearResourceTimings();
      const shown = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`${target} was not filled`)), 30000);
        const finish = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
        if (appears) {
          new MutationObserver((_, observer) => {
            if (!document.querySelector(appears)) return;
            observer.disconnect();
            finish();
          }).observe(document.body, { childList: true, subtree: true });
          return;
        }
        document.addEventListener("htmx:afterSettle", function settled(event) {
          if (event.target.id !== target) return;
          document.removeEventListener("htmx:afterSettle", settled);
          finish();
        });
      });
      const element = document.querySelector(selector);
      const start = performance.now();
      if (text === null) {
        element.focus();
        element.click();
      } else {
        element.value = text;
        element.dispatchEvent(new Event("input", { bubbles: true }));
      }
      const end = await shown;
      const asked = performance.getEntriesByType("resource")
        .find((entry) => ["xmlhttprequest", "fetch"].includes(entry.initiatorType));
      return [asked.responseStart - asked.requestStart, end - start];
    }
"""
_LOADED: Final = """
    () => {
      const [page] = performance.getEntriesByType("navigation");
      return [page.responseStart - page.requestStart, page.domContentLoadedEventEnd - page.requestStart];
    }
"""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is done on the Users page with this query: a click, or a text typed into a field. `target` is
    the element that the answer fills; '' measures the page itself. `appears`: what is waited for where no
    element is filled by htmx."""

    title: str
    query: str = ""
    selector: str = ""
    text: str | None = None
    target: str = "results"
    appears: str = ""


STEPS: Final = (
    Step(title="the page, everybody", target=""),
    Step(title="the page, filtered by country and behaviour", query=_FILTERED, target=""),
    Step(title="a keystroke of the search, which waits 250 ms for the next", selector="#search-profiles", text="ann"),
    Step(title="sort by e-mail", selector="#sort-2"),
    Step(title="next page", selector="#next-page"),
    Step(
        title="a number in the filter builder, which waits 300 ms for the next",
        query=_FILTERED, selector="[data-builder-form] .field-decimal", text="5",
    ),
    Step(title="menu of conditions", query=_FILTERED, selector=".add-button", appears="#menu-choices"),
    Step(title="values of a property", query=_FILTERED, selector="[data-suggest]", appears="#suggestion-list"),
    Step(title="a filter from the breakdown", query="breakdown=$country_code", selector="#breakdown-only-1"),
    Step(title="breakdown of everybody by country", selector="#breakdown-button", target="breakdown"),
    Step(title="breakdown of those filtered", query=_FILTERED, selector="#breakdown-button", target="breakdown"),
    Step(title="side panel", selector="[data-open-beside]", target="side-panel"),
    Step(title="columns dialog", selector="#columns-button", target="columns-dialog"),
    Step(title="export dialog", selector="#export-button", target="export-dialog"),
)  # fmt: skip


def compact(project_id: int) -> None:
    """What the worker would do, where the segments are of another time."""
    from profiles_app.columnar.compaction import compact_dataset
    from profiles_app.columnar.due import is_due
    from profiles_app.models import Dataset, Project

    if is_due(project_id):
        for dataset in Dataset:
            compact_dataset(Project.objects.get(pk=project_id), dataset)


def measure_step(page: Page, path: str, step: Step, runs: int) -> tuple[float, float]:
    """Medians of the first byte and of the answer in the page, after one run to warm up."""
    times: list[tuple[float, float]] = []
    for _ in range(runs + 1):
        page.goto(f"{path}?{step.query}" if step.query else path)
        page.locator(".table").wait_for()
        if not step.target:
            times.append(page.evaluate(_LOADED))
            continue
        page.locator(step.selector).first.wait_for(state="attached")
        arguments = {
            "selector": step.selector, "text": step.text, "target": step.target, "appears": step.appears
        }  # fmt: skip
        times.append(page.evaluate(_ACT, arguments))
    first, shown = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return first, shown


def open_page(browser: Browser, port: int) -> Page:
    """Signed in; the first question finds everything cold."""
    page = browser.new_page(base_url=f"http://127.0.0.1:{port}", viewport={"width": 1440, "height": 900})
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(BENCH_EMAIL)
    page.get_by_label("Password").fill(BENCH_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("main").wait_for()
    return page


def measure(folder: Folder, project_id: int, runs: int) -> str:
    """The table of the page."""
    rows = ["| in Chromium | first byte | shown |", "|---|--:|--:|"]
    with serve_web(folder) as (port, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        page = open_page(browser, port)
        for step in STEPS:
            first, shown = measure_step(page, f"/projects/{project_id}/users", step, runs)
            rows.append(f"| {step.title} | {first:.0f} | {shown:.0f} |")
            print(rows[-1], flush=True)
        browser.close()
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scale", default="1", help="share of the full size")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--note", default="", help="what else the machine did")
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md alone")
    arguments = parser.parse_args()
    with hold_data(Scale(float(arguments.scale)), rebuild=False) as folder, serve_postgres(folder, {}):
        set_up_django()
        project_id = make_member()
        compact(project_id)
        table = measure(folder, project_id, arguments.runs)
    head = (
        f"`python -m benchmarks.browser --scale {arguments.scale}`, {describe_machine()}; "
        f"milliseconds, medians of {arguments.runs}."
    )
    text = f"{head} {arguments.note}".strip() + f"\n\n{table}"
    print(text)
    if arguments.write:
        write_part("browser", text)


if __name__ == "__main__":
    main()
