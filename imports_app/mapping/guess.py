"""The mapping that is proposed: by the header, by what is in the columns, by what the project knows."""

import hashlib
import json
from typing import Any, Final

from imports_app.mapping.columns import DISTINCT_ID, EMAIL, GROUP_ID, KEPT_BY_ROSTER, REJECT_HEADINGS, Column
from imports_app.mapping.facts import ColumnFacts, Facts
from imports_app.models import Import, RememberedMapping
from profiles_app.export.lines import GUARDED
from profiles_app.ingest.typed import ValueKind
from profiles_app.models import Kind, PropertyDefinition, Scope

# What people write above a column, letters and digits only, and the property that it is.
_ALIASES: Final = {
    "distinctid": DISTINCT_ID,
    "email": EMAIL,
    "emailaddress": EMAIL,
    "name": "$name",
    "fullname": "$name",
    "firstname": "$first_name",
    "lastname": "$last_name",
    "phone": "$phone",
    "phonenumber": "$phone",
}
# A property that holds nothing else is proposed as that again.
_KINDS: Final = {
    Kind.NUMBER: ValueKind.NUMBER,
    Kind.BOOLEAN: ValueKind.BOOLEAN,
    Kind.LIST: ValueKind.LIST,
    Kind.OBJECT: ValueKind.OBJECT,
}
_MOSTLY: Final = 0.8


def guess_columns(job: Import, facts: Facts) -> list[Column]:
    """A column for each of the file."""
    known = _find_known(job)
    header = facts.header or [""] * facts.width
    unguard = was_guarded(facts)
    columns: list[Column] = []
    taken: set[str] = set()
    for index, (title, column) in enumerate(zip(header, facts.columns, strict=True)):
        name = _guess_name(title, column, known=known, unguard=unguard, of_groups=job.group_key_id is not None)
        name = "" if name in taken else name
        taken.add(name)
        chosen = title not in REJECT_HEADINGS and name not in KEPT_BY_ROSTER
        kind = _guess_kind(known.get(name, 0), column)
        columns.append(Column(index=index, header=title, name=name, kind=kind, chosen=chosen))
    return columns


def was_guarded(facts: Facts) -> bool:
    """Whether the file is an export of Roster's in which texts that a spreadsheet would run got an apostrophe:
    some have one, and none goes without."""
    if not facts.header or facts.header[0] != DISTINCT_ID:
        return False
    is_guarded = any(column.counts["guarded"] for column in facts.columns) or any(map(_has_guard, facts.header))
    return is_guarded and not any(column.counts["bare"] for column in facts.columns)


def _has_guard(text: str) -> bool:
    return text[:1] == "'" and text[1:2] in tuple(GUARDED)


def _guess_name(title: str, facts: ColumnFacts, *, known: dict[str, int], unguard: bool, of_groups: bool) -> str:
    name = title[1:] if unguard and _has_guard(title) else title
    if name.strip() in known:
        return name.strip()
    if name.strip():
        alias = _ALIASES.get("".join(filter(str.isalnum, name.lower())), name.strip())
        return GROUP_ID if of_groups and name.strip().lower() in ("group_id", "distinct_id") else alias
    return EMAIL if facts.filled and facts.counts["emails"] >= _MOSTLY * facts.filled else ""


def _guess_kind(kinds: int, facts: ColumnFacts) -> str:
    kind = _KINDS.get(Kind(kinds), ValueKind.TEXT)
    if facts.count_misfits(kind) or (kind == ValueKind.NUMBER and facts.counts["zeros"]):
        return ValueKind.TEXT
    return kind


def _find_known(job: Import) -> dict[str, int]:
    """The kinds of each property that the profiles have."""
    rows = PropertyDefinition.objects.filter(
        project_id=job.project_id, scope=Scope.PROFILE, group_key_id=job.group_key_id
    )
    return dict(rows.values_list("name", "kinds"))


def list_known_names(job: Import) -> frozenset[str]:
    """The names that a header may show."""
    return frozenset(_find_known(job))


def get_shape(facts: Facts) -> str:
    """What files of one shape have in common: the header, or how many columns there are."""
    return hashlib.sha256(json.dumps(facts.header or facts.width).encode()).hexdigest()


def recall_mapping(job: Import, facts: Facts) -> RememberedMapping | None:
    """The mapping of the last file of this shape."""
    return RememberedMapping.objects.filter(
        project_id=job.project_id, group_key_id=job.group_key_id, shape=get_shape(facts)
    ).first()


def remember_mapping(job: Import, facts: Facts) -> None:
    """For the next file of this shape."""
    values: dict[str, Any] = {"columns": job.columns, "empty": job.empty}
    RememberedMapping.objects.update_or_create(
        project_id=job.project_id, group_key_id=job.group_key_id, shape=get_shape(facts), defaults=values
    )
