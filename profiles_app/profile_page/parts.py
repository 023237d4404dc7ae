"""Further parts of a profile, that come from outside this application.

Who adds one registers it once, when the application starts. It is a page of its own, and htmx puts its
content into the profile when that has been shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

from profiles_app.models import GroupKey, Project


@dataclass(frozen=True, kw_only=True)
class Part:
    """`address` makes where it is, of a distinct id; what it answers htmx is the inside of a card."""

    key: str
    title: str
    address: Callable[[Project, GroupKey | None, str], str]


_registered: list[Part] = []


def register_part(part: Part) -> None:
    """Adds a part below the others."""
    _registered.append(part)


def list_parts(project: Project, group_key: GroupKey | None, distinct_id: str) -> list[tuple[Part, str]]:
    """The parts of a profile with their addresses."""
    return [(part, part.address(project, group_key, distinct_id)) for part in _registered]
