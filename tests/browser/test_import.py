"""The import in Chromium: from the file to the undo, without JavaScript too; and axe on every step."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from imports_app.models import Import, State, Work
from imports_app.work.job import work_on
from profiles_app.models import GroupKey, Project
from tests.browser.conftest import Visitor
from tests.browser.looking import SCREENS, look
from tests.conftest import People
from tests.imports.making import read_people
from tests.pages.making import make_profile

THREE = "$distinct_id,inCohort\nid-123,true\nid-xyz,true\nid-456,true\n"


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Does at once, beside the web server, what a worker would."""
    threads: list[threading.Thread] = []

    def work(import_id: int) -> None:
        try:
            work_on(import_id)
        finally:
            connection.close()

    def queue(import_id: int) -> None:
        threads.append(threading.Thread(target=work, args=(import_id,)))
        threads[-1].start()

    monkeypatch.setattr("imports_app.pages.views.queue", queue)
    yield
    for thread in threads:
        thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "test_user_update - Sheet1 (1).csv"
    path.write_text(THREE)
    return path


def test_from_the_file_to_the_undo(project: Project, open_as: Callable[..., Page], file: Path) -> None:
    page = open_as("owner", f"/projects/{project.pk}/users")
    page.get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Import from CSV").click()
    page.get_by_label("Choose a CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Property name of column 1")).to_have_value("$distinct_id")
    expect(page.get_by_label("Property name of column 2")).to_have_value("inCohort")
    expect(page.locator(".import-columns li > div:visible")).to_contain_text("id-xyz")
    page.get_by_label("Property name of column 2").focus()
    expect(page.locator(".import-columns li > div:visible")).to_contain_text("inCohort Values")
    page.get_by_label("Kind of column 2").select_option("boolean")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".counts-sum")).to_contain_text("3 rows read = 3 to create + 0 to update")
    assert read_people(project) == {}
    page.get_by_role("button", name="Import 3 profiles").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    assert read_people(project) == {one: {"inCohort": True} for one in ("id-123", "id-xyz", "id-456")}
    page.get_by_role("link", name="See the 3 profiles").click()
    expect(page.get_by_role("link", name="id-xyz")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Undo import").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Undo import")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo 3 changes").click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    assert read_people(project) == {}


def test_an_export_is_imported_with_no_clicks_in_the_mapping(
    project: Project, open_as: Callable[..., Page], tmp_path: Path
) -> None:
    for number in range(12):
        odd = {"$name": f"=Person, “{number}”", "zip": f"00{number}", "age": number, "ok": number > 3, "tags": ["a, b"]}
        make_profile(project, f"+{number}", odd)
    page = open_as("owner", f"/projects/{project.pk}/users")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "users.csv")
    page.goto(f"/projects/{project.pk}/imports/new")
    page.get_by_label("Choose a CSV file").set_input_files(tmp_path / "users.csv")
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".counts-sum")).to_contain_text("12 rows read = 0 to create + 0 to update + 12 unchanged")
    expect(page.get_by_text("No profile would change")).to_be_visible()


