"""A worker is killed while it changes many people: nothing is lost, nothing is done twice."""

import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from config.runtime.folders import CHECKOUT
from profiles_app.editing import bulk
from profiles_app.models import BulkChange, BulkKind, BulkState, Profile, ProfileEdit, Project
from profiles_app.selectors.people import PeopleQuery
from profiles_app.tasks import find_lost_bulk_changes, run_bulk_change
from tests.bulk.killing import STEPS
from tests.conftest import People
from tests.pages.making import make_profile
from tests.waiting import wait_for


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("step", "done"), list(zip(STEPS, (4, 8), strict=True)))
def test_killed_and_resumed(
    project: Project, people: People, step: str, done: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 4)
    for index in range(14):
        make_profile(project, f"p{index:02}", {"n": index})
    query = PeopleQuery(project=project)
    change = bulk.draft_change(query, kind=BulkKind.SET, user_id=people.owner.pk, back="/")
    bulk.confirm_change(change, kind=BulkKind.SET, name="new", value="x")
    command = [sys.executable, "-m", "tests.bulk.killing", connection.settings_dict["NAME"], str(change.pk), step]
    assert subprocess.run(command, cwd=CHECKOUT, check=False).returncode == -signal.SIGKILL
    change.refresh_from_db()
    assert (change.state, change.done, change.changed) == (BulkState.RUNNING, done, done)
    assert Profile.objects.filter(properties__new="x").count() == done

    # The worker's clock finds it once it has been silent for a while, and queues it.
    BulkChange.objects.update(beat_at=timezone.now() - timedelta(minutes=1))
    queued: list[int] = []
    monkeypatch.setattr(run_bulk_change, "delay", queued.append)
    find_lost_bulk_changes()
    assert queued == [change.pk]

    def resume() -> bool:
        run_bulk_change(change.pk)
        change.refresh_from_db()
        return change.is_over

    # The database takes a moment to see that the killed one is gone, and to free its lock.
    wait_for(resume, seconds=30, what="the end of the change")
    assert (change.state, change.done, change.changed) == (BulkState.DONE, 14, 14)
    assert Profile.objects.filter(properties__new="x").count() == 14
    assert set(Counter(ProfileEdit.objects.values_list("profile", flat=True)).values()) == {1}
