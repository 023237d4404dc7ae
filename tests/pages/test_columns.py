"""Edit Columns: the list, the draft that forms send to and fro, what is remembered, what the address says."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from profiles_app.errors import BadInput
from profiles_app.models import ColumnChoice, GroupKey, Kind, Profile, Project, PropertyDefinition, Scope
from profiles_app.services.group_keys import delete_group_key
from profiles_app.users_page.columns import MOST, parse_columns, write_columns
from tests.pages.making import make_profile
from tests.pages.test_table import get_page, read_headings, read_sorts

DEFAULT = ["Name", "Email", "Updated at", "Country Code", "Region", "City"]
ODD_NAMES = [
    "a,b", 'say "hi"', "line\nbreak", "cr\rlf", "👩‍👩‍👧 🎉", "שם", "\u202eabc", "[plan]", "-sign", "+sign", "$", " ",
    "a&b=c#d?e/f",
    "<script>alert(1)</script>", "100%", "%2C", "'", "x" * 255, "{{ x }}", "back\\slash",
]  # fmt: skip


def learn(project: Project, names: list[str], *, group_key: GroupKey | None = None, **options: Any) -> None:
    """Puts names into the catalog."""
    PropertyDefinition.objects.bulk_create(
        PropertyDefinition(
            project=project, scope=Scope.PROFILE, group_key=group_key, name=name,
            **({"kinds": Kind.STRING} | options),
        )
        for name in names
    )  # fmt: skip


def read_lines(page: str) -> list[tuple[str, bool, bool]]:
    """Name, chosen, found of each line below the name."""
    lines = re.findall(r"<li class=\"columns-line\" data-column (hidden)?.*?(<input[^>]*>).*?title=\"[^\"]*\".*?"
                       r"<label[^>]* title=\"([^\"]*)\"", page, re.DOTALL)  # fmt: skip
    return [(unescape(name), "checked" in box, not hidden) for hidden, box, name in lines]


def chosen(page: str) -> list[str]:
    return [name for name, is_chosen, _ in read_lines(page) if is_chosen]


def send(client: Client, path: str, do: str, columns: list[str], **fields: str) -> Any:
    keys = [quote(name, safe="") for name in columns]
    return client.post(path, {"do": do, "column": keys, **fields})


@pytest.fixture
def path(project: Project, alice: Profile) -> str:
    return f"/projects/{project.pk}/users/columns"


def test_the_button_counts_the_columns(project: Project, owner: Client, alice: Profile) -> None:
    page = get_page(owner, f"/projects/{project.pk}/users")
    assert "Edit Columns • 6" in page
    assert read_headings(page) == DEFAULT
    part = get_page(owner, f"/projects/{project.pk}/users?columns=plan", headers={"HX-Request": "true"})
    assert "Edit Columns • 2" in part


def test_the_list_has_all_properties_with_their_kinds(project: Project, owner: Client, path: str) -> None:
    learn(project, ["plan", "Age", "$phone", "$name"])
    learn(project, ["joined"], kinds=Kind.STRING | Kind.DATE)
    learn(project, ["secret"], hidden=True)
    page = get_page(owner, path)
    lines = read_lines(page)
    assert [name for name, is_chosen, _ in lines if is_chosen] == [
        "$email",
        "$last_seen",
        "$country_code",
        "$region",
        "$city",
    ]
    others = ["Age", "$created_at", "$distinct_id", "joined", "$phone", "plan"]
    assert [name for name, is_chosen, _ in lines if not is_chosen] == others
    assert 'title="date"' in page
    assert "$first_event" not in page
    assert "Select <span data-columns-number>6</span>" in page


def test_search_looks_at_names_and_labels_and_keeps_the_draft(project: Project, owner: Client, path: str) -> None:
    learn(project, ["plan", "Planet", "$os", "shoe size"])
    page = send(owner, path, "search", ["shoe size", "$city"], q=" PLAN").content.decode()
    assert read_lines(page) == [
        ("shoe size", True, False), ("$city", True, False), ("plan", False, True), ("Planet", False, True),
    ]  # fmt: skip
    page = send(owner, path, "search", [], q="operating").content.decode()
    assert read_lines(page) == [("$os", False, True)]
    page = send(owner, path, "search", ["plan"], q="<b>nothing").content.decode()
    assert "No property matches “<bdi>&lt;b&gt;nothing</bdi>”" in page
    assert chosen(page) == ["plan"]
    assert not ColumnChoice.objects.exists()


def test_thousands_of_names_are_a_bounded_list(project: Project, owner: Client, path: str) -> None:
    learn(project, [f"property {number:04}" for number in range(3000)])
    page = get_page(owner, path)
    assert len(read_lines(page)) == 105
    assert "2,902 more. Type to search." in page
    page = send(owner, path, "search", [], q="property 29").content.decode()
    assert len(read_lines(page)) == 100
    assert "more. Type" not in page
    page = send(owner, path, "all", ["$city"]).content.decode()
    assert len(chosen(page)) == MOST
    assert "No more columns fit" in page


def test_select_and_deselect_what_the_search_finds(project: Project, owner: Client, path: str) -> None:
    learn(project, ["plan", "Planet", "size"])
    page = send(owner, path, "all", ["size"], q="plan").content.decode()
    assert chosen(page) == ["size", "plan", "Planet"]
    page = send(owner, path, "none", ["size", "plan", "$city"], q="plan").content.decode()
    assert chosen(page) == ["size", "$city"]
    assert chosen(send(owner, path, "none", ["size", "plan"]).content.decode()) == []


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("up:b", ["b", "a", "c"]),
        ("down:b", ["a", "c", "b"]),
        ("up:a", ["a", "b", "c"]),
        ("down:c", ["a", "b", "c"]),
        ("up:nobody", ["a", "b", "c"]),
        ("nonsense", ["a", "b", "c"]),
    ],
)
def test_order_by_plain_buttons(owner: Client, path: str, do: str, expected: list[str]) -> None:
    answer = send(owner, path, do, ["a", "b", "c"])
    assert chosen(answer.content.decode()) == expected
    assert "<html" in answer.content.decode()


def test_applying_is_remembered_per_person_and_kind(
    project: Project, owner: Client, teammate: Client, path: str, companies: GroupKey
) -> None:
    make_profile(project, "acme", {"seats": 7}, group_key=companies)
    users, groups = f"/projects/{project.pk}/users", f"/projects/{project.pk}/groups/{companies.pk}"
    answer = send(owner, path, "apply", ["plan", "$city"], state="search=ali&sort=plan")
    assert answer.status_code == 302
    assert answer["Location"] == f"{users}?search=ali&sort=plan&columns=plan,$city"
    assert read_headings(get_page(owner, users)) == ["Name", "plan", "City"]
    assert read_headings(get_page(teammate, users)) == DEFAULT
    assert "City" not in read_headings(get_page(owner, groups))
    send(owner, f"{groups}/columns", "apply", ["seats"])
    assert read_headings(get_page(owner, groups)) == ["Name", "seats"]
    assert read_headings(get_page(owner, users)) == ["Name", "plan", "City"]
    # The address wins, and does not change what is remembered.
    assert read_headings(get_page(owner, f"{users}?columns=$email")) == ["Name", "Email"]
    assert read_headings(get_page(owner, users)) == ["Name", "plan", "City"]
    assert ColumnChoice.objects.count() == 2


def test_links_name_what_was_chosen(project: Project, owner: Client, teammate: Client, path: str) -> None:
    users = f"/projects/{project.pk}/users"
    page = get_page(owner, f"{users}?sort=plan")
    assert not re.search(r'href="[^"]*columns=', page)
    assert not any("columns=" in address for address in read_sorts(page))
    send(owner, path, "apply", ["plan"])
    page = get_page(owner, users)
    # So a colleague who gets the next link sees the same.
    link = next(address for address in read_sorts(page) if "sort=plan" in address)
    assert "columns=plan" in link
    assert read_headings(get_page(teammate, link)) == ["Name", "plan"]
    # The usual columns of everybody differ from what the owner remembers, so the address says them.
    usual = "$email,$last_seen,$country_code,$region,$city"
    page = get_page(owner, f"{users}?columns={usual}")
    assert read_headings(page) == DEFAULT
    assert all(f"columns={quote(usual, safe='')}" in address for address in read_sorts(page))


def test_nothing_beside_the_name_is_a_choice(project: Project, owner: Client, path: str) -> None:
    answer = send(owner, path, "apply", [])
    assert answer["Location"].endswith("/users?columns=$name")
    assert read_headings(get_page(owner, f"/projects/{project.pk}/users")) == ["Name"]
    assert read_headings(get_page(owner, answer["Location"])) == ["Name"]
    assert "Edit Columns • 1" in get_page(owner, answer["Location"])


def test_reset_to_default(project: Project, owner: Client, path: str) -> None:
    send(owner, path, "apply", ["plan"])
    answer = send(owner, path, "default", ["$city"], state="search=ali")
    assert answer["Location"] == f"/projects/{project.pk}/users?search=ali"
    assert read_headings(get_page(owner, answer["Location"])) == DEFAULT
    assert not ColumnChoice.objects.exists()


def test_reading_never_writes(project: Project, owner: Client, path: str) -> None:
    get_page(owner, f"{path}?columns=plan&do=apply&column=plan")
    get_page(owner, f"/projects/{project.pk}/users?columns=plan")
    assert not ColumnChoice.objects.exists()


def test_the_list_begins_with_the_columns_of_the_address(owner: Client, path: str) -> None:
    assert chosen(get_page(owner, f"{path}?columns=plan,$city")) == ["plan", "$city"]
    # A broken address is for the table to explain.
    assert len(chosen(get_page(owner, f"{path}?columns=%00"))) == 5


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_there_and_back(project: Project, owner: Client, path: str, name: str) -> None:
    make_profile(project, "odd", {name: "its value", "plan": "x"})
    learn(project, [name])
    page = get_page(owner, path)
    assert (name, False, True) in read_lines(page)
    key = quote(name, safe="")
    assert f'value="{key}"' in page
    answer = owner.post(path, {"do": "apply", "column": [key, "plan"]})
    page = get_page(owner, answer["Location"])
    assert "its value" in page
    assert "Edit Columns • 3" in page
    assert ColumnChoice.objects.get().names == [name, "plan"]
    assert parse_columns(write_columns([name, "plan"])) == (name, "plan")
    page = get_page(owner, f"{path}?columns={quote(write_columns([name]))}")
    assert chosen(page) == [name]


def test_vanished_and_hidden_properties_stay_and_are_told(project: Project, owner: Client, path: str) -> None:
    learn(project, ["secret"], hidden=True)
    page = get_page(owner, f"{path}?columns=secret,vanished,$last_seen")
    assert chosen(page) == ["secret", "vanished", "$last_seen"]
    assert page.count("never seen here") == 1
    assert page.count(">hidden<") == 1
    assert read_headings(get_page(owner, f"/projects/{project.pk}/users?columns=secret,vanished")) == [
        "Name", "secret", "vanished",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["%00", "x" * 256, "", "$name"])
def test_names_that_cannot_be(owner: Client, path: str, key: str) -> None:
    answer = owner.post(path, {"do": "apply", "column": [key]}, headers={"HX-Request": "true"})
    if key in ("", "$name"):
        assert answer.status_code == 302
        assert ColumnChoice.objects.get().names == []
        return
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#columns-list"
    assert "cannot exist" in answer.content.decode()
    assert not ColumnChoice.objects.exists()


def test_too_many_columns(project: Project, owner: Client, path: str) -> None:
    names = [f"p{number}" for number in range(MOST + 1)]
    answer = send(owner, path, "apply", names)
    assert answer.status_code == 422
    assert f"at most {MOST} columns" in answer.content.decode()
    assert len(chosen(answer.content.decode())) == MOST + 1
    with pytest.raises(BadInput):
        parse_columns(",".join(names))


@pytest.mark.parametrize("text", ["[", '["a"', "[1]", '{"a":1}]', '[["a"]]', "[" * 9000])
def test_broken_arrays_of_columns(text: str) -> None:
    if text.startswith("["):
        with pytest.raises(BadInput):
            parse_columns(text)
    else:
        assert parse_columns(text)


def test_a_group_key_goes_with_the_columns_chosen_for_it(project: Project, owner: Client, companies: GroupKey) -> None:
    send(owner, f"/projects/{project.pk}/groups/{companies.pk}/columns", "apply", ["seats"])
    assert ColumnChoice.objects.count() == 1
    delete_group_key(companies)
    assert not ColumnChoice.objects.exists()


def test_htmx_gets_the_list_alone(owner: Client, path: str) -> None:
    answer = owner.post(path, {"do": "search", "q": "x"}, headers={"HX-Request": "true"})
    assert "<form" not in answer.content.decode()
    answer = owner.get(path, headers={"HX-Request": "true"})
    assert "<form" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_wrong_filter_stays_in_the_address(owner: Client, path: str, project: Project) -> None:
    answer = send(owner, path, "apply", ["plan"], state="filter=%7Bbroken&search=a")
    assert answer["Location"] == f"/projects/{project.pk}/users?filter=%7Bbroken&search=a&columns=plan"
    assert owner.get(answer["Location"]).status_code == 400


def test_three_hundred_columns(project: Project, owner: Client, path: str) -> None:
    names = [f"column {number:03}" for number in range(300)]
    make_profile(project, "wide", {name: index for index, name in enumerate(names)})
    answer = send(owner, path, "apply", names)
    # So long that no link carries them: they are remembered.
    assert "columns=" not in answer["Location"]
    page = get_page(owner, answer["Location"])
    assert read_headings(page) == ["Name", *names]
    assert 'title="299"' in page
    text = owner.get(f"/projects/{project.pk}/users/export.csv").getvalue().decode()
    assert text.splitlines()[0] == ",".join(["$distinct_id", "$name", *names])


def test_choices_of_another_project_are_not_seen(
    project: Project, path: str, sign_in: Callable[[str], Client], people: Any
) -> None:
    elsewhere = people.outsider.projects.get()
    make_profile(elsewhere, "x", {"plan": 1})
    ColumnChoice.objects.create(project=elsewhere, user=people.owner, names=["plan"])
    assert read_headings(get_page(sign_in("owner"), f"/projects/{project.pk}/users")) == DEFAULT


def test_times_of_events_are_no_columns(project: Project, owner: Client, alice: Profile) -> None:
    answer = owner.get(f"/projects/{project.pk}/users?columns=plan,$first_event")
    assert answer.status_code == 400
    assert "“$first_event” cannot be a column yet" in answer.content.decode()
