"""What all tests share: a project with its people, and a client that speaks to the ingestion."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client

from profiles_app.columnar.store import forget_views
from profiles_app.ingest import catalog
from profiles_app.ingest import people as people_memory
from profiles_app.models import Membership, Project, Role, User
from profiles_app.models.project import hash_secret

SECRET = "the-project-secret"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Each test begins with a process that has learned nothing."""
    catalog.forget()
    people_memory.forget()
    forget_views()


@pytest.fixture(autouse=True)
def _empty_unmanaged_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Django empties the tables of its models after a test that commits; the tables that
    migrations made in SQL are emptied here."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE profiles_app_event, profiles_app_profile_change")


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(name="Demo", token="token-of-demo", secret_hash=hash_secret(SECRET))


@dataclass(frozen=True, kw_only=True)
class People:
    """Owner (an admin), teammate (an analyst), outsider (an admin elsewhere)."""

    owner: User
    teammate: User
    outsider: User


@pytest.fixture
def people(project: Project) -> People:
    owner, teammate, outsider = (
        User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.title())
        for name in ("owner", "teammate", "outsider")
    )
    elsewhere = Project.objects.create(name="Elsewhere", secret_hash=hash_secret("another-secret"))
    Membership.objects.create(user=owner, project=project, role=Role.ADMIN)
    Membership.objects.create(user=teammate, project=project, role=Role.ANALYST)
    Membership.objects.create(user=outsider, project=elsewhere, role=Role.ADMIN)
    return People(owner=owner, teammate=teammate, outsider=outsider)


@pytest.fixture
def client() -> Client:
    return Client()
