"""The profile page: properties edited where they stand, deleting, restoring, two people at once."""

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from profiles_app.editing.changes import Key, delete_profile
from profiles_app.editing.fingerprints import UNSET, take_fingerprint
from profiles_app.models import GroupKey, Profile, Project
from tests.conftest import People
from tests.pages.making import NOW, make_events, make_profile
from tests.pages.test_create_profile import base_of, text_of

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

HTMX = {"HX-Request": "true"}


def page_of(project: Project, distinct_id: str = "alice") -> str:
    return f"{base_of(project)}/profile?id={distinct_id}"


def save(client: Client, project: Project, name: str, kind: str, value: str, **more: Any) -> "Answer":
    headers = more.pop("headers", HTMX)
    fields = {"id": "alice", "name": name, "kind": kind, "value": value} | more
    return client.post(f"{base_of(project)}/profile/property/set", fields, headers=headers)


def remove(client: Client, project: Project, name: str, **more: Any) -> "Answer":
    headers = more.pop("headers", HTMX)
    return client.post(
        f"{base_of(project)}/profile/property/remove", {"id": "alice", "name": name} | more, headers=headers
    )


def properties_of(alice: Profile) -> Any:
    alice.refresh_from_db()
    return alice.properties


def test_the_form_of_a_property(project: Project, owner: Client, alice: Profile) -> None:
    Profile.objects.filter(pk=alice.pk).update(properties={"age": 30, "a <b>": "two\nlines"})
    path = f"{base_of(project)}/profile/property"
    form = owner.get(path, {"id": "alice", "name": "age"}, headers=HTMX).content.decode()
    assert '<option value="number" selected>' in form
    assert ">\n30</textarea>" in form
    assert f'name="seen" value="{take_fingerprint(30)}"' in form
    assert "<html" not in form
    alone = owner.get(path, {"id": "alice", "name": "a <b>"}).content.decode()
    assert "Edit <bdi>a &lt;b&gt;</bdi>" in alone
    assert ">\ntwo\nlines</textarea>" in alone
    line = owner.get(path, {"id": "alice", "name": "age", "view": "1"}, headers=HTMX).content.decode()
    assert "<form" not in line
    assert "30" in line


def test_saving(project: Project, owner: Client, alice: Profile) -> None:
    answer = save(owner, project, "plan", "list", "a, b", seen=take_fingerprint("pro"))
    assert answer.status_code == 200
    assert "profile-changed" in answer["HX-Trigger-After-Settle"]
    assert properties_of(alice)["plan"] == ["a", "b"]
    page = answer.content.decode()
    assert 'class="chip"' in page
    assert 'hx-swap-oob="outerHTML:.identity-facts"' in page
    assert "pro" in page.split("History")[1]
    assert "Alice Singh" in owner.get(base_of(project) + "?columns=plan").content.decode()


def test_saving_without_javascript(project: Project, owner: Client, alice: Profile) -> None:
    answer = save(owner, project, "plan", "text", "free", seen=take_fingerprint("pro"), headers={})
    assert (answer.status_code, answer["Location"]) == (302, page_of(project))
    answer = save(owner, project, "plan", "number", "x", seen=take_fingerprint("free"), headers={})
    assert answer.status_code == 422
    assert "“x” is not a number." in text_of(answer)
    assert "<html" in answer.content.decode()
    assert properties_of(alice)["plan"] == "free"


def test_what_cannot_be_saved(project: Project, owner: Client, alice: Profile) -> None:
    for name, kind, value, message in (
        ("plan", "number", "x", "is not a number"),
        ("plan", "list", "[[[[[[1]]]]]]", "nested"),
        ("$last_seen", "text", "x", "kept by Roster itself"),
        ("", "text", "x", "Give the property a name"),
    ):
        answer = save(owner, project, name, kind, value, seen=take_fingerprint("pro"))
        assert answer.status_code == 422
        assert message in text_of(answer)
        assert f">\n{value}</textarea>" in answer.content.decode()
    assert properties_of(alice)["plan"] == "pro"


