"""A dump that was restored in another cluster: its transaction ids lie in the future of this one."""

from collections.abc import Iterator

import pytest

from profiles_app.columnar.adoption import adopt_database
from profiles_app.columnar.compaction import compact
from profiles_app.columnar.due import is_due
from profiles_app.columnar.manifest import read_system
from profiles_app.models import Project
from tests.columnar.moving import move_database
from tests.columnar.placing import make_project
from tests.columnar.writing import Writer, check, query

pytestmark = pytest.mark.django_db(transaction=True)

_LAST_XIDS = """
SELECT 'profile', max(xid::text::bigint) FROM profiles_app_profile
UNION ALL SELECT 'event', max(xid::text::bigint) FROM profiles_app_event
UNION ALL SELECT 'log', max(xid::text::bigint) FROM profiles_app_profile_change
"""


@pytest.fixture
def project() -> Project:
    project = make_project()
    writer = Writer(project)
    for number in range(6):
        person = writer.put(f"p{number}", n=number, city="Oslo")
        writer.happen("Seen", person, days=35 * number, number=number)
    writer.delete("p0")
    return project


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    """The table is none of Django's, which empties the others after a test."""
    yield
    adopt_database(say=lambda line: None)


@pytest.mark.parametrize("compacted", [False, True], ids=["tail", "segments"])
def test_rows_become_old_ones_of_this_cluster(project: Project, compacted: bool) -> None:
    if compacted:
        assert compact(project.pk) is not None
    move_database()
    said: list[str] = []
    assert adopt_database(say=said.append)
    assert "another PostgreSQL server" in said[0]
    ((now,),) = query("SELECT pg_current_xact_id()::text::bigint")
    assert all(last is None or last <= now for _, last in query(_LAST_XIDS))
    check(project)
    # Otherwise all rows would wait for a compaction after each one.
    assert compact(project.pk) is not None
    assert not is_due(project.pk)
    check(project)
    writer = Writer(project)
    person = writer.put("p1", n=100)
    writer.happen("Seen", person, days=35, number=100)
    check(project)
    assert compact(project.pk) is not None
    check(project)


def test_who_comes_home_once_is_at_home(project: Project) -> None:
    move_database()
    assert adopt_database(say=lambda line: None)
    before = query("SELECT id, xid::text FROM profiles_app_profile ORDER BY id")
    said: list[str] = []
    assert not adopt_database(say=said.append)
    assert said == []
    assert query("SELECT id, xid::text FROM profiles_app_profile ORDER BY id") == before
    assert query("SELECT system FROM profiles_app_cluster") == [(read_system(),)]


def test_a_dump_from_before_the_cluster_was_written_down(project: Project) -> None:
    assert compact(project.pk) is not None
    move_database()
    query("DELETE FROM profiles_app_cluster RETURNING 1")
    assert adopt_database(say=lambda line: None)
    check(project)


def test_a_new_database_is_at_home(db: None) -> None:
    query("DELETE FROM profiles_app_cluster RETURNING 1")
    assert not adopt_database(say=lambda line: None)
    assert query("SELECT system FROM profiles_app_cluster") == [(read_system(),)]
