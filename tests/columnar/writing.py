"""Writes rows as the ingestion leaves them, and holds all that the engine reads against PostgreSQL."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection
from sqlglot import exp

from profiles_app.columnar.engine import Question, ask
from profiles_app.filters.data import Form
from profiles_app.models import EventName, GroupKey, Project
from profiles_app.services.partitions import ensure_partitions, get_month, name_partition

NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)
_FAR = datetime(2100, 1, 1, tzinfo=UTC)

_PUT = """
INSERT INTO profiles_app_profile AS present (project_id, group_key_id, distinct_id, properties, created_at, updated_at)
VALUES (%s, %s, %s, %s, now(), now())
ON CONFLICT (project_id, group_key_id, distinct_id)
DO UPDATE SET properties = excluded.properties, updated_at = now(), deleted_at = NULL, xid = pg_current_xact_id()
RETURNING id
"""
_DELETE = """
UPDATE profiles_app_profile SET properties = '{}', deleted_at = now()
WHERE project_id = %s AND distinct_id = %s AND group_key_id IS NULL
"""
_NAME = """
INSERT INTO profiles_app_eventname (project_id, name, first_seen, last_seen) VALUES (%s, %s, now(), now())
ON CONFLICT (project_id, name) DO NOTHING
"""
_FIND_NAME = "SELECT id FROM profiles_app_eventname WHERE project_id = %s AND name = %s"
_HAPPEN = """
INSERT INTO profiles_app_event (time, profile_id, project_id, name_id, insert_id, properties)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (profile_id, time, name_id, insert_id)
DO UPDATE SET properties = excluded.properties, xid = pg_current_xact_id()
"""

_PEOPLE = """
SELECT id, distinct_id, properties <> '{}', properties::text,
    CASE WHEN jsonb_typeof(properties -> 'n') = 'number' THEN (properties ->> 'n')::float8 END,
    CASE WHEN jsonb_typeof(properties -> 'city') = 'string' THEN properties ->> 'city' END
FROM profiles_app_profile
WHERE project_id = %s AND group_key_id IS NOT DISTINCT FROM %s AND deleted_at IS NULL ORDER BY id
"""
_EVENTS = """
SELECT profile_id, time AT TIME ZONE 'UTC',
    CASE WHEN jsonb_typeof(properties -> 'n') = 'number' THEN (properties ->> 'n')::float8 END
FROM profiles_app_event WHERE project_id = %s AND name_id = %s ORDER BY 1, 2, 3
"""


def _ensure_partition(month: date) -> None:
    # Making one waits for every transaction that writes events, so only where there is none.
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name_partition(month)])
        missing = cursor.fetchone() == (None,)
    if missing:
        ensure_partitions([datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()])


class Writer:
    """Writes to one project through one session; by default Django's."""

    def __init__(self, project: Project, session: psycopg.Cursor[Any] | None = None) -> None:
        self.project = project
        self._session = session

    def put(self, distinct_id: str, *, group_key: GroupKey | None = None, **properties: Any) -> int:
        """A person or group with exactly these properties, new or in place of those before."""
        return self.put_properties(distinct_id, properties, group_key=group_key)

    def put_properties(self, distinct_id: str, properties: dict[str, Any], *, group_key: GroupKey | None = None) -> int:
        key = group_key.pk if group_key else None
        return self._run(_PUT, self.project.pk, key, distinct_id, json.dumps(properties))

    def delete(self, distinct_id: str) -> None:
        self._run(_DELETE, self.project.pk, distinct_id)

    def happen(
        self, name: str, person: int, *, number: float = 0, days: int = 0, insert_id: str = "", time: datetime = NOON
    ) -> None:
        """An event; with the same name, person, days, time and insert id it is the same event."""
        moment = time + timedelta(days=days)
        _ensure_partition(get_month(moment.timestamp()))
        self._run(_NAME, self.project.pk, name)
        name_id = self._run(_FIND_NAME, self.project.pk, name)
        self._run(_HAPPEN, moment, person, self.project.pk, name_id, insert_id, json.dumps({"n": number}))

    def _run(self, sql: str, *values: Any) -> int:
        """The number that it answers with, or 0."""
        if self._session is not None:
            return _answer(self._session.execute(sql.encode(), values))
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return _answer(cursor)


def _answer(cursor: Any) -> int:
    return int(cursor.fetchone()[0]) if cursor.description else 0


@contextmanager
def another_transaction(project: Project) -> Iterator[tuple[Writer, psycopg.Connection[Any]]]:
    """A writer in a transaction of its own, open until it is committed or rolled back."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters) as other, other.cursor() as cursor:
        yield Writer(project, cursor), other
        other.rollback()


def query(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def check(project: Project) -> None:
    """All that the engine reads is all that PostgreSQL has."""
    for key in (None, *GroupKey.objects.filter(project=project)):
        with ask(project, group_key=key) as question:
            assert read_people(question) == query(_PEOPLE, project.pk, key.pk if key else None)
    names = EventName.objects.filter(project=project)
    with ask(project, group_key=None) as question:
        for name in names:
            assert read_events(question, name.name) == query(_EVENTS, project.pk, name.pk), name.name


def read_people(question: Question) -> list[tuple[Any, ...]]:
    """Each person as a row of id, distinct id, whether they have properties, these, two of them."""
    people = question.people
    own = [people.id, people.distinct_id, people.has_properties, people.properties()]
    columns = [*own, people.value("n", Form.NUMBER), people.value("city", Form.STRING)]
    rows = question.fetch(exp.select(*columns).from_(people.relation()))
    question.begin()
    return sorted(rows)


def read_events(question: Question, name: str | None) -> list[tuple[Any, ...]]:
    """Each event as a row of person, time in UTC, number."""
    events = question.events(name, start=None, end=_FAR)
    columns = [events.profile_id, events.time, events.value("n", Form.NUMBER)]
    rows = question.fetch(exp.select(*columns).from_(events.relation()))
    question.begin()
    return sorted(rows, key=_nulls_last)


def _nulls_last(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple((value is None, value) for value in row)


def count(project: Project) -> int:
    """How many users there are, as the engine says."""
    with ask(project, group_key=None) as question:
        ((number,),) = question.fetch(exp.select(exp.Count(this=exp.Star())).from_(question.people.relation()))
    return int(number)
