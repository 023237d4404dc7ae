"""The pages of cohorts: the list, the form, the page of one, deleting, lists of people."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts_app.models import Cohort, MemberList, Size
from cohorts_app.pages import listing
from cohorts_app.services.sizes import record_sizes
from profiles_app.models import GroupKey, Profile, Project, SavedView
from profiles_app.users_page.state import PeopleState, keep_filter
from tests.cohorts.making import IN_PARIS, make_cohort, make_static
from tests.conftest import People
from tests.pages.making import make_events, make_profile

IN_OSLO = {"property": "$city", "type": "string", "op": "is", "value": ["Oslo"]}


@pytest.fixture
def base(project: Project) -> str:
    return f"/projects/{project.pk}/cohorts"


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return unescape(answer.content.decode())


def list_names(page: str) -> list[str]:
    return re.findall(r'aria-label="Open (.*?)"', page)


def write(where: Any, population: str = "profiles") -> str:
    return json.dumps({"population": population, "where": where})


def test_the_list_is_narrowed_and_sorted(project: Project, people: People, owner: Client, base: str) -> None:
    make_cohort(project, "Beta", size=5, size_at=timezone.now(), created_by=people.owner, is_verified=True)
    make_static(project, "alpha", created_by=people.teammate)
    make_cohort(project, "Gamma", size=70, created_by=people.teammate)
    make_cohort(project, "Hidden", is_private=True, created_by=people.teammate)
    assert list_names(read(owner, base)) == ["alpha", "Beta", "Gamma"]
    assert list_names(read(owner, f"{base}?sort=-size")) == ["Gamma", "Beta", "alpha"]
    assert list_names(read(owner, f"{base}?sort=maker")) == ["Beta", "alpha", "Gamma"]
    assert list_names(read(owner, f"{base}?search=AM")) == ["Gamma"]
    assert list_names(read(owner, f"{base}?kind=static")) == ["alpha"]
    assert list_names(read(owner, f"{base}?verified=1")) == ["Beta"]
    assert list_names(read(owner, f"{base}?verified=0&maker={people.teammate.pk}")) == ["alpha", "Gamma"]
    assert "No cohort is like that" in read(owner, f"{base}?search=nothing")
    assert list_names(read(owner, f"{base}?kind=odd&sort=odd")) == ["alpha", "Beta", "Gamma"]


def test_as_many_queries_for_fifty_as_for_five(project: Project, people: People, owner: Client, base: str) -> None:
    counts = []
    for number in range(50):
        made = make_cohort(project, f"Cohort {number}", created_by=people.owner, size=number)
        for day in range(3):
            Size.objects.create(cohort=made, at=timezone.now() - timedelta(days=day), size=day, version=1, revision=0)
        if number in {4, 49}:
            with CaptureQueriesContext(connection) as queries:
                assert read(owner, base).count("<polyline") == number + 1
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_many_cohorts_stand_on_several_pages(
    project: Project, people: People, owner: Client, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 3)
    names = [f"Cohort {number}" for number in range(8)]
    for number, name in enumerate(names):
        make_cohort(project, name, size=number)
    seen: list[str] = []
    url = "?sort=-size&kind=dynamic"
    while url:
        page = read(owner, f"{base}{url}")
        seen += list_names(page)
        url = (re.findall(r'href="([^"]+)" rel="next"', page) or [""])[0]
    assert seen == names[::-1]
    assert "7–8 of 8" in page
    # What nobody links to shows the nearest there is.
    assert list_names(read(owner, f"{base}?page=99")) == names[6:]
    assert list_names(read(owner, f"{base}?page=x")) == names[:3]
    assert 'rel="next"' not in read(owner, f"{base}?search=Cohort+1")


def test_an_empty_project_is_invited(owner: Client, base: str, people: People) -> None:
    assert "No cohorts yet" in read(owner, base)


def test_a_filter_becomes_a_cohort(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    page = read(owner, f"{base}/new?filter={json.dumps({'where': IN_PARIS})}")
    assert "City is Paris" in page
    assert re.search(r"<strong>1</strong>\s+user\s+in cohort", page)
    answer = owner.post(f"{base}/new/create", {"name": "Parisians", "definition": write(IN_PARIS)})
    made = Cohort.objects.get()
    assert answer["Location"] == f"{base}/{made.pk}"
    assert (made.name, made.size, made.is_private) == ("Parisians", 1, False)
    assert "City is Paris" in read(owner, f"{base}/{made.pk}")


def test_the_filter_of_the_table_is_saved_as_a_cohort(project: Project, owner: Client, companies: GroupKey) -> None:
    make_profile(project, "acme", {"$city": "Paris"}, group_key=companies)
    path = f"/projects/{project.pk}/groups/{companies.pk}?population=all&filter={json.dumps({'where': IN_PARIS})}"
    page = read(owner, path)
    (link,) = set(re.findall(r'href="([^"]*)">Save as<', page))
    form = read(owner, link)
    assert "City is Paris" in form
    assert f'name="group_key" value="{companies.pk}"' in form
    assert '<option value="all" selected>Companies</option>' in form
    assert "Save as" not in read(owner, f"/projects/{project.pk}/groups/{companies.pk}")


def test_the_builder_makes_a_cohort(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    row = {
        "node": ["1:0:card", "2:1:property"], "2.name": "$city", "2.op": "string.is", "2.was": "string.is",
        "2.list": '["Paris"]', "population": "profiles",
    }  # fmt: skip
    step = owner.post(f"{base}/draft", row | {"do": "apply"}, headers={"HX-Request": "true"}).content.decode()
    assert re.search(r"<strong>1</strong>\s+user\s+in cohort", step)
    assert 'hx-swap-oob="true"' in step
    whole = unescape(owner.post(f"{base}/draft", row | {"do": "apply", "name": "Kept"}).content.decode())
    assert 'value="Kept"' in whole
    answer = owner.post(f"{base}/new/create", row | {"do": "save", "name": "Built"}, headers={"HX-Request": "true"})
    made = Cohort.objects.get()
    assert answer["HX-Redirect"] == f"{base}/{made.pk}"
    assert made.definition is not None
    assert (made.size, made.definition["where"]["value"]) == (1, ["Paris"])


def test_a_row_that_is_not_complete_is_not_saved(project: Project, owner: Client, base: str) -> None:
    row = {"node": ["1:0:card", "2:1:property"], "2.name": "$city", "2.op": "string.is", "2.was": "string.is"}
    answer = owner.post(f"{base}/new/create", row | {"do": "save", "name": "Built"})
    assert answer.status_code == 400
    assert "is not complete yet" in answer.content.decode()
    assert not Cohort.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Give the cohort a name"),
        ({"name": "PARIS"}, "There is a cohort named “PARIS” already"),
        ({"name": "x", "definition": write({"cohort": 10**9})}, "does not exist, or was deleted"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    fields: Any, said: str, project: Project, owner: Client, base: str
) -> None:
    make_cohort(project, "Paris")
    form = {"definition": write(IN_PARIS), "description": "Long & “thought” about"} | fields
    answer = owner.post(f"{base}/new/create", form)
    page = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert said in page
    assert "Long & “thought” about" in page
    assert Cohort.objects.count() == 1


def test_a_new_filter_is_shown_before_it_is_saved(project: Project, owner: Client, base: str) -> None:
    for name, city in {"a": "Paris", "b": "Oslo", "c": "Oslo"}.items():
        make_profile(project, name, {"$city": city})
    cohort = make_cohort(project, "Place")
    form = {"name": "Place", "version": "1", "definition": write(IN_OSLO)}
    first = unescape(owner.post(f"{base}/{cohort.pk}/edit/save", form).content.decode())
    assert re.search(r"<strong>2</strong> would come and <strong>1</strong> would go: from 1 to 2", first)
    cohort.refresh_from_db()
    assert cohort.version == 1
    (seen,) = re.findall(r'name="seen" form="builder-form" value="([^"]*)"', owner.post(
        f"{base}/{cohort.pk}/edit/save", form).content.decode())  # fmt: skip
    form |= {"seen": unescape(seen), "definition": unescape(seen)}
    assert owner.post(f"{base}/{cohort.pk}/edit/save", form).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.version, cohort.size) == (2, 2)


def test_the_second_of_two_people_is_told(project: Project, owner: Client, base: str) -> None:
    cohort = make_cohort(project, "Paris")
    form = {"name": "Mine", "version": "1", "definition": write(IN_PARIS)}
    assert owner.post(f"{base}/{cohort.pk}/edit/save", form).status_code == 302
    answer = owner.post(f"{base}/{cohort.pk}/edit/save", form | {"name": "Yours"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Somebody else changed this cohort meanwhile" in page
    assert 'value="Yours"' in page
    assert "“<bdi>Mine</bdi>”" in page
    again = form | {
        "name": "Yours",
        "version": re.findall(r'name="version" form="builder-form" value="(\d+)"', page)[0],
    }
    assert owner.post(f"{base}/{cohort.pk}/edit/save", again).status_code == 302
    assert Cohort.objects.get().name == "Yours"


def test_deleting_says_what_uses_it(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    paris = make_cohort(project, "Paris")
    user = make_cohort(project, "User", {"cohort": paris.pk})
    assert "used by the cohort “User”" in read(owner, f"{base}/delete?id={paris.pk}")
    # What goes too needs no warning.
    assert "used by" not in read(owner, f"{base}/delete?id={paris.pk}&id={user.pk}")
    assert owner.post(f"{base}/delete/chosen", {"id": [paris.pk]}).status_code == 302
    assert "A cohort used by" not in read(owner, f"{base}/{user.pk}")
    table = owner.get(f"/projects/{project.pk}/users", {"filter": json.dumps({"where": {"cohort": user.pk}})})
    assert table.status_code == 400
    assert "A cohort used by “User” does not exist, or was deleted" in unescape(table.content.decode())


def test_nothing_chosen_is_said(owner: Client, base: str, people: People) -> None:
    assert owner.get(f"{base}/delete").status_code == 400
    assert owner.post(f"{base}/delete/chosen", {"id": ["x", "0"]}).status_code == 400


def test_an_analyst_changes_only_their_own(project: Project, people: People, teammate: Client, base: str) -> None:
    theirs = make_cohort(project, "Theirs", created_by=people.owner)
    assert "Delete chosen" not in read(teammate, base)
    page = read(teammate, f"{base}/{theirs.pk}")
    assert f"{base}/{theirs.pk}/edit" not in page
    assert "verified" not in page
    for form_of in ("edit", "rename"):
        refusal = teammate.get(f"{base}/{theirs.pk}/{form_of}")
        assert refusal.status_code == 403
        assert "Duplicate it instead." in refusal.content.decode()
    form = {"name": "Mine", "version": "1", "definition": write(IN_PARIS)}
    assert teammate.post(f"{base}/{theirs.pk}/edit/save", form).status_code == 403
    assert teammate.post(f"{base}/delete/chosen", {"id": [theirs.pk]}).status_code == 403
    assert teammate.post(f"{base}/{theirs.pk}/duplicate").status_code == 302
    copy = Cohort.objects.get(name="Theirs (copy)")
    assert copy.created_by_id == people.teammate.pk
    assert f"{base}/{copy.pk}/edit" in read(teammate, f"{base}/{copy.pk}")
    assert "Delete chosen" in read(teammate, base)


def test_who_joined_and_who_left(project: Project, owner: Client, base: str) -> None:
    alice = make_profile(project, "alice", {"$city": "Paris", "$name": "Alice"})
    cohort = make_cohort(project, "Paris")
    record_sizes([cohort])
    Profile.objects.filter(pk=alice.pk).update(properties={"$city": "Oslo", "$name": "Alice"})
    make_profile(project, "bob", {"$city": "Paris", "$name": "Bob"})
    make_profile(project, "carol", {"$city": "Paris"})
    record_sizes([cohort])
    page = read(owner, f"{base}/{cohort.pk}")
    assert len(re.findall(r", \d+:\d\d:\d\d [AP]M \(2\)\s*</option>", page)) == 2
    joined, left = re.findall(r"<h3>(\d+) (?:joined|left)</h3>", page)
    assert (joined, left) == ("2", "1")
    assert re.findall(r"<bdi>(Alice|Bob|carol)</bdi>", page) == ["Bob", "carol", "Alice"]
    first, second = Size.objects.order_by("at").values_list("pk", flat=True)
    turned = read(owner, f"{base}/{cohort.pk}?from={second}&to={first}")
    assert re.findall(r"<h3>(\d+) (?:joined|left)</h3>", turned) == ["1", "2"]
    assert owner.get(f"{base}/{cohort.pk}?from=0&to=99999999999999999999").status_code == 400


def test_the_past_of_behaviours_is_offered(project: Project, owner: Client, base: str) -> None:
    make_events(make_profile(project, "alice"), "Open", [timezone.now()])
    behaviour = make_cohort(project, "Openers", {"event": "Open"}, population="all")
    assert "Compute the past" in read(owner, f"{base}/{behaviour.pk}")
    mixed = make_cohort(project, "Mixed", {"all": [{"cohort": behaviour.pk}, IN_PARIS]})
    assert "Compute the past" not in read(owner, f"{base}/{mixed.pk}")
    assert owner.post(f"{base}/{mixed.pk}/past").status_code == 400


def test_a_list_of_emails_becomes_a_cohort(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "1", {"$email": "Alice@Example.com"})
    make_profile(project, "2", {"$email": "twice@example.com"})
    make_profile(project, "3", {"$email": "twice@example.com"})
    lines = "alice@example.com\r\n\r\nnobody@example.com\r\ntwice@example.com\r\nALICE@example.com \r\n"
    answer = owner.post(f"{base}/new-list/create", {"name": "Mailed", "lines": lines, "identify": "email"})
    assert answer.status_code == 302
    made = MemberList.objects.get()
    assert made.counts == {"added": 1, "unknown": 1, "ambiguous": 1, "blank": 1, "duplicate": 1}
    page = read(owner, answer["Location"])
    assert "Ambiguous: several people have this e-mail" in page
    file = owner.get(f"{answer['Location']}.csv").getvalue().decode()
    assert file.splitlines() == [
        "line,value,outcome",
        "1,alice@example.com,added",
        "2,,blank",
        "3,nobody@example.com,unknown",
        "4,twice@example.com,ambiguous: several people have this e-mail",
        "5,ALICE@example.com,duplicate of a line before",
    ]


def test_a_file_with_a_head_is_read_by_its_column(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "a,b", {"n": 1})
    cohort = make_static(project, "Listed")
    content = '\ufeffname,distinct_id\r\nAnna,"a,b"\r\nFormula,=1+1\r\n'.encode()
    file = SimpleUploadedFile("people.csv", content)
    answer = owner.post(f"{base}/{cohort.pk}/lists", {"file": file, "action": "add"})
    assert MemberList.objects.get().counts == {"added": 1, "unknown": 1}
    assert "3,'=1+1,unknown" in owner.get(f"{answer['Location']}.csv").getvalue().decode().replace("2,'=", "3,'=")


def test_only_admins_create_people_by_a_list(project: Project, owner: Client, teammate: Client, base: str) -> None:
    form = {"name": "New", "lines": "new@example.com\nsomebody", "create_unknown": "1"}
    assert teammate.post(f"{base}/new-list/create", form).status_code == 403
    assert Cohort.objects.count() == 0
    assert owner.post(f"{base}/new-list/create", form).status_code == 302
    assert MemberList.objects.get().counts == {"added": 0, "created": 2}
    people = dict(Profile.objects.values_list("distinct_id", "properties"))
    assert people == {"new@example.com": {"$email": "new@example.com"}, "somebody": {}}
    assert Cohort.objects.get().members.count() == 2


def test_an_empty_list_is_said(project: Project, owner: Client, base: str) -> None:
    cohort = make_static(project, "Listed")
    assert owner.post(f"{base}/{cohort.pk}/lists", {"lines": "  "}).status_code == 400
    assert owner.post(f"{base}/{cohort.pk}/lists", {"lines": "x", "identify": "odd"}).status_code == 400


def test_a_cohort_of_groups_opens_their_table(project: Project, owner: Client, base: str, companies: GroupKey) -> None:
    make_profile(project, "acme", {"$city": "Paris"}, group_key=companies)
    form = {"name": "French", "definition": write(IN_PARIS), "group_key": str(companies.pk)}
    answer = owner.post(f"{base}/new/create", form)
    page = read(owner, answer["Location"])
    (path,) = set(re.findall(rf'href="(/projects/{project.pk}/groups/{companies.pk}\?[^"]*)"', page))
    assert "<strong>1</strong>" in read(owner, path)


def test_the_file_of_members(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "alice", {"$city": "Paris", "$name": "Alice"})
    make_profile(project, "bob", {"$city": "Oslo"})
    answer = owner.get(f"{base}/{make_cohort(project, 'Paris').pk}/members.csv")
    lines = answer.getvalue().decode().splitlines()
    assert (len(lines), lines[1].split(",")[:2]) == (2, ["alice", "Alice"])


def test_the_mark_of_the_admins(project: Project, owner: Client, base: str) -> None:
    cohort = make_cohort(project, "Paris")
    assert "Verified" not in read(owner, f"{base}/{cohort.pk}")
    assert owner.post(f"{base}/{cohort.pk}/verify", {"verified": "1"}).status_code == 302
    assert "Verified" in read(owner, f"{base}/{cohort.pk}")


def test_a_broken_definition_is_said_and_can_be_left(project: Project, owner: Client, base: str) -> None:
    cohort = make_cohort(project, "Old", {"property": "x", "op": "no such operator"})
    assert "This filter has a fault" in read(owner, f"{base}/{cohort.pk}")
    record_sizes([cohort])
    assert "Roster tries again by itself" in read(owner, f"{base}/{cohort.pk}")


def test_views_that_use_a_cohort_are_told_before_and_say_so_afterwards(
    project: Project, people: People, owner: Client, base: str
) -> None:
    make_profile(project, "alice", {"$city": "Paris"})
    paris = make_cohort(project, "Paris")
    named = urlencode({"filter": f"(all:!((not:(cohort:{paris.pk})),(property:n,type:number,op:equals,value:3)))"})
    long = IN_PARIS | {"value": [f"City number {number}" for number in range(900)]}
    kept = keep_filter(PeopleState(), project, {"all": [{"cohort": paris.pk}, long]}, None).fields()
    assert dict(kept)["filter"].startswith("~")
    for name, query, shared, maker in (
        ("Outside", named, True, people.owner),
        ("Long <b>", urlencode(kept), False, people.owner),
        ("Hidden", named, False, people.teammate),
        ("Unrelated", urlencode({"filter": f"(cohort:{paris.pk + 1})"}), True, people.owner),
        ("Broken", "filter=(cohort:", True, people.owner),
    ):
        SavedView.objects.create(project=project, owner=maker, name=name, shared=shared, query=query)
    said = "used by the view “Long <b>”, the view “Outside”, a private view of somebody else"
    assert said.replace("used by", "Used by") in read(owner, f"{base}/{paris.pk}")
    warning = read(owner, f"{base}/delete?id={paris.pk}")
    assert said in warning
    assert "Delete all the same" in warning
    assert "<b>" not in owner.get(f"{base}/delete?id={paris.pk}").content.decode()
    assert owner.post(f"{base}/delete/chosen", {"id": [paris.pk]}).status_code == 302
    view = SavedView.objects.get(name="Outside")
    table = owner.get(f"/projects/{project.pk}/views/{view.pk}", follow=True)
    assert table.status_code == 400
    assert "This cohort does not exist, or was deleted" in unescape(table.content.decode())


def test_a_cohort_is_renamed(project: Project, people: People, owner: Client, teammate: Client, base: str) -> None:
    cohort = make_cohort(project, "Paris")
    make_cohort(project, "Oslo")
    path = f"{base}/{cohort.pk}/rename"
    assert f'href="{path}"' in read(owner, f"{base}/{cohort.pk}")
    assert f'href="{path}?back=list"' in read(owner, base)
    assert 'name="name" value="Paris"' in read(owner, path)
    taken = owner.post(f"{path}/save", {"name": "OSLO", "version": "1"})
    assert (taken.status_code, 'value="OSLO"' in taken.content.decode()) == (400, True)
    assert "There is a cohort named “OSLO” already" in unescape(taken.content.decode())
    answer = owner.post(f"{path}/save", {"name": "Lutetia", "version": "1", "back": "list"})
    assert answer["Location"] == base
    cohort.refresh_from_db()
    assert (cohort.name, cohort.version, cohort.definition["where"]) == ("Lutetia", 2, IN_PARIS)  # type: ignore[index]
    second = owner.post(f"{path}/save", {"name": "Second", "version": "1"})
    page = unescape(second.content.decode())
    assert second.status_code == 409
    assert "Somebody else changed this cohort meanwhile" in page
    assert "Now it is “<bdi>Lutetia</bdi>”" in page
    assert owner.post(f"{path}/save", {"name": "Second", "version": "2"}).status_code == 302
    # An analyst renames their own.
    assert teammate.post(f"{path}/save", {"name": "Mine", "version": "3"}).status_code == 403
    assert "rename" not in read(teammate, base)
    own = make_cohort(project, "Own", created_by=people.teammate)
    assert teammate.post(f"{base}/{own.pk}/rename/save", {"name": "Mine", "version": "1"}).status_code == 302


def test_pasted_text_that_is_too_long_for_a_field_comes_as_a_file(project: Project, owner: Client, base: str) -> None:
    make_profile(project, "a,b", {"n": 1})
    cohort = make_static(project, "Listed")
    pasted = SimpleUploadedFile("lines.txt", b"a,b\r\nnobody\n")
    assert owner.post(f"{base}/{cohort.pk}/lists", {"lines": pasted, "action": "add"}).status_code == 302
    assert MemberList.objects.get().counts == {"added": 1, "unknown": 1}
