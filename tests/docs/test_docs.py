"""The documentation is held against the code."""

import ast
import json
import re
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from config.runtime.folders import CHECKOUT
from profiles_app.ingest import limits
from profiles_app.ingest.operations import DELETE, OPERATIONS, UNSET
from profiles_app.models import Event, Profile, Project
from profiles_app.models.project import hash_secret
from tests.conftest import SECRET

PAGES = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
INGESTION = (CHECKOUT / "docs/ingestion.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_pages_is_python(page: Path) -> None:
    for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
        assert ast.parse(block).body


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [CHECKOUT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page.resolve())
        if page.is_dir():
            ahead += [found for found in page.glob("*.md") if found.resolve() not in reached]
            continue
        links = [page.parent / link for link in re.findall(r"\]\(([^)#:]+)", page.read_text())]
        ahead += [link for link in links if link.suffix in {"", ".md"} and link.resolve() not in reached]
    assert not {page.name for page in PAGES if page.resolve() not in reached}


@pytest.mark.parametrize("name", [*OPERATIONS, UNSET, DELETE])
def test_operations_are_documented(name: str) -> None:
    assert f"| `{name}` |" in INGESTION


@pytest.mark.parametrize(
    "said",
    [
        f"| records in a request | {limits.RECORDS:,} |",
        f"| a request, uncompressed | {limits.BODY_BYTES // 1024**2} MB |",
        f"| a record | {limits.RECORD_BYTES // 1024**2} MB |",
        f"| properties of a profile | {limits.PROPERTIES:,} |",
        f"| a property or event name | {limits.NAME_LENGTH} characters |",
        f"| a list or object | {limits.CONTAINER_BYTES // 1024} KB, nested {limits.NESTING} deep |",
        f"| a distinct id or `$insert_id` | {limits.DISTINCT_ID_LENGTH} characters",
        f"| group keys of a project | {limits.GROUP_KEYS} |",
        f"| property names of a project | {limits.PROPERTY_NAMES:,} |",
        f"| event names of a project | {limits.EVENT_NAMES:,} |",
    ],
)
def test_limits_are_documented(said: str) -> None:
    assert said in INGESTION


@pytest.fixture
def served(live_server: LiveServer) -> str:
    Project.objects.create(name="Demo", token="TOKEN", secret_hash=hash_secret(SECRET))
    return live_server.url


@pytest.mark.django_db(transaction=True)
def test_the_script_of_the_readme_runs(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text(), re.DOTALL)
    script = script.replace("http://127.0.0.1:8000", served).replace("the token of your project", "TOKEN")
    exec(compile(script, "README.md", "exec"), {})
    assert json.loads(ast.literal_eval(capsys.readouterr().out)) == {"status": 1, "error": None}
    assert set(Profile.objects.values_list("properties__$name", flat=True)) == {"Alice", "Bob", "Carol"}


@pytest.mark.django_db(transaction=True)
def test_the_snippets_of_the_ingestion_page_run(served: str) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", INGESTION, re.DOTALL)
    script = script.replace("http://127.0.0.1:8000", served).replace('"SECRET"', repr(SECRET))
    exec(compile(script, "ingestion.md", "exec"), {})
    assert Profile.objects.get(distinct_id="123").properties == {"$name": "Alice", "plan": "pro", "logins": 1}
    assert set(Event.objects.values_list("name__name", flat=True)) == {"Signed Up", "Old Event"}
    (body,) = re.findall(r"-d '(\[.*?\])'", INGESTION, re.DOTALL)
    assert json.loads(body)[0]["$set"]["$email"] == "alice@linear.app"
