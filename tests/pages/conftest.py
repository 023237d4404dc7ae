"""People who are signed in, and makers of profiles and events."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from profiles_app.models import GroupKey, Project
from tests.conftest import People
from tests.pages.making import make_profile


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """A hash made to be slow would be most of the time of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def sign_in(people: People) -> Callable[[str], Client]:
    """`sign_in("owner")`: their client; "anonymous" is nobody's."""

    def client_of(who: str) -> Client:
        client = Client()
        if who != "anonymous":
            client.force_login(getattr(people, who))
        return client

    return client_of


@pytest.fixture
def owner(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("owner")


@pytest.fixture
def teammate(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("teammate")


@pytest.fixture
def companies(project: Project) -> GroupKey:
    return GroupKey.objects.create(project=project, key="company", label="Companies")


@pytest.fixture
def alice(project: Project) -> Any:
    return make_profile(project, "alice", {"$name": "Alice Singh", "$email": "alice@example.com", "plan": "pro"})
