"""The columns of the table and their form in the address: `columns=$email,plan`."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from profiles_app.display.labels import COUNTRY, CREATED_AT, DISTINCT_ID, EMAIL, NAME, UPDATED_AT, label_property
from profiles_app.display.values import kind_of, render_instant, render_value
from profiles_app.errors import BadInput
from profiles_app.filters.properties import FIRST_EVENT, LAST_EVENT
from profiles_app.models import GroupKey, Project
from profiles_app.selectors.catalog import list_property_names
from profiles_app.selectors.people import Person

DEFAULT: Final = (EMAIL, UPDATED_AT, COUNTRY, "$region", "$city")
MOST: Final = 500
LONGEST_NAME: Final = 255
_LONGEST: Final = MOST * (LONGEST_NAME + 3)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The head of a column: `sorted` is '', 'ascending' or 'descending'; `sort`, in the address, sorts by it, or
    turns around. `is_number`: the page has nothing but numbers in it."""

    name: str
    sorted: str
    sort: str
    is_number: bool

    @property
    def label(self) -> str:
        return label_property(self.name)

    @property
    def is_name(self) -> bool:
        return self.name == NAME


def list_default_columns(project: Project, group_key: GroupKey | None) -> tuple[str, ...]:
    """The columns beside the name where nobody has chosen any. No two kinds of group are alike, so
    groups show the properties that were seen first."""
    if group_key is None:
        return DEFAULT
    names = list_property_names(project, group_key=group_key, limit=len(DEFAULT))
    return (UPDATED_AT, *[name for name in names if name != NAME][: len(DEFAULT) - 1])


def parse_columns(text: str) -> tuple[str, ...] | None:
    """The names between commas, each once; a name with a comma stands in double quotes. Or a JSON array,
    which takes any name. None for ''; the name itself, which is always shown, is left out.

    Raises `BadInput` for more than `MOST` or for what can be no property's name.
    """
    if not text:
        return None
    names = tuple(dict.fromkeys(name for name in _split(text) if name and name != NAME))
    check_columns(names)
    return names


def check_columns(names: Sequence[str]) -> None:
    """Raises `BadInput` for more than `MOST` or for what can be no property's name."""
    if len(names) > MOST:
        raise BadInput(f"The table shows at most {MOST} columns beside the name.")
    for name in names:
        check_name(name)
        if name in (FIRST_EVENT, LAST_EVENT):
            raise BadInput(f"“{name}” cannot be a column yet; the table can be filtered and sorted by it.")


def _split(text: str) -> list[str]:
    if not text.startswith("["):
        line = text[:_LONGEST].replace("\r", " ").replace("\n", " ")
        return [name for row in csv.reader(io.StringIO(line)) for name in row]
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadInput("The columns in the address are incomplete: they cannot be read as a JSON array of names.")
    return names


def write_columns(names: Sequence[str]) -> str:
    """The inverse of `parse_columns`; no columns beside the name are the name."""
    if any("\n" in name or "\r" in name for name in names) or (names and names[0].startswith("[")):
        return json.dumps(names, ensure_ascii=False, separators=(",", ":"))
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names or (NAME,))
    return line.getvalue()


def check_name(name: str) -> None:
    """Raises `BadInput` unless it could be the name of a property."""
    if not 0 < len(name) <= LONGEST_NAME or "\0" in name:
        raise BadInput("The address names a property that cannot exist.")


def find_numbers(columns: Sequence[str], people: Sequence[Person]) -> frozenset[str]:
    """Those of the columns where these people have numbers and nothing else."""
    return frozenset(name for name in columns if _kinds_of(name, people) == {"number"})


def _kinds_of(name: str, people: Sequence[Person]) -> set[str]:
    return {kind_of(person.properties.get(name)) for person in people} - {"unset"}


def render_cells(person: Person, columns: Sequence[str], *, project: Project) -> list[SafeString]:
    """One cell for each column after the name."""
    return [_render_cell(person, column, project=project) for column in columns]


def _render_cell(person: Person, column: str, *, project: Project) -> SafeString:
    if column in (UPDATED_AT, CREATED_AT):
        moment = person.updated_at if column == UPDATED_AT else person.created_at
        return render_instant(moment, zone=project.zone) if moment else SafeString("")
    content: Any = person.distinct_id if column == DISTINCT_ID else person.properties.get(column)
    if column == DISTINCT_ID:
        return format_html('<bdi title="{}">{}</bdi>', content, content)
    return render_value(content, zone=project.zone, name=column)
