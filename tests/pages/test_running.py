"""The strip above the table that tells of a change of many under way."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from profiles_app.models import BulkChange, BulkKind, BulkState, GroupKey, Profile, Project
from tests.pages.test_table import get_page


@pytest.fixture
def running(project: Project, alice: Profile) -> BulkChange:
    return BulkChange.objects.create(
        project=project, kind=BulkKind.SET, name="plan", people=12_345, done=4_938, state=BulkState.RUNNING, back="/"
    )


def read_strip(page: str) -> str:
    strip = page[page.index('class="running"') :].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", strip).split())


def test_admins_see_how_far_it_is(project: Project, owner: Client, running: BulkChange) -> None:
    page = get_page(owner, f"/projects/{project.pk}/users")
    assert read_strip(page).endswith("Setting plan for 12,345 users · 40% View")
    assert f'href="/projects/{project.pk}/changes/{running.pk}"' in page
    BulkChange.objects.update(done=12_000, kind=BulkKind.DELETE)
    asked = {"HX-Request": "true", "HX-Target": f"running-{running.pk}"}
    assert "Deleting 12,345 users · 97%" in read_strip(
        get_page(owner, f"/projects/{project.pk}/changes/{running.pk}", headers=asked)
    )
    BulkChange.objects.update(ended_at=timezone.now(), state=BulkState.DONE)
    assert get_page(owner, f"/projects/{project.pk}/changes/{running.pk}", headers=asked).strip() == ""
    assert 'class="running"' not in get_page(owner, f"/projects/{project.pk}/users")


def test_others_see_none(
    project: Project, owner: Client, teammate: Client, running: BulkChange, companies: GroupKey
) -> None:
    assert 'class="running"' not in get_page(teammate, f"/projects/{project.pk}/users")
    assert 'class="running"' not in get_page(owner, f"/projects/{project.pk}/groups/{companies.pk}")
    BulkChange.objects.update(state=BulkState.DRAFT)
    assert 'class="running"' not in get_page(owner, f"/projects/{project.pk}/users")
