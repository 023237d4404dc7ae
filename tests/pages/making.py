"""Profiles and events, straight into the tables."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from profiles_app.models import EventName, GroupKey, Profile, Project
from profiles_app.services.partitions import ensure_partitions

NOW = datetime(2026, 7, 17, 12, 0, tzinfo=UTC)


def make_profile(
    project: Project,
    distinct_id: str,
    properties: dict[str, Any] | None = None,
    *,
    group_key: GroupKey | None = None,
    updated_at: datetime | None = NOW,
) -> Profile:
    properties = properties or {}
    return Profile.objects.create(
        project=project,
        group_key=group_key,
        distinct_id=distinct_id,
        properties=properties,
        created_at=NOW,
        updated_at=updated_at if properties else None,
    )


def make_events(
    profile: Profile, name: str, times: Iterable[datetime], properties: dict[str, Any] | None = None
) -> None:
    """One event of this name at each time."""
    event_name, _ = EventName.objects.get_or_create(project=profile.project, name=name)
    times = list(times)
    rows = [(profile.project_id, profile.pk, event_name.pk, time, NOW, json.dumps(properties or {})) for time in times]
    ensure_partitions(time.timestamp() for time in times)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO profiles_app_event (project_id, profile_id, name_id, time, received_at, properties)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            rows,
        )
