"""What PostgreSQL has beyond the segments is in every answer, whatever happened to the rows."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from sqlglot import exp

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.engine import ask
from profiles_app.columnar.store import forget_views
from profiles_app.filters.data import Form
from profiles_app.models import GroupKey, Project
from profiles_app.services.group_keys import delete_group_key
from tests.columnar.placing import make_project
from tests.columnar.threads import in_thread
from tests.columnar.writing import Writer, another_transaction, check, count, query, read_people

pytestmark = pytest.mark.django_db(transaction=True)

ODD_NAMES = [
    "a.b", "a/b", "a~b", "a~1b", "", " ", "'", '"', '\\"', "$", "$.x", "/", "[0]", "0", "*", "ключ", "😀", "N", "n",
    "City", "CITY", "select", "id", "properties", "x\ny", "line\ttab", "ß", "SS", "-", "a%b", "{}", "p0", "$p0",
]  # fmt: skip


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def writer(project: Project) -> Writer:
    return Writer(project)


def _do_nothing(project: Project) -> None:
    pass


def _compact(project: Project) -> None:
    assert compact(project.pk) is not None


@pytest.fixture(params=[_do_nothing, _compact], ids=["tail", "segments"])
def settle(request: pytest.FixtureRequest) -> Callable[[Project], None]:
    """What happens between two steps: nothing, or a compaction."""
    step: Callable[[Project], None] = request.param
    return step


@pytest.fixture(autouse=True)
def _check_at_the_end(project: Project) -> Iterator[None]:
    """With the view of the test, with a new one, and from segments alone."""
    yield
    check(project)
    forget_views()
    check(project)
    _compact(project)
    check(project)


Settle = Callable[[Project], None]


def test_new_changed_and_deleted_people(project: Project, writer: Writer, settle: Settle) -> None:
    for number in range(6):
        writer.put(f"p{number}", n=number, city="Oslo")
    settle(project)
    writer.put("p0", n=100)
    writer.put("p6", city="Rome")
    writer.delete("p1")
    check(project)
    settle(project)
    writer.put("p1", city="revived")
    writer.delete("p6")
    check(project)
    settle(project)
    writer.delete("p1")
    check(project)
    assert count(project) == 5


def test_who_was_deleted_before_the_first_look_stays_deleted(project: Project, writer: Writer) -> None:
    """A view that began with everything meets segments that were read before the deletion."""
    writer.put("stays", n=1)
    writer.put("goes", n=2)
    with another_transaction(project) as (elsewhere, other):
        # Holds the watermark back: the deletion is above it.
        elsewhere.put("late", n=3)
        _compact(project)
        writer.delete("goes")
        query("UPDATE profiles_app_manifest SET broken = true RETURNING 1")
        forget_views()
        check(project)
        query("UPDATE profiles_app_manifest SET broken = false, generation = generation + 1 RETURNING 1")
        check(project)
        other.commit()
    check(project)


def test_events_new_and_sent_again(project: Project, writer: Writer, settle: Settle) -> None:
    people = [writer.put(f"p{number}", n=number) for number in range(3)]
    for person in people:
        for day in range(3):
            writer.happen("Seen", person, days=day, number=day)
            writer.happen("Bought", person, days=40 * day, number=day)
    settle(project)
    writer.happen("Seen", people[0], days=1, number=77)
    writer.happen("Seen", people[2], days=400, number=5)
    writer.happen("New name", people[1])
    check(project)
    settle(project)
    writer.happen("Seen", people[0], days=1, number=78)
    writer.happen("Bought", people[2], days=80, number=79)
    check(project)


def test_groups(project: Project, writer: Writer, settle: Settle) -> None:
    companies, teams = (GroupKey.objects.create(project=project, key=key, label=key) for key in ("company", "team"))
    for key in (None, companies, teams):
        writer.put("same id", group_key=key, n=1, city=str(key))
    settle(project)
    writer.put("same id", group_key=companies, n=2)
    writer.put("another", group_key=teams, n=3)
    check(project)
    settle(project)
    check(project)
    # As in the test that deletes a kind of group with files.
    assert delete_group_key(companies) == 1
    check(project)
    settle(project)
    writer.put("same id", group_key=teams, n=9)
    check(project)
    assert [key.key for key in GroupKey.objects.filter(project=project)] == ["team"]


def test_kinds_that_change(project: Project, writer: Writer, settle: Settle) -> None:
    values = [1, "text", True, None, [1, "a"], {"deep": 1}, "2026-05-01", "2026-05-01T10:00:00Z", 2.5, ""]
    for number, value in enumerate(values):
        writer.put(f"p{number}", n=value, city=value)
    settle(project)
    for number, value in enumerate(reversed(values)):
        writer.put(f"p{number}", n=value, city=value, first_in_tail=value)
    check(project)


def test_more_properties_than_have_columns(project: Project, writer: Writer, settle: Settle) -> None:
    everything = {f"property {number}": number for number in range(230)}
    writer.put_properties("all", everything)
    writer.put_properties("frequent", dict(list(everything.items())[10:]))
    writer.put_properties("rare", {"n": 7, "city": "zz", "zz": 1})
    settle(project)
    writer.put_properties("rare too", {"n": 8, "city": "Rome", "zz": "text"})
    check(project)


def test_odd_names(project: Project, writer: Writer, settle: Settle) -> None:
    for number, name in enumerate(ODD_NAMES):
        writer.put_properties(f"p{number}", {name: f"value of {name}", "n": number})
    settle(project)
    writer.put_properties("everything", {name: name.upper() for name in ODD_NAMES})
    check(project)
    for name in ODD_NAMES:
        _check_values(project, name)


def _check_values(project: Project, name: str) -> None:
    with ask(project, group_key=None) as question:
        people = question.people
        columns = [people.id, people.value(name, Form.STRING)]
        found = sorted(question.fetch(exp.select(*columns).from_(people.relation())))
    sql = """SELECT id, CASE WHEN jsonb_typeof(properties -> %s) = 'string' THEN properties ->> %s END
        FROM profiles_app_profile WHERE project_id = %s ORDER BY id"""
    assert found == query(sql, name, name, project.pk), name


def test_long_values(project: Project, writer: Writer, settle: Settle) -> None:
    writer.put("long", city="ä" * 10_000, n=1)
    settle(project)
    writer.put("longer", city="'" * 10_000, n=2)
    writer.put("long", city="x" * 10_000)
    check(project)


def test_a_transaction_that_began_long_ago(project: Project, writer: Writer) -> None:
    """It began before the watermark and before a catch-up: nothing of it is lost, nothing is there twice."""
    people = [writer.put(f"p{number}", n=number) for number in range(3)]
    writer.happen("Seen", people[0])
    with another_transaction(project) as (elsewhere, other):
        elsewhere.put("p0", n=100)
        elsewhere.put("late", n=1)
        elsewhere.happen("Seen", people[1], number=5)
        check(project)
        _compact(project)
        check(project)
        writer.put("p1", n=200)
        writer.put("meanwhile", n=2)
        writer.happen("Seen", people[2], number=6)
        check(project)
        _compact(project)
        check(project)
        elsewhere.put("later still", n=3)
        other.commit()
    check(project)
    assert count(project) == 6
    _compact(project)
    check(project)


def test_a_transaction_that_is_taken_back(project: Project, writer: Writer, settle: Settle) -> None:
    person = writer.put("p0", n=1)
    settle(project)
    with another_transaction(project) as (elsewhere, other):
        elsewhere.put("p0", n=100)
        elsewhere.put("never", n=1)
        elsewhere.happen("Seen", person, number=5)
        check(project)
        settle(project)
        other.rollback()
        check(project)


def test_own_writes_are_seen_by_their_transaction_alone(project: Project, writer: Writer, settle: Settle) -> None:
    writer.put("p0", n=1)
    settle(project)
    check(project)
    with transaction.atomic():
        assert count(project) == 1
        person = writer.put("own", n=2)
        writer.put("p0", n=77)
        writer.happen("Seen", person, number=3)
        check(project)
        assert count(project) == 2
        assert in_thread(lambda: count(project)) == 1
        transaction.set_rollback(True)
    assert count(project) == 1


def test_a_part_of_a_transaction_that_is_taken_back(project: Project, writer: Writer, settle: Settle) -> None:
    writer.put("p0", n=1)
    settle(project)
    with transaction.atomic():
        writer.put("kept", n=2)
        with transaction.atomic():
            writer.put("dropped", n=3)
            check(project)
            transaction.set_rollback(True)
        check(project)
    check(project)


def test_a_question_sees_one_moment(project: Project, writer: Writer, settle: Settle) -> None:
    writer.put("p0", n=1)
    settle(project)
    with ask(project, group_key=None) as question:
        before = read_people(question)
        writer.put("p0", n=2)
        writer.put("p1", n=2)
        check(project)
        _compact(project)
        check(project)
        assert read_people(question) == before


def test_nothing_new_costs_one_query(project: Project, writer: Writer, settle: Settle) -> None:
    writer.put("p0", n=1)
    settle(project)
    count(project)
    with CaptureQueriesContext(connection) as captured:
        count(project)
    assert len(captured) == 1