def test_the_second_of_two_is_told(project: Project, owner: Client, alice: Profile) -> None:
    seen = take_fingerprint("pro")
    assert save(owner, project, "plan", "text", "first", seen=seen).status_code == 200
    answer = save(owner, project, "plan", "text", "second", seen=seen)
    assert answer.status_code == 409
    assert "changed meanwhile" in text_of(answer)
    assert "Now: first" in text_of(answer)
    assert ">\nsecond</textarea>" in answer.content.decode()
    assert remove(owner, project, "plan", seen=seen).status_code == 409
    assert properties_of(alice)["plan"] == "first"
    assert save(owner, project, "plan", "text", "second", seen=take_fingerprint("first")).status_code == 200


def test_another_property_that_changed_does_not_matter(project: Project, owner: Client, alice: Profile) -> None:
    save(owner, project, "$name", "text", "Alice", seen=take_fingerprint("Alice Singh"))
    assert save(owner, project, "plan", "text", "free", seen=take_fingerprint("pro")).status_code == 200


def test_a_new_property(project: Project, owner: Client, alice: Profile) -> None:
    form = owner.get(f"{base_of(project)}/profile/property", {"id": "alice"}, headers=HTMX).content.decode()
    assert f'name="seen" value="{UNSET}"' in form
    assert 'role="combobox"' in form
    answer = save(owner, project, "seats", "number", "5", seen=UNSET, new="1")
    assert 'hx-swap-oob="outerHTML:[data-properties]"' in answer.content.decode()
    assert properties_of(alice)["seats"] == 5
    answer = save(owner, project, "plan", "text", "free", seen=UNSET, new="1")
    assert answer.status_code == 409
    assert "is set already" in text_of(answer)
    assert "Now: pro" in text_of(answer)
    assert properties_of(alice)["plan"] == "pro"


def test_removing_and_undoing(project: Project, owner: Client, alice: Profile) -> None:
    answer = remove(owner, project, "plan", seen=take_fingerprint("pro"))
    assert answer.status_code == 200
    assert "Removed." in text_of(answer)
    assert "plan" not in properties_of(alice)
    assert '<input type="hidden" name="value" value="pro">' in answer.content.decode()
    assert save(owner, project, "plan", "text", "pro", seen=UNSET).status_code == 200
    assert properties_of(alice)["plan"] == "pro"


def test_removing_the_last_property_deletes_the_profile(project: Project, owner: Client, alice: Profile) -> None:
    Profile.objects.filter(pk=alice.pk).update(properties={"plan": "pro"})
    answer = remove(owner, project, "plan", seen=take_fingerprint("pro"))
    assert answer["HX-Redirect"] == page_of(project)
    page = owner.get(page_of(project))
    assert page.status_code == 404
    assert "the last property" in text_of(page)
    assert "Restore profile" in text_of(page)


