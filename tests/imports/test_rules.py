"""Who is who, what an empty cell does, what is rejected, and that the check says what the import does."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from imports_app import actions, limits
from imports_app.errors import WrongMoment
from imports_app.folders import get_folder
from imports_app.models import Change, Import, State
from imports_app.pages.links import link_people
from imports_app.rejects import write_rejects
from imports_app.work.job import work_on
from profiles_app.errors import BadInput
from profiles_app.models import GroupKey, Profile, Project, PropertyDefinition
from profiles_app.services.group_keys import delete_group_key
from tests.conftest import SECRET
from tests.imports.making import check, count, import_rows, read_people, remap, run, undo, upload, write_csv
from tests.ingest.sending import basic_auth
from tests.pages.making import make_events, make_profile

pytestmark = pytest.mark.django_db(transaction=True)


def check_then_run(job: Import) -> dict[str, int]:
    """The numbers, which the check must have said."""
    said = count(check(job))
    assert job.state == State.CHECKED, job.problem
    assert count(run(job)) == said
    assert job.state == State.DONE, job.problem
    return said


def test_an_email_is_the_id_where_there_is_none(project: Project) -> None:
    numbers = check_then_run(upload(project, [["Email", "Cohort"], ["a@example.com", "Android Users"], ["", "x"]]))
    assert numbers == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 1}
    assert read_people(project) == {"a@example.com": {"$email": "a@example.com", "Cohort": "Android Users"}}


def test_random_ids_are_the_same_however_often_a_row_is_read(project: Project) -> None:
    job = upload(project, [["color"], ["red"], ["red"], ["blue"]])
    assert check_then_run(job) == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0}
    people = read_people(project)
    assert sorted(person["color"] for person in people.values()) == ["blue", "red", "red"]
    assert all(len(distinct_id) == 36 for distinct_id in people)
    assert check_then_run(upload(project, [["color"], ["red"]]))["created"] == 1


def test_the_last_of_several_rows_wins(project: Project) -> None:
    rows = [["$distinct_id", "a", "b"], ["x", "1", "1"], ["y", "1", "1"], ["x", "2", ""], ["x", "3", ""]]
    job = upload(project, rows)
    assert check_then_run(job) == {"created": 2, "updated": 0, "unchanged": 2, "rejected": 0}
    assert job.duplicates == 2
    assert read_people(project) == {"x": {"a": "3", "b": "1"}, "y": {"a": "1", "b": "1"}}


def test_empty_cells_clear_where_that_is_wished(project: Project) -> None:
    import_rows(project, [["$distinct_id", "a", "b"], ["x", "1", "1"], ["y", "1", ""], ["seen", "1", ""]])
    make_events(Profile.objects.get(distinct_id="seen"), "Seen", [timezone.now()])
    job = upload(project, [["$distinct_id", "a"], ["x", ""], ["y", ""], ["seen", ""], ["nobody", ""], ["new", "1"]])
    remap(job, empty="clear")
    assert check_then_run(job) == {"created": 1, "updated": 3, "unchanged": 1, "rejected": 0}
    assert read_people(project) == {"x": {"b": "1"}, "seen": {}, "new": {"a": "1"}}
    undo(job)
    assert read_people(project) == {"x": {"a": "1", "b": "1"}, "y": {"a": "1"}, "seen": {"a": "1"}}


def test_rejected_rows_are_mended_and_uploaded_again(project: Project) -> None:
    content = b"$distinct_id,age\na,30\nb,x\n,5\nc\n" + b"d" * 300 + b",1\n$distinct_id,age\ne,\n"
    job = upload(project, content)
    remap(job, age="number")
    assert check_then_run(job) == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 6}
    lines = b"".join(write_rejects(job)).decode().splitlines()
    assert lines[0] == "Rejected: line,Rejected: column,Rejected: reason,$distinct_id,age"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["3", "age"], ["4", "$distinct_id"], ["5", ""], ["6", "$distinct_id"], ["7", ""], ["8", ""],
    ]  # fmt: skip
    again = upload(project, "\n".join([lines[0], lines[1].replace(",b,x", ",b,31")]).encode())
    assert [document["chosen"] for document in again.columns] == [False, False, False, True, True]
    check_then_run(again)
    assert read_people(project)["b"] == {"age": 31}


def export(project: Project, parameters: str = "") -> bytes:
    answer = Client().get(f"/api/v1/profiles/export.csv?{parameters}", headers={"Authorization": basic_auth(SECRET)})
    return answer.getvalue()


def test_an_export_comes_back_with_no_clicks(project: Project) -> None:
    people: dict[str, dict[str, Any]] = {
        "=1+1": {"$name": "=Person", "tags": ["a, b", "c"], "n": 5, "z": "007", "ok": True, "o": {"b": 1, "a": [1.5]}},
        "+47": {"$name": "'quoted'", "n": -2.5, "d": "2026-01-31", "long": 'a\nb,"c"', "@x": "-"},
        "c": {"$name": "@c", "n": 9007199254740993, "ok": False, "empty": ""},
    }
    for distinct_id, properties in people.items():
        make_profile(project, distinct_id, properties)
        for name, value in properties.items():
            bits = {str: 1, int: 2, float: 2, bool: 4, list: 16, dict: 32}[type(value)]
            PropertyDefinition.objects.update_or_create(
                project=project, scope="profile", group_key=None, name=name, defaults={"kinds": bits}
            )
    content = export(project)
    assert check_then_run(upload(project, content)) == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    elsewhere = Project.objects.create(name="Copy", token="copy", secret_hash="copy")
    import_rows(elsewhere, content)
    assert set(read_people(elsewhere)) == set(people)
    assert read_people(elsewhere)["+47"]["$name"] == "'quoted'"
    assert "$last_seen" not in read_people(elsewhere)["c"]


def test_an_apostrophe_of_ones_own_stays(project: Project) -> None:
    import_rows(project, [["$distinct_id", "f"], ["a", "'=1"], ["b", "=1"]])
    assert read_people(project) == {"a": {"f": "'=1"}, "b": {"f": "=1"}}


def test_the_mapping_is_remembered(project: Project) -> None:
    first = upload(project, [["who", "age"], ["a", "1"]])
    documents = [{**document} for document in first.columns]
    documents[0]["property"], documents[1]["kind"] = "$distinct_id", "number"
    from imports_app.mapping.columns import Column

    actions.change_mapping(first, [Column.from_json(one) for one in documents], empty="keep", unguard=False)
    run(first)
    again = upload(project, [["who", "age"], ["b", "2"]])
    assert again.columns == documents
    run(again)
    assert read_people(project) == {"a": {"age": 1}, "b": {"age": 2}}


def test_other_projects_and_groups_stay_as_they_are(project: Project) -> None:
    other = Project.objects.create(name="Other", token="other", secret_hash="other")
    key = GroupKey.objects.create(project=project, key="company", label="Companies")
    for where, group_key in ((other, None), (project, key)):
        make_profile(where, "a", {"plan": "old"}, group_key=group_key)
    job = import_rows(project, [["$distinct_id", "plan"], ["a", "new"]])
    assert count(job)["created"] == 1
    assert read_people(other) == read_people(project, key) == {"a": {"plan": "old"}}
    groups = import_rows(project, [["$group_id", "plan"], ["a", "new"]], group_key=key)
    assert count(groups)["updated"] == 1
    assert delete_group_key(key) == 1
    assert list(Import.objects.values_list("pk", flat=True)) == [job.pk]
    assert not Change.objects.exclude(of=job).exists()


def test_limits(project: Project, settings: Settings) -> None:
    settings.IMPORTS = {**settings.IMPORTS, "rows": 2}
    job = upload(project, [["$distinct_id", "a"], ["x", "1"], ["y", "1"], ["z", "1"]])
    assert job.state == State.FAILED
    assert "more than 2 rows" in job.problem
    with pytest.raises(BadInput, match="2,000"):
        raise BadInput(upload(project, [[str(n) for n in range(2001)]]).problem)


def test_wrong_moments(project: Project) -> None:
    job = upload(project, [["$distinct_id", "a"], ["x", "1"]])
    with pytest.raises(WrongMoment):
        actions.start_undo(job, queue=work_on)
    run(job)
    for act in (actions.start_import, actions.start_check):
        with pytest.raises(WrongMoment):
            act(job, queue=work_on)
    Import.objects.update(started_at=timezone.now() - limits.UNDO_FOR - timedelta(minutes=1))
    job.refresh_from_db()
    with pytest.raises(WrongMoment, match="30 days"):
        actions.start_undo(job, queue=work_on)


def test_cancelled_before_it_began(project: Project) -> None:
    job = upload(project, [["$distinct_id", "a"], ["x", "1"]])
    assert get_folder(job).exists()
    actions.cancel_import(job)
    assert not get_folder(job).exists()
    assert read_people(project) == {}


@pytest.mark.parametrize("step", ["_plan", "check_plan"])
def test_cancelled_while_it_is_checked(project: Project, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    from imports_app.work import steps

    job = upload(project, [["$distinct_id", "a"], ["x", "1"]])
    go_on = getattr(steps, step)

    def cancel_first(*arguments: Any) -> Any:
        actions.cancel_import(Import.objects.get(pk=job.pk))
        return go_on(*arguments)

    monkeypatch.setattr(steps, step, cancel_first)
    check(job)
    assert (job.state, job.work) == (State.CANCELLED, "")


def test_cancelled_on_its_way_and_undone(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHUNK", 2)
    job = upload(project, [["$distinct_id", "a"], *([f"p{n}", "1"] for n in range(6))])
    actions.start_import(job, queue=lambda number: None)
    job.refresh_from_db()
    from imports_app.work import merge

    write = merge.Merge.write_chunk

    def cancel_after(self: Any, lines: Any, number: int) -> Any:
        chunk = write(self, lines, number)
        actions.cancel_import(Import.objects.get(pk=job.pk))
        return chunk

    monkeypatch.setattr(merge.Merge, "write_chunk", cancel_after)
    work_on(job.pk)
    job.refresh_from_db()
    assert (job.state, job.created, job.read) == (State.CANCELLED, 2, 2)
    assert set(read_people(project)) == {"p0", "p1"}
    assert undo(job).removed == 2
    assert read_people(project) == {}


def test_old_imports_are_cleared(project: Project) -> None:
    done = import_rows(project, [["$distinct_id", "a"], ["x", "1"]])
    left = upload(project, [["$distinct_id", "a"], ["x", "2"]])
    Import.objects.update(created_at=timezone.now() - timedelta(days=31))
    actions.remove_old_imports()
    left.refresh_from_db()
    assert left.state == State.CANCELLED
    assert not Change.objects.exists()
    assert not get_folder(done).exists()
    assert not get_folder(left).exists()


def test_two_at_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHUNK", 50)
    ids = [f"p{n:03}" for n in range(300)]
    jobs = [
        upload(project, write_csv([["$distinct_id", name], *([one, "1"] for one in order)]))
        for name, order in (("a", ids), ("b", ids[::-1]))
    ]
    for job in jobs:
        actions.start_import(job, queue=lambda number: None)

    def work(number: int) -> None:
        try:
            work_on(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job.pk,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in jobs:
        job.refresh_from_db()
        assert job.state == State.DONE, job.problem
    assert sum(job.created for job in jobs) == sum(job.updated for job in jobs) == 300
    assert read_people(project) == {one: {"a": "1", "b": "1"} for one in ids}


def test_the_way_to_the_people(project: Project, owner: Client) -> None:
    few = import_rows(project, [["$distinct_id", "a"], ["x,y", "1"], ["“é”", "1"]])
    link = link_people(few)
    assert link is not None
    assert link.text == "See the 2 profiles"
    assert "x,y" in owner.get(link.url).content.decode()
    many = import_rows(project, [["$distinct_id", "Cohort"], *([f"p{n}", "Android Users"] for n in range(60))])
    link = link_people(many)
    assert link is not None
    assert link.text == "See all with Cohort = Android Users"
    assert ">60<" in owner.get(link.url).content.decode()
