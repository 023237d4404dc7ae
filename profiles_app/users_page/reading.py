"""The state of the table out of an address, for the person who asks."""

from dataclasses import replace

from django.http import QueryDict

from profiles_app.errors import BadInput
from profiles_app.models import GroupKey
from profiles_app.selectors.access import Access
from profiles_app.selectors.columns import get_column_choice
from profiles_app.selectors.views import find_view
from profiles_app.users_page.columns import list_default_columns, parse_columns
from profiles_app.users_page.state import PeopleState, parse_state


def read_state(params: QueryDict, access: Access, *, group_key: GroupKey | None) -> PeopleState:
    """What the address says, and the columns that this person chose where it names none. Raises `BadInput`
    for what no page of Roster links to."""
    usual, default = read_usual_columns(access, group_key=group_key)
    view = find_view(access, params.get("view", ""), group_key=group_key)
    if view is not None:
        # So many that no link carries them.
        usual = parse_columns(QueryDict(view.query).get("columns", "")) or usual
    state = parse_state(params, access.project, usual_columns=usual, default_columns=default)
    return state if view is not None else replace(state, view="")


def read_usual_columns(access: Access, *, group_key: GroupKey | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that this person sees where the address names none, and those of everybody who chose none."""
    default = list_default_columns(access.project, group_key)
    chosen = get_column_choice(access.project, group_key=group_key, user_id=access.user_id)
    return default if chosen is None else chosen, default


def read_the_rest(params: QueryDict, access: Access, *, group_key: GroupKey | None) -> PeopleState:
    """What an address says beside its filter, which is kept as it is: where it is wrong, nothing else is lost,
    and it is not lost by another step."""
    rest = params.copy()
    for name in ("filter", "page"):
        rest.pop(name, None)
    try:
        state = read_state(rest, access, group_key=group_key)
    except BadInput:
        state = read_state(QueryDict(), access, group_key=group_key)
    return replace(state, filter_text=params.get("filter", ""))