def test_deleting_asks_for_the_id(project: Project, owner: Client, alice: Profile) -> None:
    path = f"{base_of(project)}/profile/delete"
    answer = owner.post(path, {"id": "alice", "confirm": "alic"})
    assert answer.status_code == 422
    assert "This is not the ID. Nothing was deleted." in text_of(answer)
    back = f"{base_of(project)}?sort=plan"
    answer = owner.post(path, {"id": "alice", "confirm": " alice ", "back": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert properties_of(alice) == {}
    table = owner.get(base_of(project) + "?population=all")
    assert "Alice Singh was deleted. Restore" in text_of(table)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/sign-out", ""])
def test_deleting_leads_back_to_the_table_only(project: Project, owner: Client, alice: Profile, back: str) -> None:
    answer = owner.post(f"{base_of(project)}/profile/delete", {"id": "alice", "confirm": "alice", "back": back})
    assert answer["Location"] == base_of(project)


def test_who_is_deleted_can_be_restored(project: Project, owner: Client, teammate: Client, alice: Profile) -> None:
    owner.post(f"{base_of(project)}/profile/delete", {"id": "alice", "confirm": "alice"})
    gone = owner.get(page_of(project))
    assert gone.status_code == 404
    assert "Alice Singh was deleted" in text_of(gone)
    assert "by Owner" in text_of(gone)
    seen_by_analyst = teammate.get(page_of(project))
    assert "an admin can restore the profile" in text_of(seen_by_analyst)
    assert "<form" not in seen_by_analyst.content.decode().split("<main")[1]
    answer = owner.post(f"{base_of(project)}/profile/restore", {"id": "alice"})
    assert (answer.status_code, answer["Location"]) == (302, page_of(project))
    assert properties_of(alice)["plan"] == "pro"
    assert "Alice Singh was restored." in text_of(owner.get(page_of(project)))
    assert owner.post(f"{base_of(project)}/profile/restore", {"id": "alice"}).status_code == 404


def test_somebody_with_events_stays_and_can_be_restored(project: Project, owner: Client, alice: Profile) -> None:
    make_events(alice, "Open", [NOW])
    owner.post(f"{base_of(project)}/profile/delete", {"id": "alice", "confirm": "alice"})
    page = owner.get(page_of(project))
    assert page.status_code == 200
    assert "3 properties can be brought back" in text_of(page)
    assert "Delete User Profile" not in text_of(page)


def test_groups(project: Project, owner: Client, companies: GroupKey, alice: Profile) -> None:
    group = make_profile(project, "alice", {"seats": 5}, group_key=companies)
    base = f"{base_of(project, companies)}/profile"
    assert "Delete Group Profile" in text_of(owner.get(f"{base}?id=alice"))
    fields = {"id": "alice", "name": "seats", "kind": "number", "value": "6", "seen": take_fingerprint(5)}
    assert owner.post(f"{base}/property/set", fields, headers=HTMX).status_code == 200
    assert properties_of(group) == {"seats": 6}
    owner.post(f"{base}/delete", {"id": "alice", "confirm": "alice"})
    assert owner.post(f"{base}/restore", {"id": "alice"})["Location"] == f"{base}?id=alice"
    assert properties_of(alice)["plan"] == "pro"


def test_analysts_read_only(project: Project, teammate: Client, owner: Client, people: People, alice: Profile) -> None:
    save(owner, project, "plan", "text", "free", seen=take_fingerprint("pro"))
    page = text_of(teammate.get(page_of(project)))
    for words in ("Create New Property", "Delete User Profile"):
        assert words in text_of(owner.get(page_of(project)))
        assert words not in page
    assert "data-edit-property" not in teammate.get(page_of(project)).content.decode()
    assert "History" in page


@pytest.mark.parametrize("distinct_id", ["nobody", "", "a\0"])
def test_nobody_has_this_id(project: Project, owner: Client, distinct_id: str) -> None:
    base = f"{base_of(project)}/profile"
    assert owner.get(f"{base}/property", {"id": distinct_id}).status_code == 404
    for action in ("property/set", "property/remove", "delete", "restore"):
        fields = {"id": distinct_id, "name": "a", "kind": "text", "value": "b", "confirm": distinct_id}
        assert owner.post(f"{base}/{action}", fields).status_code == 404
    assert not Profile.objects.exists()


def test_what_was_typed_stays_when_the_profile_is_deleted_meanwhile(
    project: Project, owner: Client, alice: Profile
) -> None:
    seen = take_fingerprint("pro")
    delete_profile(Key(project=project, group_key=None, distinct_id="alice"))
    answer = save(owner, project, "plan", "text", "typed at length", seen=seen)
    assert answer.status_code == 409
    assert "This profile was deleted meanwhile. Nothing was saved" in text_of(answer)
    assert "typed at length</textarea>" in answer.content.decode()
    assert remove(owner, project, "plan", seen=seen).status_code == 409
    assert save(owner, project, "plan", "text", "x", id="never was").status_code == 404
