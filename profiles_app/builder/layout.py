"""What the templates of the form are given (templates/builder/): where it stands, its cards, their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from profiles_app.builder.actions import Target
from profiles_app.builder.menu import Menu, Offer
from profiles_app.builder.options import Option
from profiles_app.filters.cohorts import Scope
from profiles_app.models import GroupKey, Project


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a builder stands. `action`: the address that its form is posted to; `target`: a CSS selector of
    what htmx puts the answer into; `hidden`: further fields; `menu_url` and `values_url`: of its menus."""

    project: Project
    group_key: GroupKey | None
    user_id: int
    action: str
    menu_url: str
    values_url: str
    note_url: str
    hidden: Sequence[tuple[str, str]] = ()
    target: str = "#results"

    @property
    def cohorts_scope(self) -> Scope:
        group = self.group_key.pk if self.group_key else None
        return Scope(project_id=self.project.pk, group_key_id=group, user_id=self.user_id)

    @property
    def everybody(self) -> str:
        return f"All {self.group_key.label if self.group_key else 'users'}"

    @property
    def subject(self) -> str:
        """Whose properties they are, in front of a property's name."""
        return self.group_key.label if self.group_key else "User"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the form. `connector` are the choices in front of it, `lead` a word where there are none;
    `template` draws the rest from `fields`; `where` of them, of an event, is a card that is drawn below."""

    id: int
    parent: int
    kind: str
    template: str
    lead: str = ""
    connector: list[Option] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    missing: str = ""
    unseen: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        return bool(self.faults or self.missing)


@dataclass(frozen=True, kw_only=True)
class CardView:
    id: int
    parent: int
    joiner: str
    negated: bool
    connector: list[Option]
    lines: "list[Line | CardView]"
    of_event: bool
    nested: bool
    missing: str
    is_only: bool
    add: Target
    offer: Offer

    # A template can ask by it whether it has a card or a `Line`.
    is_card: bool = True


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A form to be drawn by builder/_builder.html, or inside another form by builder/_cards.html."""

    place: Place
    joiner: str
    cards: list[CardView]
    faults: list[str]
    is_empty: bool
    is_open: bool
    menu: Menu | None = None
