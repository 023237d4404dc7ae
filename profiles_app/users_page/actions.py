"""What can be done with selected people: the buttons of the bar under the table.

Who adds an action from outside registers it once, when the application starts. Its address gets the
form of the table, by POST, and reads it with `selection.read_selection`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from profiles_app.models import GroupKey, Project
from profiles_app.selectors.access import Access
from profiles_app.users_page.bulk import address_of_deletion, address_of_setting
from profiles_app.users_page.export import address_of_export


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button: `address` makes where its form goes, for users (None) or a kind of group. What it answers
    htmx stands in a dialog; its heading has the id `selection-title`. Analysts see no `admin_only` ones."""

    key: str
    label: str
    icon: str
    address: Callable[[Project, GroupKey | None], str]
    admin_only: bool = True
    method: Literal["get", "post"] = "post"


@dataclass(frozen=True, kw_only=True)
class Button:
    """An action on a page of this project."""

    action: Action
    url: str


_EXPORT: Final = Action(
    key="export", label="Export", icon="file-down", address=address_of_export, admin_only=False, method="get"
)
_SET: Final = Action(key="set-property", label="Set property", icon="pencil-line", address=address_of_setting)
_DELETE: Final = Action(key="delete", label="Delete", icon="trash-2", address=address_of_deletion)
_registered: list[Action] = []


def register_action(action: Action) -> None:
    """Adds a button before the last. Raises `ValueError` for a key that is taken."""
    if any(other.key == action.key for other in _list_actions()):
        raise ValueError(f"There are two actions “{action.key}”.")
    _registered.append(action)


def list_buttons(access: Access, group_key: GroupKey | None) -> list[Button]:
    """Those that this person may use, in their order."""
    return [
        Button(action=action, url=action.address(access.project, group_key))
        for action in _list_actions()
        if access.is_admin or not action.admin_only
    ]


def _list_actions() -> list[Action]:
    return [_EXPORT, _SET, *_registered, _DELETE]
