"""`manage.py demo`: the data arrives through the ingestion, whole and once."""

import io
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from profiles_app.demo import load
from profiles_app.demo.load import DemoError, find_end, write_part
from profiles_app.demo.plan import Plan
from profiles_app.demo.workers import Part
from profiles_app.ingest.take import engage
from profiles_app.models import Event, EventName, GroupKey, Kind, Profile, Project, PropertyDefinition
from tests.demo.conftest import NOW, make_data_set

PROFILES, EVENTS = 300, 3_000
NOW_TEXT = "2025-06-15T15:06:40Z"


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(name="Garden", secret_hash="x")


def run_demo(project: Project, *arguments: str, events: int = EVENTS) -> str:
    output = io.StringIO()
    sizes = ("--profiles", str(PROFILES), "--events", str(events))
    call_command("demo", "--project", str(project.pk), *sizes, *arguments, stdout=output)
    return output.getvalue()


def count_rows(project: Project) -> dict[str, int]:
    everybody = Profile.objects.filter(project=project, group_key=None, deleted_at=None)
    return {
        "people": everybody.exclude(properties={}).count(),
        "visitors": everybody.filter(properties={}).count(),
        "companies": Profile.objects.filter(project=project, group_key__key="company").count(),
        "events": Event.objects.filter(project=project).count(),
    }


