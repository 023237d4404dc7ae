"""Create or Modify Profile: creating, what is said while one types, and names to choose from."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from profiles_app.editing.changes import Key, delete_profile
from profiles_app.models import GroupKey, Profile, ProfileEdit, Project
from tests.conftest import People
from tests.ingest.sending import Sender
from tests.pages.making import NOW, make_events, make_profile

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

Line = tuple[str, str, str]
IN_DIALOG = {"HX-Request": "true", "HX-Target": "edit-dialog"}


def base_of(project: Project, group_key: GroupKey | None = None) -> str:
    return f"/projects/{project.pk}/" + (f"groups/{group_key.pk}" if group_key else "users")


def send(
    client: Client, path: str, distinct_id: str, *lines: Line, seen: tuple[str, ...] = (), **more: Any
) -> "Answer":
    """The form with these lines of name, kind and value."""
    headers = more.pop("headers", None)
    fields = {
        "id": distinct_id,
        "name": [line[0] for line in lines],
        "kind": [line[1] for line in lines],
        "value": [line[2] for line in lines],
        "seen": list(seen) or [""] * len(lines),
    }
    return client.post(path, fields | more, headers=headers)


def text_of(answer: "Answer") -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode())))


def test_creating(project: Project, owner: Client, people: People) -> None:
    answer = send(
        owner, f"{base_of(project)}/edit/create", " bob ",
        ("$name", "text", "Bob <b>"), ("age", "number", "30"), ("vip", "boolean", "true"),
        ("born", "date", "1990-01-02"), ("tags", "list", "a, b"), ("note", "text", "two\r\nlines"), ("", "text", ""),
    )  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, f"{base_of(project)}/profile?id=bob")
    bob = Profile.objects.get()
    assert (bob.distinct_id, bob.properties) == (
        "bob",
        {"$name": "Bob <b>", "age": 30, "vip": True, "born": "1990-01-02", "tags": ["a", "b"], "note": "two\nlines"},
    )
    assert ProfileEdit.objects.get().by == people.owner
    page = owner.get(base_of(project))
    assert "Bob &lt;b&gt;</bdi></a> was created." in page.content.decode()
    assert 'class="person-link"' in page.content.decode()


def test_the_dialog_leaves_the_table_where_it_is(project: Project, owner: Client) -> None:
    answer = send(owner, f"{base_of(project)}/edit/create", "bob", ("plan", "text", "pro"), headers=IN_DIALOG)
    assert (answer.status_code, answer["HX-Refresh"]) == (200, "true")


def test_groups(project: Project, owner: Client, companies: GroupKey, alice: Profile) -> None:
    page = owner.get(f"{base_of(project, companies)}/edit").content.decode()
    assert "$group_id" in page
    assert (
        send(owner, f"{base_of(project, companies)}/edit/create", "alice", ("seats", "number", "5")).status_code == 302
    )
    assert Profile.objects.get(group_key=companies).properties == {"seats": 5}


def test_an_id_that_exists_is_refused_and_nothing_is_lost(project: Project, owner: Client, alice: Profile) -> None:
    answer = send(owner, f"{base_of(project)}/edit/create", "alice", ("plan", "text", "free"))
    assert answer.status_code == 409
    text = text_of(answer)
    assert "A profile with this ID exists already: Alice Singh. Update it instead" in text
    assert ">\nfree</textarea>" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.properties["plan"] == "pro"


@pytest.mark.parametrize(
    ("distinct_id", "line", "message"),
    [
        ("", ("plan", "text", "pro"), "Enter the ID of the profile."),
        ("   ", ("plan", "text", "pro"), "Enter the ID of the profile."),
        ("x" * 256, ("plan", "text", "pro"), "has 256 characters"),
        ("a\0", ("plan", "text", "pro"), "NUL"),
        ("bob", ("age", "number", "1,000"), "“1,000” is not a number."),
        ("bob", ("", "text", "pro"), "Give the property a name."),
        ("bob", ("plan", "text", ""), "Enter a value, or remove this row."),
        ("bob", ("$last_seen", "date", "2026-01-01"), "kept by Roster itself"),
        ("bob", ("plan", "colour", "red"), "no kind of value"),
        ("bob", ("deep", "list", "[[[[[[1]]]]]]"), "nested"),
    ],
)
def test_what_cannot_be_saved(project: Project, owner: Client, distinct_id: str, line: Line, message: str) -> None:
    answer = send(owner, f"{base_of(project)}/edit/create", distinct_id, line)
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert not Profile.objects.exists()


def test_no_property_at_all(project: Project, owner: Client) -> None:
    answer = send(owner, f"{base_of(project)}/edit/create", "bob", ("$name", "text", ""))
    assert answer.status_code == 422
    assert "Give at least one property" in text_of(answer)


def test_two_rows_of_one_name(project: Project, owner: Client) -> None:
    answer = send(owner, f"{base_of(project)}/edit/create", "bob", ("a", "text", "1"), ("a", "text", "2"))
    assert answer.status_code == 422
    assert "stands in a row above too" in text_of(answer)


def test_rows_that_do_not_fit_together(project: Project, owner: Client) -> None:
    assert (
        owner.post(f"{base_of(project)}/edit/create", {"id": "x", "name": ["a", "b"], "kind": "text"}).status_code
        == 400
    )
    many = [("a", "text", "1")] * 201
    assert send(owner, f"{base_of(project)}/edit/create", "bob", *many).status_code == 400


def test_a_phone_number_without_its_plus_is_saved_and_warned_about(project: Project, owner: Client) -> None:
    look = owner.get(f"{base_of(project)}/edit/property", {"name": "$phone", "value": "22225555"})
    assert "begin with “+”" in text_of(look)
    assert "begin with" not in text_of(
        owner.get(f"{base_of(project)}/edit/property", {"name": "$phone", "value": "+47"})
    )
    send(owner, f"{base_of(project)}/edit/create", "bob", ("$phone", "text", "22225555"))
    assert Profile.objects.get().properties == {"$phone": "22225555"}
    assert "begin with “+”" in text_of(owner.get(base_of(project)))


def test_what_is_said_of_an_id_while_it_is_typed(project: Project, owner: Client, alice: Profile) -> None:
    make_events(make_profile(project, "visitor"), "Open", [NOW])
    make_profile(project, "gone", {"plan": "pro"})
    delete_profile(Key(project=project, group_key=None, distinct_id="gone"))

    def say(tab: str, distinct_id: str) -> str:
        return text_of(owner.get(f"{base_of(project)}/edit/id", {"tab": tab, "id": distinct_id})).strip()

    assert say("create", "nobody") == say("create", "") == say("update", "") == ""
    assert "exists already: Alice Singh" in say("create", "alice")
    assert "by events alone" in say("create", "visitor")
    assert "was deleted on" in say("create", "gone")
    assert "There is no profile with this ID. Create it instead" in say("update", "nobody")
    assert "Alice Singh, 3 properties" in say("update", "alice")
    assert say("create", "a\0b") == ""


def test_special_properties_are_explained(project: Project, owner: Client) -> None:
    look = owner.get(f"{base_of(project)}/edit/property", {"name": "$avatar"})
    assert "address of a picture" in text_of(look)


def test_names_to_choose_from(project: Project, owner: Client) -> None:
    Sender(Client(), project).engage(
        {
            "$token": project.token,
            "$distinct_id": "1",
            "$set": {"Status": "a", "is_staff": True, "started": "2026-01-01", "n": 1, "$last_seen": 1},
        }
    )

    def suggest(typed: str) -> list[str]:
        page = owner.get(f"{base_of(project)}/edit/names", {"name": typed}).content.decode()
        return [unescape(name) for name in re.findall(r'data-choice="([^"]*)"', page)]

    assert suggest("sta") == ["started", "Status", "is_staff", "sta"]
    assert suggest("Status") == ["Status"]
    assert suggest("mail") == ["$email", "mail"]
    assert suggest('"<x>"') == ['"<x>"']
    assert "$last_seen" not in suggest("$last_seen")
    page = owner.get(f"{base_of(project)}/edit/names", {"name": "sta"}).content.decode()
    assert "<mark>Sta</mark>tus" in page
    assert 'data-choice="started" data-choice-kind="date"' in page


def test_the_form_keeps_what_was_typed_between_tabs(project: Project, owner: Client, alice: Profile) -> None:
    answer = send(
        owner, f"{base_of(project)}/edit/update", "alice", ("plan", "text", "free"), show="1", headers=IN_DIALOG
    )
    assert answer.status_code == 200
    assert ">\nfree</textarea>" in answer.content.decode()
    assert "Now: pro" in text_of(answer)
    again = send(owner, f"{base_of(project)}/edit/create", "", ("plan", "text", "free"), show="row")
    assert again.content.decode().count('role="combobox"') == 3  # Two rows, and the one that scripts copy.
    alice.refresh_from_db()
    assert alice.properties["plan"] == "pro"


def test_analysts_see_no_button(project: Project, owner: Client, teammate: Client, alice: Profile) -> None:
    assert "Add/Edit Profile" in owner.get(base_of(project)).content.decode()
    assert "Add/Edit Profile" not in teammate.get(base_of(project)).content.decode()


def test_an_empty_project_leads_to_the_form(project: Project, owner: Client, teammate: Client) -> None:
    assert f'href="{base_of(project)}/edit"' in owner.get(base_of(project)).content.decode()
    assert f'href="{base_of(project)}/edit"' not in teammate.get(base_of(project)).content.decode()


def test_a_refusal_names_the_rows_that_are_wrong(project: Project, owner: Client) -> None:
    wrong = [(f"n{number}", "number", "many") for number in range(7)]
    answer = send(owner, f"{base_of(project)}/edit/create", "bob", ("plan", "text", "pro"), *wrong)
    assert answer.status_code == 422
    assert "Some rows cannot be saved yet: “n0”, “n1”, “n2”, “n3”, “n4”, and 2 more." in text_of(answer)
    assert not Profile.objects.exists()


def test_the_examples_fit_the_kind_of_profile(project: Project, owner: Client, companies: GroupKey) -> None:
    assert "Jane Smith" in owner.get(f"{base_of(project)}/edit").content.decode()
    assert "Jane Smith" not in owner.get(f"{base_of(project, companies)}/edit").content.decode()
