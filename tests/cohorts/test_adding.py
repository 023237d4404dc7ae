"""Add to cohort, in the bar under the table."""

from html import unescape

from django.test import Client

from cohorts_app.models import Cohort, Member
from profiles_app.models import GroupKey, Profile, Project
from tests.cohorts.making import count, make_cohort, make_static
from tests.conftest import People
from tests.pages.making import make_profile


def make_people(project: Project) -> list[int]:
    return [
        make_profile(project, name, {"$city": city}).pk for name, city in (("a", "Paris"), ("b", "Oslo"), ("c", "Oslo"))
    ]


def test_the_button_asks_and_adds(project: Project, people: People, teammate: Client) -> None:
    numbers = make_people(project)
    own = make_static(project, "Own", ["a"], created_by=people.teammate)
    make_static(project, "Theirs", created_by=people.owner)
    make_cohort(project, "Dynamic", created_by=people.teammate)
    path = f"/projects/{project.pk}/cohorts/add"
    assert f'formaction="{path}"' in teammate.get(f"/projects/{project.pk}/users").content.decode()
    asked = unescape(teammate.post(path, {"id": numbers[:2]}).content.decode())
    assert "<strong>2</strong> are selected, and stay in the cohort" in asked
    alone = unescape(teammate.post(path, {"id": numbers[:1]}).content.decode())
    assert "<strong>1</strong> is selected, and stays in the cohort" in alone
    assert ">Own</option>" in asked
    assert "Theirs" not in asked
    assert "Dynamic" not in asked
    answer = teammate.post(path, {"id": numbers[:2], "cohort": own.pk, "do": "add"})
    assert answer["Location"] == f"/projects/{project.pk}/cohorts/{own.pk}"
    assert count(own) == 2
    assert "1 was added to “Own”" in unescape(teammate.get(answer["Location"]).content.decode())


def test_all_that_match_become_a_new_cohort(project: Project, people: People, owner: Client) -> None:
    make_people(project)
    path = f"/projects/{project.pk}/cohorts/add"
    made = owner.post(
        path, {"all": "1", "search": "b", "do": "create", "name": "Found"}, headers={"HX-Request": "true"}
    )
    found = Cohort.objects.get()
    assert made["HX-Redirect"] == f"/projects/{project.pk}/cohorts/{found.pk}"
    assert (found.size, [row.profile.distinct_id for row in found.members.select_related("profile")]) == (1, ["b"])


def test_what_is_wrong_is_said_and_the_selection_stays(project: Project, people: People, owner: Client) -> None:
    numbers = make_people(project)
    make_cohort(project, "Taken")
    path = f"/projects/{project.pk}/cohorts/add"
    answer = owner.post(path, {"id": numbers, "do": "create", "name": "taken"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert "There is a cohort named “taken” already" in page
    assert page.count('name="id"') == 3
    assert owner.post(path, {}).status_code == 400
    dynamic = Cohort.objects.get()
    refused = owner.post(path, {"id": numbers, "do": "add", "cohort": dynamic.pk})
    assert "This cohort is a filter" in unescape(refused.content.decode())


def test_groups_and_those_of_other_projects(
    project: Project, people: People, owner: Client, companies: GroupKey
) -> None:
    theirs = make_profile(people.outsider.projects.get(), "theirs", {"x": 1})
    user = make_profile(project, "alice", {"x": 1})
    acme = make_profile(project, "acme", {"x": 1}, group_key=companies)
    path = f"/projects/{project.pk}/cohorts/add/{companies.pk}"
    owner.post(path, {"id": [theirs.pk, user.pk, acme.pk], "do": "create", "name": "Companies"})
    assert list(Member.objects.values_list("profile_id", flat=True)) == [acme.pk]
    listed = make_static(project, "Users")
    owner.post(path, {"id": [acme.pk], "do": "add", "cohort": listed.pk})
    assert Profile.objects.count() == 3
    assert Member.objects.count() == 1