EXPECTED = {"people": PROFILES, "visitors": 12, "companies": PROFILES // 8, "events": EVENTS}


def test_what_is_made_arrives(project: Project) -> None:
    summary = run_demo(project, "--now", NOW_TEXT).splitlines()[-1]
    assert count_rows(project) == EXPECTED
    assert summary.startswith("Project Garden: 300 people with a profile, 12 without, 37 companies, 3,000 events, in ")


def test_every_value_arrives_as_it_was_made(project: Project) -> None:
    run_demo(project, "--now", NOW_TEXT)
    data = make_data_set(Plan(seed=1, profiles=PROFILES, events=EVENTS, now=NOW))
    stored = Profile.objects.filter(project=project, group_key=None).exclude(properties={})
    assert {one.distinct_id: one.properties for one in stored} == data.people
    updated = {one.distinct_id: one.updated_at for one in stored}
    assert updated == {one["$distinct_id"]: datetime.fromtimestamp(one["$time"], UTC) for one in data.updates}
    groups = Profile.objects.filter(project=project, group_key__key="company")
    assert {one.distinct_id: one.properties for one in groups} == data.companies
    names = Counter(Event.objects.filter(project=project).values_list("name__name", flat=True))
    assert names == Counter(event["event"] for event in data.events)


def test_the_catalog_knows_the_names_and_kinds(project: Project) -> None:
    run_demo(project, "--now", NOW_TEXT)
    assert EventName.objects.filter(project=project, name="watch video").exists()
    logins = PropertyDefinition.objects.get(project=project, scope="profile", group_key=None, name="logins")
    assert logins.kinds == Kind.NUMBER | Kind.STRING


def test_the_group_key_has_a_label_and_keeps_its_own(project: Project) -> None:
    run_demo(project, "--now", NOW_TEXT)
    assert GroupKey.objects.get(project=project, key="company").label == "Companies"
    GroupKey.objects.filter(project=project).update(label="Customers")
    run_demo(project, "--now", NOW_TEXT)
    assert GroupKey.objects.get(project=project, key="company").label == "Customers"


def test_a_second_run_adds_nothing(project: Project) -> None:
    run_demo(project, "--now", NOW_TEXT)
    before = list(Event.objects.filter(project=project).order_by("profile", "time", "name").values_list("time"))
    run_demo(project, "--now", NOW_TEXT)
    assert count_rows(project) == EXPECTED
    after = list(Event.objects.filter(project=project).order_by("profile", "time", "name").values_list("time"))
    assert before == after


def test_without_now_a_second_run_continues_the_first(project: Project) -> None:
    run_demo(project, "--now", NOW_TEXT)
    assert find_end(project, seed=1) == NOW
    assert "completing it" in run_demo(project)
    assert count_rows(project) == EXPECTED


def test_without_now_it_ends_now(project: Project) -> None:
    run_demo(project)
    last = Event.objects.filter(project=project).latest("time").time
    assert (datetime.now(UTC) - last).total_seconds() < 600
    assert count_rows(project) == EXPECTED


def test_another_seed_adds_other_people(project: Project) -> None:
    run_demo(project, "--now", NOW_TEXT)
    run_demo(project, "--now", NOW_TEXT, "--seed", "2")
    assert count_rows(project)["people"] == 2 * PROFILES


def test_an_interrupted_run_is_completed(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop_at_events(part: Part) -> Iterator[int]:
        if part.kind == "events" and part.first > 0:
            raise KeyboardInterrupt
        return write_part(part)

    monkeypatch.setattr(load, "write_part", stop_at_events)
    with pytest.raises(SystemExit, match="130"):
        run_demo(project, events=30_000)
    assert "run the same command again" in capsys.readouterr().err
    assert 0 < count_rows(project)["events"] < 30_000
    monkeypatch.undo()
    run_demo(project, events=30_000)
    assert count_rows(project)["events"] == 30_000


def test_being_terminated_is_being_interrupted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def terminate(part: Part) -> Iterator[int]:
        os.kill(os.getpid(), signal.SIGTERM)
        yield 0

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(load, "write_part", terminate)
    with pytest.raises(SystemExit, match="130"):
        run_demo(project)
    assert signal.getsignal(signal.SIGTERM) == before


def test_if_empty_leaves_people_alone(project: Project) -> None:
    Profile.objects.create(project=project, distinct_id="ada", created_at=datetime.now(UTC), properties={"a": 1})
    assert "nothing was added" in run_demo(project, "--if-empty")
    assert count_rows(project) == {"people": 1, "visitors": 0, "companies": 0, "events": 0}


def test_if_empty_fills_an_empty_project(project: Project) -> None:
    Project.objects.create(name="Other", secret_hash="y")
    run_demo(project, "--if-empty", "--now", NOW_TEXT)
    assert count_rows(project) == EXPECTED


def test_other_projects_stay_as_they_are(project: Project) -> None:
    other = Project.objects.create(name="Other", secret_hash="y")
    run_demo(project, "--now", NOW_TEXT)
    assert set(count_rows(other).values()) == {0}


@pytest.mark.django_db(transaction=True)
def test_several_processes_write_the_same() -> None:
    project = Project.objects.create(name="Garden", secret_hash="x")
    # More than one range of each kind, so that both processes have work.
    sizes = ("--profiles", "3000", "--events", "12000", "--processes", "2")
    try:
        call_command("demo", "--project", str(project.pk), "--now", NOW_TEXT, *sizes, stdout=io.StringIO())
        assert count_rows(project) == {"people": 3_000, "visitors": 125, "companies": 320, "events": 12_000}
        stored = Event.objects.filter(project=project)
        assert stored.values("insert_id").distinct().count() == 12_000
    finally:
        # Nobody empties the partitions after a test without a transaction.
        Event.objects.filter(project=project).delete()


def test_a_refused_record_stops_it_with_the_reason(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(plan: Plan, first: int, last: int) -> Iterator[list[dict[str, Any]]]:
        yield [{"$distinct_id": "", "$set": {"a": 1}}]

    monkeypatch.setitem(load._KINDS, "people", (spoil, engage))
    with pytest.raises(DemoError, match="is empty"):
        run_demo(project)


def test_an_unknown_project_is_named_with_those_there_are(project: Project) -> None:
    with pytest.raises(CommandError, match=rf"no project 0\. There are: {project.pk} \(Garden\)"):
        call_command("demo", "--project", "0")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--profiles", "-1"), "negative"),
        (("--events", "-5"), "negative"),
        (("--events", "many"), "not a whole number"),
        (("--now", "yesterday"), "not an instant"),
        (("--now", "2999-01-01"), "not between 1971 and now"),
        (("--profiles", "0"), "Events need people"),
    ],
)
def test_bad_arguments_are_explained(project: Project, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("demo", "--project", str(project.pk), *arguments)
    assert set(count_rows(project).values()) == {0}


def test_the_documentation_names_every_option() -> None:
    text = (Path(__file__).parents[2] / "docs" / "demo-data.md").read_text("utf-8")
    source = (Path(__file__).parents[2] / "profiles_app" / "management" / "commands" / "demo.py").read_text("utf-8")
    for option in re.findall(r'add_argument\("(--[a-z-]+)"', source):
        assert f"`{option}" in text
