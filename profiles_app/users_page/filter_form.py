"""The filter builder of a state of the table."""

from urllib.parse import urlsplit

from django.http import QueryDict

from profiles_app.builder.draft import Draft
from profiles_app.builder.drawing import draw_builder
from profiles_app.builder.layout import Builder, Place
from profiles_app.builder.opening import open_draft
from profiles_app.errors import BadInput
from profiles_app.filters.writing import write_filter
from profiles_app.http.doors import MemberRequest
from profiles_app.models import GroupKey, Project
from profiles_app.selectors.access import Access
from profiles_app.users_page.addresses import reverse_either
from profiles_app.users_page.state import PeopleState, read_document


def address_of_filter(project: Project, group_key: GroupKey | None) -> str:
    """Where the form is posted to; its menus stand below."""
    return reverse_either("filter-users", "filter-groups", project, group_key)


def list_hidden_fields(state: PeopleState) -> list[tuple[str, str]]:
    """What the form carries of the state: all but the filter, and the page, which belongs to it."""
    return [(name, text) for name, text in state.fields() if name not in {"filter", "page"}]


def place_builder(access: Access, group_key: GroupKey | None, state: PeopleState) -> Place:
    address = address_of_filter(access.project, group_key)
    return Place(
        project=access.project,
        group_key=group_key,
        user_id=access.user_id,
        action=address,
        menu_url=f"{address}/menu",
        values_url=f"{address}/values",
        note_url=f"{address}/note",
        hidden=list_hidden_fields(state),
    )


def is_filter_of(request: MemberRequest, state: PeopleState, path: str) -> bool:
    """Whether the browser's address has the filter of this state already: then its form stays as it is, with
    what is not complete in it."""
    current = urlsplit(request.htmx.current_url_abs_path or "")
    return current.path == path and QueryDict(current.query).get("filter", "") == dict(state.fields()).get("filter", "")


def draw_state(access: Access, group_key: GroupKey | None, state: PeopleState, *, is_open: bool = False) -> Builder:
    """The builder of a state that an address names; it is open where there is a filter."""
    return draw_builder(
        place_builder(access, group_key, state),
        _open_state(state, access.project),
        is_open=is_open or bool(state.filter or state.filter_text),
    )


def _open_state(state: PeopleState, project: Project) -> Draft:
    if state.filter is not None:
        return open_draft(write_filter(state.filter))
    try:
        return open_draft(read_document(state.filter_text, project))
    except BadInput:
        # What cannot be read at all is told beside the table, and has no rows.
        return open_draft(None)
