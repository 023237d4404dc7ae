"""Sizes: recorded when they are due, kept when a recording fails, tried again with growing pauses; and the same
everywhere."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts_app.models import Cohort, MemberList, Size
from cohorts_app.selectors.measuring import measure_cohorts
from cohorts_app.services import sizes
from cohorts_app.services.lists import KEPT_FOR, apply_list, keep_list, list_lost, trim_lists
from cohorts_app.services.sizes import find_next_midnight, list_due_projects, record_due, record_past, record_sizes
from cohorts_app.tasks import find_lost_lists
from profiles_app.columnar.store import forget_views
from profiles_app.export.stream import ExportQuery, open_export
from profiles_app.filters.writing import write_filter
from profiles_app.models import Profile, Project
from profiles_app.selectors.people import count_people, list_people
from tests.api.conftest import Caller
from tests.cohorts.making import IN_PARIS, count, make_cohort, make_static, query_of, script_of
from tests.columnar.placing import Placer, make_project, secret_of
from tests.columnar.writing import another_transaction
from tests.filters import strategies
from tests.ingest.sending import basic_auth
from tests.pages.making import make_events, make_profile


def age(cohort: Cohort, **passed: float) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(size_due_at=Now() - timedelta(**passed))


def test_what_is_due_is_recorded_once(project: Project) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    cohort = make_cohort(project, "Paris")
    assert list_due_projects() == [project.pk]
    assert record_due(project.pk) == 1
    assert list_due_projects() == []
    assert record_due(project.pk) == 0
    cohort.refresh_from_db()
    assert (cohort.size, cohort.size_error, cohort.version) == (1, "", 1)
    assert cohort.size_due_at == find_next_midnight(project, cohort.size_at or datetime.now(UTC))
    assert [(row.size, row.version) for row in cohort.sizes.all()] == [(1, 1)]


def test_days_end_where_the_project_is(project: Project) -> None:
    project.timezone = "Pacific/Auckland"
    moment = datetime(2026, 6, 30, 11, 0, tzinfo=UTC)
    assert find_next_midnight(project, moment) == datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


def test_a_failure_keeps_the_last_good_size_and_pauses_longer_each_time(project: Project) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    inner = make_cohort(project, "Inner")
    cohort = make_cohort(project, "Outer", {"cohort": inner.pk})
    record_due(project.pk)
    inner.delete()
    pauses = []
    for _ in range(3):
        age(cohort, minutes=1)
        assert record_due(project.pk) == 0
        cohort.refresh_from_db()
        pauses.append(round((cohort.size_due_at - cohort.sizes.latest("at").at).total_seconds()))
    assert pauses == [120, 240, 480]
    assert cohort.size == 1
    assert cohort.size_error.startswith("A cohort used by “Outer” does not exist")
    Cohort.objects.filter(pk=cohort.pk).update(size_tries=200)
    age(cohort, minutes=1)
    record_due(project.pk)
    cohort.refresh_from_db()
    assert (cohort.size_due_at - cohort.sizes.latest("at").at) == timedelta(hours=6)
    Cohort.objects.filter(pk=cohort.pk).update(definition={"where": IN_PARIS})
    age(cohort, minutes=1)
    assert record_due(project.pk) == 1
    cohort.refresh_from_db()
    assert (cohort.size, cohort.size_error, cohort.size_tries) == (1, "", 0)


def test_one_that_was_changed_meanwhile_stays_due(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = make_cohort(project, "Paris")

    def change_meanwhile(*arguments: Any, **options: Any) -> Any:
        Cohort.objects.filter(pk=cohort.pk).update(version=2)
        return measure_cohorts(*arguments, **options)

    monkeypatch.setattr("cohorts_app.services.sizes.measure_cohorts", change_meanwhile)
    record_due(project.pk)
    cohort.refresh_from_db()
    assert cohort.size is None
    assert list_due_projects() == [project.pk]
    assert Size.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_record_once(project: Project) -> None:
    make_cohort(project, "Paris")
    with another_transaction(project) as (_, other):
        other.execute("SELECT pg_advisory_lock(%s, %s)", [sizes._LOCK, project.pk])
        assert record_due(project.pk) == 0
        other.execute("SELECT pg_advisory_unlock(%s, %s)", [sizes._LOCK, project.pk])
    assert record_due(project.pk) == 1


def test_the_past_of_behaviours(project: Project) -> None:
    now = datetime.now(UTC)
    alice, bob = make_profile(project, "alice"), make_profile(project, "bob")
    make_events(alice, "Open", [now - timedelta(days=3)])
    make_events(bob, "Open", [now - timedelta(days=1)])
    window = {"last": {"n": 2, "unit": "day"}}
    cohort = make_cohort(project, "Openers", {"event": "Open", "window": window}, population="all")
    assert record_past(cohort, days=4) == 4
    assert [row.size for row in cohort.sizes.order_by("at")] == [0, 1, 1, 1]
    assert all(row.is_past and row.members is not None for row in cohort.sizes.all())
    # What is there is not computed again.
    assert record_past(cohort, days=5) == 1


def test_old_members_are_forgotten_and_sizes_stay(project: Project) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    cohort = make_cohort(project, "Paris")
    record_sizes([cohort])
    Size.objects.update(at=datetime.now(UTC) - timedelta(days=36))
    Size.objects.create(cohort=cohort, at=datetime.now(UTC) - timedelta(days=40), version=1, revision=0, error="x")
    assert sizes.trim_sizes() == 2
    assert [(row.size, row.members) for row in Size.objects.all()] == [(1, None)]


@pytest.mark.django_db(transaction=True)
def test_a_list_whose_task_was_lost_is_found_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    make_profile(project, "alice", {"n": 1})
    cohort = make_static(project, "Listed")
    kept = keep_list(script_of(project), cohort, ["alice", "nobody"])
    assert list_lost() == []
    MemberList.objects.update(made_at=Now() - timedelta(minutes=1))
    queued: list[int] = []
    monkeypatch.setattr("cohorts_app.tasks.apply_list.delay", queued.append)
    find_lost_lists()
    assert queued == [kept.pk]
    # While somebody works on it, nobody else does.
    with another_transaction(project) as (_, other):
        other.execute("SELECT 1 FROM cohorts_app_memberlist WHERE id = %s FOR UPDATE", [kept.pk])
        assert not apply_list(kept.pk)
    assert apply_list(kept.pk)
    assert not apply_list(kept.pk)
    assert count(Cohort.objects.get()) == 1


def test_lines_are_kept_for_a_while(project: Project) -> None:
    make_static(project, "Listed", ["nobody"])
    assert trim_lists() == 0
    MemberList.objects.update(finished_at=Now() - KEPT_FOR - timedelta(minutes=1))
    assert trim_lists() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM cohorts_app_listline) + count(*) FROM cohorts_app_listoutcome")
        assert cursor.fetchone() == (0,)
    assert MemberList.objects.get().counts == {"added": 0, "unknown": 1}


ODD_LINES = ["a\tb", "back\\slash", "\\N", "quote\"'", "ünïcödé 🎉", "%s {0}", "x" * 300, "עברית", "a,b", "=1+1"]


def test_odd_lines_are_looked_up_as_they_are(project: Project) -> None:
    known = [line for line in ODD_LINES if len(line) <= 255]
    for line in known:
        make_profile(project, line, {"n": 1})
    cohort = make_static(project, "Odd", ODD_LINES)
    found = MemberList.objects.get()
    assert found.counts == {"added": len(known), "unknown": 1}
    assert count(cohort) == len(known)


@pytest.mark.django_db(transaction=True)
def test_size_rows_lines_and_members_are_the_same_while_people_are_deleted() -> None:
    @settings(parent=strategies.QUICK, max_examples=10)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        moment = data.draw(strategies.moments(), label="moment")
        dataset = data.draw(strategies.datasets(moment), label="dataset")
        tree = data.draw(strategies.filters(moment), label="filter")
        placer = Placer(make_project(timezone=moment.timezone))
        placer.people(dataset.people)
        placer.events(dataset.events)
        cohort = Cohort.objects.create(project=placer.project, name="Random", definition=write_filter(tree))
        listed = make_static(placer.project, "Listed", [person.distinct_id for person in dataset.people])
        try:
            for person in (None, *dataset.people):
                if person is not None:
                    profile = Profile.objects.filter(pk=placer.rows[person.id])
                    profile.update(deleted_at=Now(), properties={})
                check(cohort)
                check(listed)
            assert count(listed) == 0
        finally:
            forget_views()

    run()


def check(cohort: Cohort) -> None:
    """The recorded size, the count, the rows, the lines of the file, and the members by the API."""
    query = query_of(cohort)
    record_sizes([cohort])
    cohort.refresh_from_db()
    rows = len(list_people(query, limit=100).people)
    with open_export(ExportQuery(people=query, columns=())) as export:
        lines = list(csv.reader(io.StringIO(b"".join(export).decode())))
    assert cohort.size == count_people(query) == rows == len(lines) - 1
    script = Caller(Client(), {"Authorization": basic_auth(secret_of(cohort.project))})
    page = script.read(f"/api/v1/cohorts/{cohort.pk}/members", limit=100)
    members = [row["distinct_id"] for row in page["results"]]
    assert (page["total"], page["next"], len(members)) == (cohort.size, None, cohort.size)
    assert sorted(members) == sorted(line[0] for line in lines[1:])
