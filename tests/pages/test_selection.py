"""Ticked rows: what the page offers for them, and that an action gets exactly those."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from profiles_app.editing import bulk
from profiles_app.models import BulkChange, BulkKind, GroupKey, Kind, Profile, Project, PropertyDefinition, Scope
from profiles_app.users_page import actions
from tests.conftest import People
from tests.pages.making import make_profile


@pytest.fixture
def base(project: Project) -> str:
    for index in range(60):
        make_profile(project, f"p{index:02}", {"$name": f"Person {index}", "plan": "pro" if index % 2 else "free"})
    make_profile(project, "visitor")
    return f"/projects/{project.pk}/users"


def read_ids(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return [row[0] for row in csv.reader(io.StringIO(answer.getvalue().decode(), newline=""))][1:]


def list_boxes(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'name="id" value="(\d+)" form="selection-form"', page)]


def numbers_of(*distinct_ids: str) -> list[int]:
    return list(
        Profile.objects.filter(distinct_id__in=distinct_ids).order_by("distinct_id").values_list("pk", flat=True)
    )


def test_each_row_has_a_box_and_all_have_one(owner: Client, base: str) -> None:
    page = owner.get(f"{base}?sort=$distinct_id").content.decode()
    assert list_boxes(page) == numbers_of(*[f"p{index:02}" for index in range(50)])
    assert "Select all 60" in page
    part = owner.get(f"{base}?search=person&sort=$distinct_id", headers={"HX-Request": "true"}).content.decode()
    bar = part[part.index('id="selection"') :]
    assert '<input type="hidden" name="search" value="person">' in bar
    assert '<input type="hidden" name="sort" value="$distinct_id">' in bar
    # The whole of what matches is on this page: there is nothing more to select.
    assert "data-select-everybody" not in owner.get(f"{base}?search=p0").content.decode()


def test_nobody_means_no_bar(owner: Client, base: str) -> None:
    assert "selection-form" not in owner.get(f"{base}?search=nobody").content.decode()


def test_names_in_labels_are_text(owner: Client, project: Project) -> None:
    make_profile(project, "odd", {"$name": '"><script>alert(1)</script>'})
    page = owner.get(f"/projects/{project.pk}/users").content.decode()
    assert 'aria-label="Select &quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_export_of_rows(teammate: Client, base: str) -> None:
    # A row that does not match the filter any more, or has no profile, is still chosen.
    chosen = "&".join(f"id={number}" for number in numbers_of("p07", "p03", "visitor"))
    state = f"search=p07&sort=$distinct_id&{chosen}"
    assert read_ids(teammate.get(f"{base}/export.csv?{state}")) == ["p03", "p07", "visitor"]
    said = teammate.get(f"{base}/export?{state}").content.decode()
    assert "<strong>3</strong>" in said
    assert "the selected rows" in said
    assert said.count('type="hidden" name="id"') == 3


def test_export_of_all(teammate: Client, base: str) -> None:
    """All that match the state: ticks that were sent along do not narrow it."""
    state = f"search=p0&sort=$distinct_id&all=1&id={numbers_of('p07')[0]}"
    assert read_ids(teammate.get(f"{base}/export.csv?{state}")) == [f"p0{index}" for index in range(10)]


def test_rows_of_others_are_not_there(
    owner: Client, base: str, project: Project, people: People, companies: GroupKey
) -> None:
    elsewhere = people.outsider.projects.get()
    theirs = make_profile(elsewhere, "theirs", {"x": 1})
    acme = make_profile(project, "acme", {"x": 1}, group_key=companies)
    assert read_ids(owner.get(f"{base}/export.csv?id={theirs.pk}&id={acme.pk}&id={2**63 - 1}")) == []
    groups = f"/projects/{project.pk}/groups/{companies.pk}"
    assert read_ids(owner.get(f"{groups}/export.csv?id={theirs.pk}&id={acme.pk}")) == ["acme"]


@pytest.mark.parametrize("ids", ["id=x", "id=-1", "id=", "id=²", f"id={2**63}", "&".join(["id=1"] * 51)])
def test_ids_that_no_row_has(owner: Client, base: str, ids: str) -> None:
    assert owner.get(f"{base}/export.csv?{ids}").status_code == 400
    assert owner.get(f"{base}/export?{ids}").status_code == 400


def test_actions_are_registered_once_and_kept_from_analysts(
    owner: Client, teammate: Client, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_registered", [])
    praise = actions.Action(key="praise", label="Praise", icon="star", address=lambda *_: "/praise")
    actions.register_action(praise)
    with pytest.raises(ValueError, match="two actions"):
        actions.register_action(praise)
    assert 'formaction="/praise"' in owner.get(base).content.decode()
    assert "Praise" not in teammate.get(base).content.decode()


def press(client: Client, address: str, **fields: Any) -> Any:
    return client.post(address, fields)


def make_draft(client: Client, address: str, **fields: Any) -> BulkChange:
    assert press(client, address, **fields).status_code == 200
    return BulkChange.objects.latest("id")


def start(client: Client, change: BulkChange, **fields: Any) -> Any:
    return client.post(f"/projects/{change.project_id}/changes/{change.pk}/start", fields)


def test_setting_a_property_of_rows(owner: Client, project: Project, base: str) -> None:
    PropertyDefinition.objects.create(project=project, scope=Scope.PROFILE, name="plan", kinds=Kind.STRING)
    chosen = numbers_of("p07", "p03")
    answer = press(owner, f"{base}/set-property", id=chosen, search="p07")
    said = answer.content.decode()
    assert "Set property of 2 users" in said
    assert '<option value="plan">' in said
    assert "This takes a while" not in said
    change = BulkChange.objects.get()
    answer = start(owner, change, how="set", name="seats", kind="number", value="1x")
    assert answer.status_code == 422
    assert "is not a number" in answer.content.decode()
    assert 'value="1x"' in answer.content.decode()
    answer = start(owner, change, how="set", name="seats", kind="number", value="12")
    assert (answer.status_code, answer["Location"]) == (302, f"{base}?search=p07")
    assert "Set seats to 12: 2 changed." in owner.get(base).content.decode()
    assert [profile.properties["seats"] for profile in Profile.objects.filter(pk__in=chosen)] == [12, 12]
    # Pressed twice, it is done once.
    assert start(owner, change, how="set", name="seats", kind="number", value="13").status_code == 409


def test_removing_a_property_of_all_that_match(owner: Client, base: str) -> None:
    change = make_draft(owner, f"{base}/set-property", all="1", search="person 2")
    assert start(owner, change, how="unset", name="plan").status_code == 302
    assert Profile.objects.filter(properties__has_key="plan").count() == 49


def test_deleting_asks_for_the_number(owner: Client, base: str) -> None:
    change = make_draft(owner, f"{base}/delete", all="1")
    for typed in ("", "61", "sixty"):
        answer = start(owner, change, number=typed)
        assert answer.status_code == 422
        assert "Type 60 to confirm" in answer.content.decode()
    assert start(owner, change, number=" 60 ").status_code == 302
    assert "Delete: 60 deleted." in owner.get(base).content.decode()
    assert not Profile.objects.exclude(properties={}).exists()


def test_many_are_left_to_the_worker(
    owner: Client, teammate: Client, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 25)
    change = make_draft(owner, f"{base}/delete", all="1")
    answer = start(owner, change, number="60")
    page = f"/projects/{change.project_id}/changes/{change.pk}"
    assert answer["Location"] == page
    shown = owner.get(page).content.decode()
    assert "0 of 60 users" in shown
    assert f'hx-get="{page}"' in shown
    assert "Cancel" in shown
    assert "/cancel" not in teammate.get(page).content.decode()
    bulk.run_change(change.pk)
    part = owner.get(page, headers={"HX-Request": "true"}).content.decode()
    assert part.startswith("\n<div")
    assert "Done: 60 deleted." in part
    assert "hx-trigger" not in part


def test_htmx_is_led_on(owner: Client, base: str) -> None:
    htmx = {"HX-Request": "true"}
    answer = owner.post(f"{base}/delete", {"id": numbers_of("p07")}, headers=htmx)
    assert answer.content.decode().lstrip().startswith("<h2")
    change = BulkChange.objects.get()
    answer = owner.post(f"/projects/{change.project_id}/changes/{change.pk}/start", {"number": "1"}, headers=htmx)
    assert answer["HX-Redirect"] == base


def test_cancelling(owner: Client, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 25)
    change = make_draft(owner, f"{base}/delete", all="1")
    start(owner, change, number="60")
    page = f"/projects/{change.project_id}/changes/{change.pk}"
    assert owner.post(f"{page}/cancel")["Location"] == page
    assert "Cancelled after 0 of 60 users. Nothing was changed." in owner.get(page).content.decode()
    bulk.run_change(change.pk)
    assert Profile.objects.exclude(properties={}).count() == 60


def test_nobody_selected(owner: Client, base: str) -> None:
    for action in ("set-property", "delete"):
        answer = press(owner, f"{base}/{action}", search="p07")
        assert answer.status_code == 400
        assert "Nobody is selected" in answer.content.decode()
    said = press(owner, f"{base}/delete", id=[2**62]).content.decode()
    assert "Nobody whom you selected is there any more." in said


def test_changes_of_another_project(owner: Client, people: People, base: str) -> None:
    elsewhere = people.outsider.projects.get()
    change = BulkChange.objects.create(project=elsewhere, kind=BulkKind.DELETE, people=1, back="/")
    ours = base.removesuffix("/users")
    for path in ("start", "cancel"):
        assert owner.post(f"{ours}/changes/{change.pk}/{path}", {"number": "1"}).status_code == 404
    assert owner.get(f"{ours}/changes/{change.pk}").status_code == 404


def test_analysts_have_export_alone(teammate: Client, base: str) -> None:
    page = teammate.get(base).content.decode()
    bar = page[page.index('id="selection-form"') :]
    assert "Export" in bar
    assert "Set property" not in bar
    assert "/delete" not in bar
