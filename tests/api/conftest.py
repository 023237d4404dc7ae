"""Callers of the API: the project's secret, a service account, people with sessions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from pytest_django import Settings

from profiles_app.models import GroupKey, Project, ServiceAccount
from profiles_app.models.project import hash_secret
from tests.conftest import SECRET, People
from tests.ingest.sending import basic_auth

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

ACCOUNT_SECRET = "the-secret-of-the-account"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class Caller:
    """Somebody who asks, with their credentials; `always` are parameters of each of their requests."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)
    always: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str, **parameters: Any) -> "Answer":
        return self.client.get(path, self.always | parameters, headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> "Answer":
        """A JSON body."""
        answer: Answer = self.client.post(
            path, body, content_type="application/json", query_params=self.always, headers=self.headers | headers
        )
        return answer

    def send_form(self, path: str, **fields: Any) -> "Answer":
        return self.client.post(path, self.always | fields, headers=self.headers)

    def read(self, path: str, **parameters: Any) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def account(project: Project) -> ServiceAccount:
    return ServiceAccount.objects.create(project=project, username="nightly.1", secret_hash=hash_secret(ACCOUNT_SECRET))


@pytest.fixture
def ask_as(project: Project, people: People, account: ServiceAccount) -> Callable[[str], Caller]:
    """`ask_as("secret")`, "account", "owner", "teammate", "outsider" or "anonymous"."""

    def caller_of(who: str) -> Caller:
        always = {"project_id": project.pk}
        if who == "secret":
            return Caller(Client(), {"Authorization": basic_auth(SECRET)})
        if who == "account":
            return Caller(Client(), {"Authorization": basic_auth(account.username, ACCOUNT_SECRET)}, always)
        client = Client()
        if who != "anonymous":
            client.force_login(getattr(people, who))
        return Caller(client, always=always)

    return caller_of


@pytest.fixture
def script(project: Project) -> Caller:
    """A script with the project's secret."""
    return Caller(Client(), {"Authorization": basic_auth(SECRET)})


@pytest.fixture
def companies(project: Project) -> GroupKey:
    return GroupKey.objects.create(project=project, key="company", label="Companies")