def test_a_list_of_emails_becomes_a_cohort_to_filter_by(
    project: Project, open_as: Callable[..., Page], tmp_path: Path
) -> None:
    make_profile(project, "p0@example.com", {"$email": "p0@example.com", "plan": "pro"})
    make_profile(project, "other@example.com", {"$email": "other@example.com"})
    file = tmp_path / "android.csv"
    file.write_text("Email,Cohort\n" + "".join(f"p{number}@example.com,Android Users\n" for number in range(60)))
    page = open_as("owner", f"/projects/{project.pk}/imports/new")
    page.get_by_label("Choose a CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".counts-sum")).to_contain_text("60 rows read = 59 to create + 1 to update + 0 unchanged")
    page.get_by_role("button", name="Import 60 profiles").click()
    page.get_by_role("link", name="See all with Cohort = Android Users").click()
    expect(page.locator("#summary strong")).to_have_text("60")
    expect(page.get_by_role("link", name="other@example.com")).to_have_count(0)
    assert read_people(project)["p0@example.com"]["plan"] == "pro"


def test_a_spreadsheet_is_refused_where_it_was_chosen(
    project: Project, visitor: Visitor, people: People, tmp_path: Path
) -> None:
    visitor.expected = ("422",)
    wrong = tmp_path / "people.xlsx"
    wrong.write_bytes(b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml")
    page = visitor.open(people.owner, f"/projects/{project.pk}/imports/new")
    page.get_by_label("Choose a CSV file").set_input_files(wrong)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("spreadsheet")
    expect(page.get_by_role("button", name="Upload")).to_be_enabled()


def test_without_javascript(project: Project, visitor: Visitor, people: People, file: Path) -> None:
    visitor.expected = ("422",)
    page = visitor.open(people.owner, f"/projects/{project.pk}/imports/new", java_script_enabled=False)
    page.get_by_label("Choose a CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("How the file was read").click()
    page.get_by_label("Separator").select_option(";")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_label("Property name of column 1")).to_have_value("$distinct_id,inCohort")
    page.get_by_text("How the file was read").click()
    page.get_by_label("Separator").select_option(",")
    page.get_by_role("button", name="Read again").click()
    page.get_by_label("Property name of column 2").fill("")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("Give column 2 a name")
    page.get_by_label("Property name of column 2").fill("inCohort")
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Import 3 profiles").click()
    for _ in range(50):
        if page.get_by_role("heading", name="Imported").is_visible():
            break
        page.reload()
    assert len(read_people(project)) == 3


def test_an_analyst_looks(project: Project, open_as: Callable[..., Page]) -> None:
    page = open_as("teammate", f"/projects/{project.pk}/imports")
    expect(page.get_by_role("heading", name="No imports yet")).to_be_visible()
    assert page.get_by_role("link", name="Import from CSV").count() == 0
    page.goto(f"/projects/{project.pk}/imports/new")
    expect(page.get_by_role("heading", name="Only admins import")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(
    project: Project, visitor: Visitor, people: People, tmp_path: Path, screen: dict[str, object]
) -> None:
    visitor.expected = ("422",)
    GroupKey.objects.create(project=project, key="company", label="Companies")
    make_profile(project, "id-1", {"name": "old"})
    file = tmp_path / f"{'people ' * 20}.csv"
    long = "x" * 300
    file.write_text(f"$distinct_id,$phone,tags,{long[:200]}\nid-1,123,“é”,{long}\n,,,\nid-2,+1,<b>,אבג\nid-1,1,2,3\n")
    page = visitor.open(people.owner, f"/projects/{project.pk}/imports", **screen)
    problems = look(page, "no imports")
    page.goto(f"/projects/{project.pk}/imports/new")
    problems += look(page, "upload")
    page.get_by_label("Choose a CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Property name of column 3").fill("$phone")
    page.get_by_text("How the file was read").click()
    problems += look(page, "mapping")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("are both").first.wait_for()
    problems += look(page, "mapping with an error")
    page.get_by_label("Property name of column 3").fill("tags")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Nothing is written yet").wait_for()
    problems += look(page, "check")
    page.get_by_role("button", name="Import 2 profiles").click()
    page.get_by_role("heading", name="Imported").wait_for()
    problems += look(page, "result")
    page.get_by_role("button", name="Undo import").click()
    problems += look(page, "undo question")
    for state, work in ((State.CHECKING, Work.CHECK), (State.RUNNING, Work.IMPORT), (State.FAILED, Work.NONE)):
        Import.objects.update(state=state, work=work, problem="It failed.")
        page.reload()
        problems += look(page, state)
    page.goto(f"/projects/{project.pk}/imports")
    problems += look(page, "imports")
    assert problems == []
