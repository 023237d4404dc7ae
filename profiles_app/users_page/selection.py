"""People who are ticked in the table: rows of a page, or all whom the table shows."""

from dataclasses import dataclass, replace
from typing import Final

from django.http import QueryDict

from profiles_app.errors import BadInput
from profiles_app.filters.tree import Population
from profiles_app.models import GroupKey, Project
from profiles_app.numbers import read_id
from profiles_app.selectors.access import Access
from profiles_app.selectors.people import PAGE_SIZE, PeopleQuery
from profiles_app.users_page.reading import read_state
from profiles_app.users_page.state import PeopleState

ID: Final = "id"
ALL: Final = "all"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """`ids`: the rows; None: everybody whom the state shows, on all its pages."""

    state: PeopleState
    ids: tuple[int, ...] | None = None

    def query(self, project: Project, group_key: GroupKey | None, *, user_id: int | None) -> PeopleQuery:
        """Who that is now. A row that was ticked stays chosen when it ceases to match the filter."""
        query = self.state.query(project, group_key, user_id=user_id)
        if self.ids is None:
            return query
        return replace(query, population=Population.ALL, filter=None, search="", ids=self.ids)

    def fields(self) -> list[tuple[str, str]]:
        """Names and values for a form or an address that means the same people."""
        own = [(ALL, "1")] if self.ids is None else [(ID, str(number)) for number in self.ids]
        return [*self.state.fields(), *own]


def read_selection(params: QueryDict, access: Access, *, group_key: GroupKey | None) -> Selection:
    """The selection that the form under the table sends. Raises `BadInput` where nobody is selected."""
    selection = parse_selection(params, access, group_key=group_key)
    if selection.ids is None and not params.get(ALL):
        raise BadInput("Nobody is selected. Tick rows of the table first.")
    return selection


def parse_selection(params: QueryDict, access: Access, *, group_key: GroupKey | None) -> Selection:
    """The same, where no tick means everybody."""
    state = read_state(params, access, group_key=group_key).change()
    texts = params.getlist(ID)
    if params.get(ALL) or not texts:
        return Selection(state=state)
    if len(texts) > PAGE_SIZE:
        raise BadInput(f"At most {PAGE_SIZE} rows are selected one by one; select all, and narrow them by a filter.")
    ids = [number for number in map(read_id, texts) if number is not None]
    if len(ids) < len(texts):
        raise BadInput("The address names a row that cannot exist. Go back to the table and tick the rows again.")
    return Selection(state=state, ids=tuple(dict.fromkeys(ids)))
