import pytest
from django.test import Client

from profiles_app.models import Project
from tests.ingest.sending import Sender


@pytest.fixture
def send(client: Client, project: Project) -> Sender:
    return Sender(client, project)
