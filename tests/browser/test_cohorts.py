"""A cohort from its making to its end."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cohorts_app.models import Cohort, MemberList
from cohorts_app.services.sizes import record_sizes
from profiles_app.models import Project, PropertyDefinition, Scope
from profiles_app.models.catalog import Kind
from tests.browser.looking import SCREENS, look
from tests.cohorts.making import make_cohort, make_static
from tests.conftest import People
from tests.pages.making import make_profile


def choose_value(page: Page, value: str) -> None:
    """Types a value into the last row of the builder."""
    field = page.locator(".value-add")
    field.fill(value)
    field.press("Enter")
    expect(page.locator(f'[data-chip="{value}"]')).to_be_visible()
    # The list of suggestions would lie over the buttons.
    page.locator(".value-add").blur()


def test_the_life_of_a_cohort(open_as: Callable[..., Page], project: Project) -> None:
    for name, plan in {"Alice": "pro", "Bob": "pro", "Carol": "free"}.items():
        make_profile(project, name.lower(), {"$name": name, "plan": plan})
    PropertyDefinition.objects.create(project=project, scope=Scope.PROFILE, name="plan", kinds=Kind.STRING)
    base = f"/projects/{project.pk}/cohorts"
    page = open_as("owner", base)
    # Build a filter, and save it.
    page.get_by_role("link", name="Create New Cohort").click()
    dialog = page.get_by_role("dialog", name="Create New Cohort")
    expect(dialog.get_by_label("Cohort name")).to_be_focused()
    page.locator(".add-button").first.click()
    page.locator("#builder-menu").get_by_role("button", name="plan").first.click()
    choose_value(page, "pro")
    expect(page.locator("#cohort-count")).to_contain_text("2 users in cohort")
    # Without a name it is not made, and stays where it is.
    page.get_by_role("button", name="Create Cohort").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Give the cohort a name")
    dialog.get_by_label("Cohort name").fill("Payers")
    page.get_by_role("button", name="Create Cohort").click()
    expect(page.get_by_role("heading", name="Payers")).to_be_visible()
    payers = Cohort.objects.get()
    # It stands in the list, and inside another.
    page.goto(base)
    expect(page.get_by_role("link", name="Payers", exact=True)).to_be_visible()
    page.goto(f'{base}/new?filter={{"where":{{"not":{{"cohort":{payers.pk}}}}}}}')
    page.get_by_label("Cohort name").fill("Others")
    expect(page.locator("#cohort-count")).to_contain_text("1 user in cohort")
    page.get_by_role("button", name="Create Cohort").click()
    expect(page.get_by_role("heading", name="Others")).to_be_visible()
    # A member of it, and why.
    page.goto(f"{base}/{payers.pk}")
    page.get_by_role("link", name="Open").click()
    page.get_by_role("link", name="Alice").first.click()
    page.goto(f"/projects/{project.pk}/users/profile?id=alice")
    page.get_by_role("link", name="Why Payers?").click()
    expect(page.get_by_text("Yes, this is one of them.")).to_be_visible()
    expect(page.get_by_text("plan is pro").first).to_be_visible()
    # Another filter: who comes and goes is said first.
    page.goto(f"{base}/{payers.pk}/edit")
    page.get_by_role("button", name="Remove pro").click()
    expect(page.locator("#cohort-count")).to_contain_text("3 users in cohort")
    choose_value(page, "free")
    expect(page.locator("#cohort-count")).to_contain_text("1 user in cohort")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("would come and")).to_contain_text("1 would come and 2 would go: from 2 to 1")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_role("heading", name="2 left")).to_be_visible()
    expect(page.locator("#moves").get_by_role("link", name="Bob")).to_be_visible()
    # The end, with a warning.
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("used by the cohort “Others”")).to_be_visible()
    page.get_by_role("button", name="Delete all the same").click()
    expect(page.get_by_text("“Payers” is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Payers", exact=True)).to_have_count(0)


def test_a_dialog_is_closed_and_gives_the_focus_back(open_as: Callable[..., Page], project: Project) -> None:
    page = open_as("owner", f"/projects/{project.pk}/cohorts")
    link = page.get_by_role("link", name="Create New Cohort")
    dialog = page.get_by_role("dialog", name="Create New Cohort")
    for how in ("Escape", "Close"):
        link.click()
        expect(dialog.get_by_label("Cohort name")).to_be_focused()
        # A menu in the dialog closes first.
        page.locator(".add-button").first.click()
        expect(page.locator("#builder-menu [data-menu-search]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#builder-menu")).to_be_hidden()
        expect(dialog).to_be_visible()
        if how == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_be_hidden()
        expect(link).to_be_focused()


def test_a_filter_is_saved_without_leaving_the_table(open_as: Callable[..., Page], project: Project) -> None:
    for name, plan in {"alice": "pro", "bob": "free"}.items():
        make_profile(project, name, {"plan": plan})
    make_cohort(project, "Taken")
    page = open_as("owner", f"/projects/{project.pk}/users?filter={PRO}")
    address = page.url
    page.get_by_role("link", name="Save as").click()
    dialog = page.get_by_role("dialog", name="Create New Cohort")
    expect(dialog).to_contain_text("1 user in cohort")
    dialog.get_by_label("Cohort name").fill("Taken")
    dialog.get_by_role("button", name="Create Cohort").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is a cohort named “Taken” already")
    dialog.get_by_label("Cohort name").fill("Payers")
    dialog.get_by_label("Who sees it").select_option("private")
    dialog.get_by_role("button", name="Create Cohort").click()
    done = page.get_by_role("dialog", name="The cohort is made")
    expect(done).to_contain_text("“Payers” has 1 user now")
    made = Cohort.objects.get(name="Payers")
    assert (made.is_private, made.size) == (True, 1)
    done.get_by_role("button", name="Done").click()
    expect(done).to_be_hidden()
    assert page.url == address
    expect(page.get_by_role("link", name="alice").first).to_be_visible()


def test_a_list_works_without_javascript(open_as: Callable[..., Page], project: Project) -> None:
    make_profile(project, "alice", {"$email": "alice@example.com"})
    page = open_as("owner", f"/projects/{project.pk}/cohorts/new-list", java_script_enabled=False)
    page.get_by_label("Cohort name").fill("Mailed")
    page.get_by_label("Distinct IDs or e-mails, one a line").fill("alice@example.com\nnobody@example.com")
    page.get_by_role("button", name="Create Cohort").click()
    expect(page.get_by_text("Unknown")).to_be_visible()
    page.get_by_role("link", name="Open the cohort").click()
    expect(page.get_by_role("link", name="alice").first).to_be_visible()


def test_a_cohort_is_renamed_from_the_list(open_as: Callable[..., Page], project: Project) -> None:
    made = make_cohort(project, "Payers")
    make_cohort(project, "Taken")
    page = open_as("owner", f"/projects/{project.pk}/cohorts")
    more = page.get_by_role("button", name="More about Payers")
    more.click()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    more.click()
    page.locator(f"#cohort-menu-{made.pk}").get_by_text("Rename").click()
    dialog = page.get_by_role("dialog", name="Rename cohort")
    name = dialog.get_by_label("Cohort name")
    expect(name).to_be_focused()
    name.fill("Taken")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("There is a cohort named “Taken” already")
    assert look(page, "rename") == []
    name.fill("Customers")
    dialog.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("“Payers” is named “Customers” now.")).to_be_visible()
    expect(page.get_by_role("link", name="Customers", exact=True)).to_be_visible()


def test_a_long_text_is_pasted(open_as: Callable[..., Page], project: Project) -> None:
    make_profile(project, "alice", {"n": 1})
    page = open_as("owner", f"/projects/{project.pk}/cohorts/{make_static(project, 'Listed').pk}")
    # More than a form may have, and too few lines for a task.
    # At once: as by keys, the browser would draw it for long.
    page.get_by_label("Distinct IDs or e-mails, one a line").evaluate(
        "(area) => { area.value = 'alice\\n' + `${'x'.repeat(700)}\\n`.repeat(4_000); }"
    )
    page.get_by_role("button", name="Add these people").click()
    expect(page.get_by_text("Duplicate of a line before")).to_be_visible()
    assert MemberList.objects.get().counts == {"added": 1, "unknown": 1, "duplicate": 3_999}


PRO = '{"where":{"property":"plan","type":"string","op":"is","value":["pro"]}}'
# Each with what is pressed in it.
DIALOGS = {"/cohorts": "Create New Cohort", "/users?filter=" + PRO: "Save as"}
STATES = (
    "/cohorts", "/cohorts?search=nothing-at-all", "/cohorts/{cohort}", "/cohorts/{listed}", "/cohorts/new-list",
    "/cohorts/new?filter={filter}", "/cohorts/{cohort}/edit", "/cohorts/{cohort}/rename",
    "/cohorts/delete?id={cohort}&id={listed}", "/cohorts/{listed}/lists/{list}", "/users/why?id=alice&cohort={cohort}",
    "/cohorts/of?id=alice",
)  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_every_state_can_be_used_by_all(
    open_as: Callable[..., Page], project: Project, people: People, screen: dict[str, object]
) -> None:
    make_profile(project, "alice", {"$name": "Alice", "plan": "pro", "$city": "Paris"})
    cohort = make_cohort(project, "A long name " * 8, is_verified=True, description="x" * 300, created_by=people.owner)
    listed = make_static(project, "Listed", ["alice", "nobody"], created_by=people.owner)
    broken = make_cohort(project, "Broken", {"cohort": 10**9}, created_by=people.owner)
    for _ in range(2):
        record_sizes([cohort, listed, broken])
    words = {"cohort": cohort.pk, "listed": listed.pk, "list": listed.lists.get().pk, "filter": '{"where":{"all":[]}}'}
    page = open_as("owner", "/projects/new", **screen)
    problems = []
    for state in STATES:
        page.goto(f"/projects/{project.pk}{state.format(**words)}")
        problems += look(page, state)
    for state, opener in DIALOGS.items():
        page.goto(f"/projects/{project.pk}{state}")
        page.get_by_role("link", name=opener).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        for _ in range(2):
            problems += look(page, opener)
            # Without a name, which is told.
            page.get_by_role("button", name="Create Cohort").click()
            expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    assert problems == []
