"""Ticked rows: what the page offers for them, and that an action gets exactly those."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from profiles_app.models import GroupKey, Profile, Project
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
