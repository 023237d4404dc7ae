"""The list of Edit Columns: every property, those chosen first and in their order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, unquote

from profiles_app.display.labels import CREATED_AT, DISTINCT_ID, NAME, UPDATED_AT, label_property
from profiles_app.display.values import icon_of_kinds
from profiles_app.filters.properties import BUILT_IN
from profiles_app.models import GroupKey, Kind, Project
from profiles_app.selectors.catalog import SeenProperty, list_seen_properties
from profiles_app.users_page.columns import MOST

# Lines beside those chosen; who looks for another one types.
SHOWN: Final = 100
_OWN: Final = {
    DISTINCT_ID: SeenProperty(kinds=Kind.STRING, hidden=False),
    UPDATED_AT: SeenProperty(kinds=Kind.DATE, hidden=False),
    CREATED_AT: SeenProperty(kinds=Kind.DATE, hidden=False),
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a form says that is not applied yet: the columns in their order, and the search."""

    columns: tuple[str, ...]
    search: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One property. A line that the search leaves out is only shown when the search ends."""

    name: str
    icon: str
    kinds: str
    note: str
    chosen: bool
    found: bool

    @property
    def key(self) -> str:
        """The name as a form sends it: without the line breaks that forms change."""
        return write_key(self.name)

    @property
    def label(self) -> str:
        return label_property(self.name)


@dataclass(frozen=True, kw_only=True)
class Lines:
    """`more`: how many others the search finds. `number`: how many columns there would be, with the name."""

    lines: list[Line]
    more: int
    number: int
    is_full: bool

    @property
    def found(self) -> int:
        """How many the search finds and the list shows."""
        return sum(line.found for line in self.lines)


def write_key(name: str) -> str:
    return quote(name, safe="")


def read_key(key: str) -> str:
    """The inverse of `write_key`."""
    return unquote(key)


def list_choices(project: Project, group_key: GroupKey | None, draft: Draft) -> Lines:
    """The list as a draft has it."""
    seen = list_seen_properties(project, group_key=group_key) | _OWN
    chosen = [_make_line(name, seen.get(name), draft, chosen=True) for name in draft.columns]
    others = _list_others(seen, draft)
    return Lines(
        lines=chosen + [_make_line(name, seen[name], draft, chosen=False) for name in others[:SHOWN]],
        more=max(0, len(others) - SHOWN),
        number=len(draft.columns) + 1,
        is_full=len(draft.columns) >= MOST,
    )


def select_all(project: Project, group_key: GroupKey | None, draft: Draft) -> Draft:
    """With all that the search finds, as far as there is room."""
    seen = list_seen_properties(project, group_key=group_key) | _OWN
    return replace(draft, columns=(*draft.columns, *_list_others(seen, draft))[:MOST])


def deselect_all(draft: Draft) -> Draft:
    """Without those that the search finds."""
    return replace(draft, columns=tuple(name for name in draft.columns if not _is_found(name, draft.search)))


def move(draft: Draft, name: str, by: int) -> Draft:
    """One place up (-1) or down (1) among the columns that the search shows."""
    if name not in draft.columns:
        return draft
    shown = [other for other in draft.columns if other == name or _is_found(other, draft.search)]
    place = shown.index(name) + by
    if not 0 <= place < len(shown):
        return draft
    columns = list(draft.columns)
    target = columns.index(shown[place])
    columns.remove(name)
    columns.insert(target, name)
    return replace(draft, columns=tuple(columns))


def _list_others(seen: Mapping[str, SeenProperty], draft: Draft) -> list[str]:
    """What the search finds and is not chosen, by label."""
    left_out = {NAME, *draft.columns, *(name for name in BUILT_IN if name not in _OWN)}
    found = (name for name, one in seen.items() if not one.hidden and name not in left_out)
    return sorted((name for name in found if _is_found(name, draft.search)), key=_order_of)


def _order_of(name: str) -> tuple[str, str]:
    return label_property(name).casefold(), name


def _is_found(name: str, search: str) -> bool:
    text = search.strip().casefold()
    return text in name.casefold() or text in label_property(name).casefold()


def _make_line(name: str, seen: SeenProperty | None, draft: Draft, *, chosen: bool) -> Line:
    kinds = seen.kinds if seen else Kind(0)
    return Line(
        name=name,
        icon=icon_of_kinds(kinds),
        kinds=", ".join(_name_kinds(kinds)) or "no values yet",
        note=_note(name, seen),
        chosen=chosen,
        found=_is_found(name, draft.search),
    )


def _note(name: str, seen: SeenProperty | None) -> str:
    if seen is None:
        return "" if name in BUILT_IN else "never seen here"
    return "hidden" if seen.hidden else ""


def _name_kinds(kinds: Kind) -> Iterator[str]:
    # Every date is a text as well.
    kinds = kinds & ~Kind.STRING if Kind.DATE in kinds else kinds
    words = {Kind.STRING: "text", Kind.BOOLEAN: "true or false"}
    return (words.get(kind, (kind.name or "").lower()) for kind in kinds)
