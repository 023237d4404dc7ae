"""Who a profile is and what it says, without what it did."""

from dataclasses import dataclass
from typing import Any

from profiles_app.display.labels import EMAIL
from profiles_app.display.person import (
    choose_title,
    describe_location,
    read_avatar_url,
    read_created_at,
    read_text,
)
from profiles_app.models import Profile
from profiles_app.profile_page.activity import Property, list_properties
from profiles_app.selectors.edits import Edits, PastValue, read_edits


@dataclass(frozen=True, kw_only=True)
class Line:
    """A property with its changes by hand, newest first."""

    property: Property
    past: list[PastValue]


def _list_lines(profile: Profile, edits: Edits) -> list[Line]:
    """The properties in the order of the page."""
    found = list_properties(profile.properties)
    return [Line(property=one, past=edits.past.get(one.name, [])) for one in found]


def describe_identity(profile: Profile, *, can_edit: bool) -> dict[str, Any]:
    """What the templates of the identity and of the properties show."""
    edits = read_edits(profile)
    return {
        "profile": profile,
        "title": choose_title(profile.distinct_id, profile.properties),
        "email": read_text(profile.properties, EMAIL),
        "avatar_url": read_avatar_url(profile.properties),
        "location": describe_location(profile.properties),
        "created_at": read_created_at(profile.properties) or profile.created_at,
        "lines": _list_lines(profile, edits),
        "deletion": edits.deletion,
        "can_edit": can_edit,
    }
