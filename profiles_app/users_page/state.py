"""What the address of the table says: population, search, sort, columns, page, and what stands beside it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote_plus

from django.core import signing
from django.http import QueryDict

from profiles_app.display.labels import UPDATED_AT
from profiles_app.errors import BadInput
from profiles_app.filters.address import read_address, write_address
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import All, Filter, Population
from profiles_app.filters.writing import Document, write_node
from profiles_app.models import GroupKey, Project
from profiles_app.selectors.people import PeopleQuery, Position
from profiles_app.selectors.stored_filters import get_stored_filter
from profiles_app.services.filters import store_filter
from profiles_app.users_page.columns import DEFAULT, check_name, parse_columns, write_columns

_SALT: Final = "roster.people.page"
_LONGEST_SEARCH: Final = 255
# The page of a table has the columns in each of its links.
LONGEST_NAMED: Final = 1_500
# A request line may have 8,190 bytes; a filter that takes more of it is kept under its digest.
_LONGEST_FILTER: Final = 6_000
_STORED: Final = "~"
# Readable in a URL, and part of what a filter or a list of columns is made of.
_UNQUOTED: Final = "$,@:()!*~"


class BadCursor(BadInput):
    """The address names a page of another list, or one that was changed by hand."""


@dataclass(frozen=True, kw_only=True)
class PeopleState:
    """The state of the table. Every change but to the columns leads back to the first page. `open`
    is the distinct id of the profile beside it, `breakdown` the property whose values are counted
    there, or ''. `default_columns` are those of everybody who chose none, `usual_columns` those that
    this person sees where the address names none. `view` is the number of the saved view that this
    began as, or ''.

    `filter_text` is what the address says of a filter that it cannot hold, or that is wrong: then
    `filter` is None. It stays until the filter changes."""

    population: Population = Population.PROFILES
    filter: Filter | None = None
    filter_text: str = ""
    search: str = ""
    sort: str = UPDATED_AT
    descending: bool = True
    columns: tuple[str, ...] = DEFAULT
    usual_columns: tuple[str, ...] = DEFAULT
    default_columns: tuple[str, ...] = DEFAULT
    view: str = ""
    page: str = ""
    open: str = ""
    breakdown: str = ""

    def change(self, **changes: Any) -> "PeopleState":
        forgotten = {"filter_text": ""} if "filter" in changes else {}
        return replace(self, **({"page": ""} | forgotten | changes))

    def query(self, project: Project, group_key: GroupKey | None, *, user_id: int | None) -> PeopleQuery:
        return PeopleQuery(
            project=project,
            group_key=group_key,
            user_id=user_id,
            population=self.population,
            filter=self.filter,
            search=self.search,
            sort=self.sort,
            descending=self.descending,
        )

    def fields(self) -> list[tuple[str, str]]:
        """Names and values of what differs from the default, in the order of the address."""
        pairs = (
            ("population", "" if self.population == Population.PROFILES else self.population.value),
            ("filter", self.filter_text or _write_filter(self.filter)),
            ("search", self.search),
            ("sort", "" if self._is_usual_order else write_sort(self.sort, descending=self.descending)),
            ("columns", name_columns(self.columns, usual=self.usual_columns, default=self.default_columns)),
            ("view", self.view),
            ("page", self.page),
            ("breakdown", self.breakdown),
            ("open", self.open),
        )
        return [(name, text) for name, text in pairs if text]

    @property
    def _is_usual_order(self) -> bool:
        return self.sort == UPDATED_AT and self.descending

    def url(self, path: str) -> str:
        """The address of this state."""
        return write_url(path, self.fields())


def name_columns(columns: tuple[str, ...], *, usual: tuple[str, ...], default: tuple[str, ...]) -> str:
    """Columns as the address has them; '' where it need not name them. What somebody chose for themselves
    is named too, so that whoever gets the link sees it, unless that made the link very long."""
    text = write_columns(columns)
    if columns != usual:
        return text
    return "" if columns == default or len(text) > LONGEST_NAMED else text


def write_url(path: str, fields: Iterable[tuple[str, str]]) -> str:
    """An address with fields; `$`, `,` and the signs of a filter stay readable."""
    pairs = "&".join(f"{name}={quote_plus(text, safe=_UNQUOTED)}" for name, text in fields)
    return f"{path}?{pairs}" if pairs else path


def parse_state(
    params: QueryDict,
    project: Project,
    *,
    usual_columns: tuple[str, ...] = DEFAULT,
    default_columns: tuple[str, ...] = DEFAULT,
) -> PeopleState:
    """`usual_columns` are shown where the address names none. Raises `BadInput` for what no page of
    Roster links to."""
    columns = parse_columns(params.get("columns", ""))
    search = params.get("search", "").strip().replace("\0", "")[:_LONGEST_SEARCH]
    sort, descending = _parse_sort(params.get("sort", ""))
    breakdown = params.get("breakdown", "")
    if breakdown:
        check_name(breakdown)
    text = params.get("filter", "")
    tree = _read_filter(text, project)
    try:
        population = Population(params.get("population") or tree.population)
    except ValueError:
        raise BadInput("The address asks for a population that does not exist; it is “profiles” or “all”.") from None
    return PeopleState(
        population=population,
        filter=None if tree.where == All() else tree,
        filter_text=text if text.startswith(_STORED) else "",
        search=search,
        sort=sort,
        descending=descending,
        columns=usual_columns if columns is None else columns,
        usual_columns=usual_columns,
        default_columns=default_columns,
        view=params.get("view", ""),
        page=params.get("page", ""),
        open=params.get("open", ""),
        breakdown=breakdown,
    )


def write_position(position: Position, query: PeopleQuery) -> str:
    """A position as signed text, good for this list in this order only."""
    content = [_fingerprint(query), position.id, position.value, int(position.backwards), int(position.carried)]
    return signing.dumps(content, salt=_SALT, compress=True)


def read_position(text: str, query: PeopleQuery) -> Position | None:
    """The inverse of `write_position`; None for ''. Raises `BadCursor`."""
    if not text:
        return None
    try:
        fingerprint, number, value, backwards, carried = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise BadCursor("The address of this page is incomplete or was changed.") from None
    if fingerprint != _fingerprint(query):
        raise BadCursor("This page belongs to a list in another order or with another search.")
    return Position(id=number, value=value, backwards=bool(backwards), carried=bool(carried))


def _fingerprint(query: PeopleQuery) -> str:
    group = query.group_key.pk if query.group_key else None
    order = (query.sort, query.descending)
    parts = (query.project.pk, group, query.population.value, _write_filter(query.filter), query.search, *order)
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _parse_sort(text: str) -> tuple[str, bool]:
    """`-name` is descending, `+name` or `name` ascending."""
    if not text:
        return UPDATED_AT, True
    name = text[1:] if text[0] in "+-" else text
    check_name(name)
    return name, text[0] == "-"


def write_sort(name: str, *, descending: bool) -> str:
    """As the address has it."""
    if descending:
        return f"-{name}"
    return f"+{name}" if name[0] in "+-" else name


def read_document(text: str, project: Project) -> object:
    """The filter document that an address says or names; None for ''. Raises `BadInput`."""
    if text.startswith(_STORED):
        return {"where": get_stored_filter(project, text.removeprefix(_STORED))}
    return read_address(text) if text else None


def _read_filter(text: str, project: Project) -> Filter:
    """The tree's own population gives way to that of the address, where there is one."""
    return parse_filter(read_document(text, project))


def keep_filter(state: PeopleState, project: Project, where: Document | None, tree: Filter | None) -> PeopleState:
    """The state with this filter: `where` as its document, and its tree, None for a wrong one. What is too
    long for an address is stored."""
    if where is None:
        return state.change(filter=None)
    text = write_address(where)
    if len(quote_plus(text, safe=_UNQUOTED)) > _LONGEST_FILTER:
        return state.change(filter=tree, filter_text=f"{_STORED}{store_filter(project, where)}")
    return state.change(filter=tree, filter_text="" if tree else text)


def _write_filter(tree: Filter | None) -> str:
    """The same for equal trees."""
    return "" if tree is None else write_address(write_node(tree.where))
