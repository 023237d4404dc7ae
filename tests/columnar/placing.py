"""Puts people and events straight into PostgreSQL, and asks the engine about them."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test import Client

from cohorts_app.resolver import ProjectCohorts
from profiles_app.filters.cohorts import register_cohorts
from profiles_app.filters.data import Moment
from profiles_app.filters.tree import Filter
from profiles_app.filters.writing import write_filter
from profiles_app.models import EventName, Profile, Project, PropertyDefinition, Scope
from profiles_app.models.project import hash_secret, make_token
from profiles_app.selectors.people import PeopleQuery, Position, count_people, list_people
from profiles_app.services.partitions import ensure_partitions
from tests.filters.dataset import Dataset, Event, Person
from tests.filters.memory import DatasetCohorts

_INSERT_EVENT = """
INSERT INTO profiles_app_event (time, profile_id, project_id, name_id, insert_id, properties)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (profile_id, time, name_id, insert_id) DO UPDATE SET properties = excluded.properties
"""


def make_project(*, timezone: str = "UTC") -> Project:
    """A project of its own."""
    project = Project(name="Placed", token=make_token(), timezone=timezone)
    project.secret_hash = hash_secret(secret_of(project))
    project.save()
    return project


class Placer:
    """Writes the rows of a data set, whose ids are its own, and remembers those of PostgreSQL."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.rows: dict[int, int] = {}

    def people(self, people: Iterable[Person], *, properties: dict[str, Any] | None = None) -> None:
        """New people, or others in place of those there are. `properties`: instead of their own."""
        for person in people:
            shown = person.properties if properties is None else properties
            values = {
                "properties": shown,
                "created_at": person.created_at,
                "updated_at": person.updated_at,
                "deleted_at": None,
            }
            profile, _ = Profile.objects.update_or_create(
                project=self.project, group_key=None, distinct_id=person.distinct_id, defaults=values
            )
            self.rows[person.id] = profile.pk
            self._learn(Scope.PROFILE, shown)

    def events(self, events: Iterable[Event], *, properties: dict[str, Any] | None = None) -> None:
        """New events; one that is there already gets these properties."""
        for event in events:
            shown = event.properties if properties is None else properties
            ensure_partitions([event.time.timestamp()])
            name, _ = EventName.objects.get_or_create(project=self.project, name=event.name)
            self._learn(Scope.EVENT, shown)
            with connection.cursor() as cursor:
                row = self.rows[event.person]
                # Two equal events of a data set are two.
                key = f"{id(event)}"
                cursor.execute(_INSERT_EVENT, [event.time, row, self.project.pk, name.pk, key, json.dumps(shown)])

    def _learn(self, scope: Scope, properties: dict[str, Any]) -> None:
        for name in properties:
            PropertyDefinition.objects.get_or_create(project=self.project, scope=scope, group_key=None, name=name)


def find(project: Project, rows: dict[int, int], tree: Filter, moment: Moment) -> set[int]:
    """The data set's ids of who the engine finds: over all pages, as many as it counts and as the
    API says."""
    query = PeopleQuery(
        project=project, population=tree.population, filter=tree, now=moment.now, sort="n", descending=False
    )
    found = walk(query, limit=2)
    assert len(found) == len(set(found)) == count_people(query) == _ask_api(project, tree, moment)
    own = {row: number for number, row in rows.items()}
    return {own[row] for row in found}


def _ask_api(project: Project, tree: Filter, moment: Moment) -> int:
    """The `total` of the API at that moment."""
    with patch("profiles_app.columnar.engine.read_clock", return_value=moment.now):
        answer = Client().post(
            "/api/v1/profiles/count",
            json.dumps({"filter": write_filter(tree)}),
            content_type="application/json",
            headers={"Authorization": f"Basic {b64encode(f'{secret_of(project)}:'.encode()).decode()}"},
        )
    assert answer.status_code == 200, answer.content
    total: int = answer.json()["total"]
    return total


def secret_of(project: Project) -> str:
    return f"secret of {project.token}"


def walk(query: PeopleQuery, *, limit: int) -> list[int]:
    """The ids of all pages."""
    found: list[int] = []
    at: Position | None = None
    while True:
        page = list_people(query, at=at, limit=limit)
        found += [person.id for person in page.people]
        if page.next is None:
            return found
        at = page.next


@contextmanager
def cohorts_of_dataset(dataset: Dataset, rows: dict[int, int]) -> Iterator[None]:
    """While it lasts, cohorts are those of the data set, whose people have these ids in PostgreSQL."""
    register_cohorts(lambda _: DatasetCohorts(dataset, rows))
    try:
        yield
    finally:
        forget_cohorts()


def forget_cohorts() -> None:
    """The cohorts of the application again."""
    register_cohorts(ProjectCohorts)
