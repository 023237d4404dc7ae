"""Sending records as an SDK does, and reading what became of them."""

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.test import Client

from profiles_app.models import Event, Profile, Project
from tests.conftest import SECRET

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


def basic_auth(username: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@dataclass(frozen=True)
class Sender:
    """A client that knows the project's token and secret."""

    client: Client
    project: Project

    def post(self, path: str, body: Any, *, content_type: str = "application/json", **headers: str) -> "Answer":
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(path, data=data, content_type=content_type, headers=headers or None)

    def update(self, distinct_id: str, **operations: Any) -> dict[str, Any]:
        """A record for /engage; `set=…` stands for `$set`."""
        steps = {f"${name}": value for name, value in operations.items()}
        return {"$token": self.project.token, "$distinct_id": distinct_id, **steps}

    def event(self, name: str, distinct_id: str, **properties: Any) -> dict[str, Any]:
        """A record for /track."""
        return {
            "event": name,
            "properties": {"token": self.project.token, "distinct_id": distinct_id, **properties},
        }

    def engage(self, *records: Any, query: str = "?verbose=1") -> "Answer":
        return self.post(f"/engage{query}", list(records))

    def groups(self, *records: Any, query: str = "?verbose=1") -> "Answer":
        return self.post(f"/groups{query}", list(records))

    def track(self, *records: Any, query: str = "?verbose=1") -> "Answer":
        return self.post(f"/track{query}", list(records))

    def import_events(self, *records: Any, query: str = "") -> "Answer":
        return self.post(f"/import{query}", list(records), Authorization=basic_auth(SECRET))

    def profile(self, distinct_id: str) -> Profile:
        return Profile.objects.get(project=self.project, group_key=None, distinct_id=distinct_id)

    def properties(self, distinct_id: str) -> Any:
        return self.profile(distinct_id).properties

    def events(self, distinct_id: str) -> list[Event]:
        return list(
            Event.objects.filter(project=self.project, profile__distinct_id=distinct_id)
            .select_related("name")
            .order_by("time", "id")
        )
