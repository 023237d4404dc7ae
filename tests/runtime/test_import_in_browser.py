"""The import of 100,000 rows in Chromium, while its worker is killed and started again."""

import csv
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from config.postgres import connection_settings
from tests.browser.conftest import browser
from tests.runtime.stack import Stack
from tests.waiting import wait_for

__all__ = ["browser"]

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

EMAIL, PASSWORD = "admin@example.com", "a password of the stack"
ROWS = 100_000
_MILLISECONDS = 60_000


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    variables = {"ROSTER_ADMIN_EMAIL": EMAIL, "ROSTER_ADMIN_PASSWORD": PASSWORD}
    stack = Stack(tmp_path, variables=variables).wait_until_healthy()
    yield stack
    stack.stop()


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    context = browser.new_context(base_url=stack.url)
    context.set_default_timeout(_MILLISECONDS)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/projects/*/users*")
    yield page
    context.close()


def write_people(path: Path) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["$distinct_id", "$name", "$email", "number"])
        writer.writerows((f"p{n:06}", f"Person {n}", f"person{n}@example.com", n) for n in range(ROWS))
    return path


def read_one(stack: Stack, question: str) -> tuple[object, ...]:
    found = connection_settings(stack.data_dir)
    with psycopg.connect(host=found["HOST"], user=found["USER"], dbname=found["NAME"]) as connection:
        (row,) = connection.execute(question).fetchall()
    return row


def test_the_page_goes_on_when_the_worker_is_killed(stack: Stack, page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="Import from CSV").click()
    page.get_by_label("Choose a CSV file").set_input_files(write_people(tmp_path / "people.csv"))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Property name of column 4")).to_have_value("number", timeout=_MILLISECONDS)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Import 100,000 profiles").click()
    shown = page.locator(".import-numbers")
    expect(shown).to_contain_text("of 100,000 rows", timeout=_MILLISECONDS)
    worker = stack.find_process("worker")
    os.kill(worker, signal.SIGKILL)
    assert read_one(stack, "SELECT state FROM imports_app_import") == ("running",)
    other = wait_for(lambda: stack.find_process("worker") not in (0, worker), seconds=60, what="another worker")
    assert other
    expect(shown).to_contain_text(re.compile(r"\b[1-9][\d,]* of 100,000 rows"), timeout=_MILLISECONDS)
    expect(page.get_by_role("heading", name="Imported")).to_be_visible(timeout=_MILLISECONDS)
    said = "100,000 rows read = 100,000 created + 0 updated + 0 unchanged + 0 rejected"
    expect(page.locator(".counts-sum")).to_contain_text(said)
    question = """SELECT count(*), count(DISTINCT distinct_id), sum((properties ->> 'number')::bigint)
        FROM profiles_app_profile WHERE deleted_at IS NULL"""
    assert read_one(stack, question) == (ROWS, ROWS, ROWS * (ROWS - 1) // 2)
