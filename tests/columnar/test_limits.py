"""A question ends at its limits with a sentence, and the process is as before."""

import re
import time
from collections.abc import Iterator

import duckdb
import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from sqlglot import exp

from profiles_app.columnar import store
from profiles_app.columnar.compaction import compact
from profiles_app.columnar.database import discard_database, get_database
from profiles_app.columnar.engine import Question, ask
from profiles_app.errors import TooSlow
from profiles_app.models import Membership, Project, Role, User
from tests.columnar.placing import make_project
from tests.columnar.writing import Writer, check, count, query

pytestmark = pytest.mark.django_db(transaction=True)

_ADD_PEOPLE = """
INSERT INTO profiles_app_profile (project_id, distinct_id, properties, created_at)
SELECT %s, 'p' || i, jsonb_build_object('n', i, 'city', repeat(md5(i::text), 8)), now()
FROM generate_series(1, 3000) AS i RETURNING id
"""


@pytest.fixture
def project() -> Project:
    project = make_project()
    query(_ADD_PEOPLE, project.pk)
    compact(project.pk)
    check(project)
    return project


@pytest.fixture
def _small_memory(settings: Settings) -> Iterator[None]:
    """A database of its own, with little memory and nothing on the disk."""
    settings.QUERY = settings.QUERY | {"memory": "40MB"}
    discard_database(get_database())
    get_database().root.execute("SET max_temp_directory_size = '1MB'")
    yield
    discard_database(get_database())


def make_slow(question: Question, columns: str) -> exp.Select:
    """Three times everybody with each other: 27 thousand million rows."""
    relation = question.people.relation().sql(dialect="duckdb")
    pairs = ", ".join(relation.replace("AS people", f"AS people{number}") for number in range(3))
    return exp.select(exp.var(columns)).from_(exp.var(pairs))


@pytest.mark.parametrize(
    "columns",
    [
        "count(*) FILTER (regexp_matches(people0.distinct_id || people1.distinct_id, '(1|2)+.*7$'))",
        # These are made while they are fetched.
        "people0.id, people1.distinct_id, people2.distinct_id",
    ],
)
def test_the_limit_of_time(project: Project, settings: Settings, columns: str) -> None:
    settings.QUERY = settings.QUERY | {"seconds": 0.5}
    started = time.monotonic()
    with ask(project, group_key=None) as question:
        question.keep("kept", exp.select(question.people.id).from_(question.people.relation()))
        question.begin()
        with pytest.raises(TooSlow, match=r"took longer than the 0\.5 seconds that Roster allows"):
            question.fetch(make_slow(question, columns))
    assert time.monotonic() - started < 5
    check_as_before(project)


def check_as_before(project: Project) -> None:
    view = store._process.places[project.pk].view
    assert view is not None
    assert view.users == 0
    with get_database().cursor() as cursor:
        assert cursor.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == []
    assert count(project) == 3000
    Writer(project).put("after", n=1)
    assert count(project) == 3001
    assert compact(project.pk) is not None
    check(project)


@pytest.mark.usefixtures("_small_memory")
def test_the_limit_of_memory(project: Project) -> None:
    with ask(project, group_key=None) as question, pytest.raises(TooSlow, match="needs more memory than Roster allows"):
        question.fetch(make_slow(question, "list(people0.distinct_id || people1.distinct_id || people2.id)"))
    check_as_before(project)


@pytest.fixture
def owner(client: Client) -> Client:
    user = User.objects.create_user("owner@example.com", "correct horse battery", name="Owner")
    client.force_login(user)
    return client


def make_own() -> Project:
    project = make_project()
    user = User.objects.get(email="owner@example.com")
    Membership.objects.create(user=user, project=project, role=Role.ADMIN)
    Writer(project).put("somebody", n=1)
    return project


def test_the_page_says_what_takes_too_long(owner: Client, settings: Settings) -> None:
    project = make_own()
    settings.QUERY = settings.QUERY | {"seconds": 0.0}
    answer = owner.get(f"/projects/{project.pk}/users")
    assert answer.status_code == 503
    assert "This took too long" in answer.content.decode()


def test_the_page_waits_for_the_files(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """And looks again by itself, without a new step in the browser's history each time."""
    project = make_own()
    address = f"/projects/{project.pk}/users?population=all"
    monkeypatch.setattr("profiles_app.columnar.view.LARGEST_WITHOUT_SEGMENTS", 0)
    answer = owner.get(address)
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "Getting this project ready" in page
    assert "Roster is arranging this project" in page
    assert re.search(r'id="preparing"[^>]* hx-get="[^"]+" hx-trigger="every 3s"', page)
    again = {"HX-Request": "true", "HX-Trigger": "preparing"}
    part = owner.get(address, headers=again)
    assert (part.status_code, part.has_header("HX-Push-Url")) == (503, False)
    assert compact(project.pk) is not None
    part = owner.get(address, headers=again)
    assert (part.status_code, part.has_header("HX-Push-Url")) == (200, False)
    assert "somebody" in part.content.decode()


def test_a_question_that_finds_no_memory_left_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none(*_: object) -> None:
        raise duckdb.OutOfMemoryException("failed to allocate")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_begin", find_none)
        with pytest.raises(TooSlow, match="Try again"), ask(project, group_key=None):
            pass
    check(project)
