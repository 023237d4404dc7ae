"""/api/docs draws itself under the strict policy, with nothing from elsewhere."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from profiles_app.models import Project
from tests.browser.looking import SCREENS
from tests.pages.making import make_profile


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_the_api_can_be_read_and_tried(
    project: Project, open_as: Callable[..., Page], screen: dict[str, object], scheme: str
) -> None:
    make_profile(project, "alice", {"plan": "pro"})
    page = open_as("teammate", "/api/docs", color_scheme=scheme, **screen)
    # A POST, so that the session's CSRF token is sent along.
    operation = page.locator(".opblock", has_text="Count profiles, for long filters")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("project_id").fill(str(project.pk))
    operation.locator("textarea").fill('{"population": "profiles"}')
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text('"total": 1')
    assert page.locator("html.dark-mode").count() == int(scheme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
