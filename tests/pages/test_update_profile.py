"""Create or Modify Profile: updating, with what is there now in sight."""

import pytest
from django.test import Client

from profiles_app.editing.fingerprints import UNSET, take_fingerprint
from profiles_app.models import GroupKey, Profile, Project
from tests.pages.making import NOW, make_events, make_profile
from tests.pages.test_create_profile import IN_DIALOG, base_of, send, text_of


def seen_of(alice: Profile, *names: str) -> tuple[str, ...]:
    return tuple(take_fingerprint(alice.properties.get(name)) for name in names)


def test_updating_several_at_once(project: Project, owner: Client, alice: Profile) -> None:
    lines = (("plan", "text", "free"), ("seats", "number", "5"))
    answer = send(owner, f"{base_of(project)}/edit/update", "alice", *lines, seen=seen_of(alice, "plan", "seats"))
    assert (answer.status_code, answer["Location"]) == (302, f"{base_of(project)}/profile?id=alice")
    alice.refresh_from_db()
    assert alice.properties == {
        "$name": "Alice Singh", "$email": "alice@example.com", "plan": "free", "seats": 5,
    }  # fmt: skip
    assert "was updated." in text_of(owner.get(base_of(project)))


def test_all_rows_or_none(project: Project, owner: Client, alice: Profile) -> None:
    lines = (("plan", "text", "free"), ("seats", "number", "many"))
    answer = send(owner, f"{base_of(project)}/edit/update", "alice", *lines, seen=seen_of(alice, "plan", "seats"))
    assert answer.status_code == 422
    assert "“many” is not a number." in text_of(answer)
    alice.refresh_from_db()
    assert alice.properties["plan"] == "pro"


def test_what_is_overwritten_is_shown_first(project: Project, owner: Client, alice: Profile) -> None:
    look = owner.get(f"{base_of(project)}/edit/property", {"tab": "update", "id": "alice", "name": "plan"})
    assert "Now: pro" in text_of(look)
    assert f'value="{take_fingerprint("pro")}"' in look.content.decode()
    look = owner.get(f"{base_of(project)}/edit/property", {"tab": "update", "id": "alice", "name": "new"})
    assert "Not set yet." in text_of(look)
    # Without JavaScript nobody has looked: the first press shows it, the second saves.
    line = ("plan", "text", "free")
    answer = send(owner, f"{base_of(project)}/edit/update", "alice", line)
    assert answer.status_code == 409
    assert "This overwrites what is there now." in text_of(answer)
    assert "Now: pro" in text_of(answer)
    assert send(owner, f"{base_of(project)}/edit/update", "alice", line, seen=seen_of(alice, "plan")).status_code == 302


def test_what_overwrites_nothing_is_saved_at_once(project: Project, owner: Client, alice: Profile) -> None:
    assert send(owner, f"{base_of(project)}/edit/update", "alice", ("new", "text", "x")).status_code == 302


def test_a_value_that_somebody_else_changed_meanwhile(project: Project, owner: Client, alice: Profile) -> None:
    seen = seen_of(alice, "plan")
    Profile.objects.filter(pk=alice.pk).update(properties={"plan": "enterprise"})
    answer = send(
        owner, f"{base_of(project)}/edit/update", "alice", ("plan", "text", "free"), seen=seen, headers=IN_DIALOG
    )
    assert answer.status_code == 409
    assert "“plan” changed meanwhile. Nothing was saved" in text_of(answer)
    assert "Now: enterprise" in text_of(answer)
    assert f'value="{take_fingerprint("enterprise")}"' in answer.content.decode()


@pytest.mark.parametrize("seen", ["", UNSET])
def test_an_id_that_nobody_has(project: Project, owner: Client, seen: str) -> None:
    answer = send(owner, f"{base_of(project)}/edit/update", "nobody", ("plan", "text", "free"), seen=(seen,))
    assert answer.status_code == 404
    assert "There is no profile with this ID. Create it instead" in text_of(answer)
    assert not Profile.objects.exists()


def test_nothing_to_change(project: Project, owner: Client, alice: Profile) -> None:
    answer = send(owner, f"{base_of(project)}/edit/update", "alice", ("", "text", ""))
    assert answer.status_code == 422
    assert "Add a property to change." in text_of(answer)


def test_somebody_known_by_events_alone(project: Project, owner: Client) -> None:
    make_events(make_profile(project, "visitor"), "Open", [NOW])
    assert send(owner, f"{base_of(project)}/edit/update", "visitor", ("plan", "text", "free")).status_code == 302
    assert Profile.objects.get().properties == {"plan": "free"}


def test_groups(project: Project, owner: Client, companies: GroupKey, alice: Profile) -> None:
    group = make_profile(project, "acme", {"seats": 5}, group_key=companies)
    path = f"{base_of(project, companies)}/edit/update"
    assert send(owner, path, "acme", ("seats", "number", "6"), seen=(take_fingerprint(5),)).status_code == 302
    group.refresh_from_db()
    assert group.properties == {"seats": 6}
    assert send(owner, path, "alice", ("seats", "number", "6")).status_code == 404


def test_an_object_stays_one(project: Project, owner: Client) -> None:
    make_profile(project, "bob", {"prefs": {"a": 1}})
    line = ("prefs", "object", '{"a": 2}')
    answer = send(owner, f"{base_of(project)}/edit/update", "bob", line, seen=(take_fingerprint({"a": 1}),))
    assert answer.status_code == 302
    assert Profile.objects.get().properties == {"prefs": {"a": 2}}
