"""What the pages show of an import."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from imports_app.actions import can_undo
from imports_app.kept import list_kept
from imports_app.limits import UNDO_FOR
from imports_app.mapping.columns import EMAIL, PHONE, Column
from imports_app.mapping.facts import ColumnFacts, Facts
from imports_app.models import Empty, Import, State, Work
from imports_app.pages.links import Link, link_people
from imports_app.progress import Progress, measure_progress
from imports_app.reading.dialect import DELIMITERS, ENCODINGS, ESCAPES, LINE_ENDS, QUOTES
from profiles_app.ingest.typed import ValueKind
from profiles_app.models import PropertyDefinition, Scope
from profiles_app.selectors.access import Access

_STEPS: Final = ("Upload", "Map", "Check", "Import", "Result")
_SHOWN_KEPT: Final = 20
_MOST_NAMES: Final = 500
_KINDS: Final = [(kind.value, kind.label) for kind in ValueKind]


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """An import as the pages show it. `stage`: which template shows it. `profiles`: how many would be written."""

    job: Import
    url: str
    stage: str
    step: int
    progress: Progress | None
    can_undo: bool
    undo_until: datetime | None
    profiles: int
    people: Link | None
    kept: list[str]
    has_rejects: bool

    @property
    def steps(self) -> list[tuple[int, str, str]]:
        """Number, name, and whether it is behind us ("done"), here ("now") or ahead ("")."""
        return [
            (number, name, "now" if number == self.step else "done" if number < self.step else "")
            for number, name in enumerate(_STEPS, start=1)
        ]

    @property
    def numbers(self) -> list[int | None]:
        """Created, updated, unchanged, rejected; of an import that did not begin to write, unknown."""
        job = self.job
        has_begun = job.started_at is not None
        return [number if has_begun else None for number in (job.created, job.updated, job.unchanged, job.rejected)]

    @property
    def more_kept(self) -> int:
        """How many the undo kept beyond those that are named."""
        return self.job.kept - len(self.kept)

    @property
    def is_too_late(self) -> bool:
        """It could be undone until a while ago."""
        return self.stage == "result" and self.undo_until is not None and self.undo_until < timezone.now()

    @property
    def is_busy(self) -> bool:
        return self.job.work != Work.NONE


_STAGES: Final = {
    State.UPLOADED: ("map", 2),
    State.MAPPED: ("map", 2),
    State.CHECKING: ("waiting", 3),
    State.CHECKED: ("check", 3),
    State.RUNNING: ("progress", 4),
    State.UNDOING: ("progress", 5),
}


def address_of_import(job: Import) -> str:
    """The page of an import."""
    return reverse("import", kwargs={"project_id": job.project_id, "import_id": job.pk})


def describe_import(job: Import, access: Access, *, in_list: bool = False) -> ImportRow:
    """For the page; for the list without what takes a query for each."""
    stage, step = _STAGES.get(State(job.state), ("result", 5))
    if stage == "map" and job.work != Work.NONE:
        stage = "waiting"
    ended = stage == "result" and not in_list
    return ImportRow(
        job=job,
        url=address_of_import(job),
        stage=stage,
        step=step,
        progress=measure_progress(job),
        can_undo=access.is_admin and ended and can_undo(job),
        undo_until=job.started_at + UNDO_FOR if job.started_at else None,
        profiles=job.created + job.updated,
        people=link_people(job) if ended and job.state in (State.DONE, State.CANCELLED) and job.started_at else None,
        kept=list_kept(job, most=_SHOWN_KEPT) if ended and job.kept else [],
        has_rejects=bool(job.rejected) and stage in ("check", "result"),
    )


@dataclass(frozen=True, kw_only=True)
class MapRow:
    """A column on the page of the mapping. `kinds`: each with what it is called here. `samples`: the number of a row,
    and the cells from it on."""

    column: Column
    facts: ColumnFacts
    kinds: list[tuple[str, str]]
    samples: list[tuple[int, list[str]]]
    problem: str
    warning: str


def describe_map(
    job: Import, *, columns: list[Column] | None = None, wrong: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The page of the mapping; `wrong` are messages by `columns[index]`."""
    facts = Facts.from_json(job.facts)
    shown = columns if columns is not None else [Column.from_json(document) for document in job.columns]
    return {
        "stage": "map",
        "facts": facts,
        "rows": [_make_row(job, column, facts, (wrong or {}).get(f"columns[{column.index}]", "")) for column in shown],
        "names": _list_names(job),
        "choices": _list_choices(job),
        "identity": _say_identity(job, shown, facts),
        "empties": [(value, label, job.empty == value) for value, label in Empty.choices],
        "guarded": any(column.counts["guarded"] for column in facts.columns),
        "sample_lines": sum(len(rows) + 1 for rows in _list_samples(facts)) - 1,
        "has_rows": facts.rows > facts.rejected,
    }


def _make_row(job: Import, column: Column, facts: Facts, problem: str) -> MapRow:
    own = facts.columns[column.index]
    return MapRow(
        column=column,
        facts=own,
        kinds=_list_kinds(column, own),
        samples=[(rows[0][0], [cells[column.index] for _, cells in rows]) for rows in _list_samples(facts)],
        problem=problem,
        warning=_find_warning(column, own),
    )


def _list_samples(facts: Facts) -> list[list[tuple[int, list[str]]]]:
    """The rows that are shown, those at the end apart where there are others before them."""
    if facts.last and facts.last[0][0] == facts.first[-1][0] + 1:
        return [facts.first + facts.last]
    return [rows for rows in (facts.first, facts.last) if rows]


def _list_kinds(column: Column, facts: ColumnFacts) -> list[tuple[str, str]]:
    """With how many cells would not fit. Objects, which nobody types, only where there are some."""
    return [
        (kind, _say_kind(label, facts.count_misfits(kind), facts.filled))
        for kind, label in _KINDS
        if kind != ValueKind.OBJECT or kind == column.kind or facts.count_misfits(kind) < facts.filled
    ]


def _say_kind(label: str, misfits: int, filled: int) -> str:
    if not misfits:
        return label
    return f"{label} ({misfits:,} of {filled:,} would not fit)" if misfits < filled else f"{label} (none would fit)"


def _find_warning(column: Column, facts: ColumnFacts) -> str:
    if column.name == PHONE and column.chosen and facts.counts["plus"] < facts.filled:
        number = facts.filled - facts.counts["plus"]
        does = "does" if number == 1 else "do"
        return f"{number:,} of {facts.filled:,} {does} not begin with “+” and a country code, as $phone should."
    return ""


def _list_names(job: Import) -> list[str]:
    rows = PropertyDefinition.objects.filter(
        project_id=job.project_id, scope=Scope.PROFILE, group_key_id=job.group_key_id, hidden=False
    )
    id_name = "$group_id" if job.group_key_id else "$distinct_id"
    known = rows.order_by("name").values_list("name", flat=True)[:_MOST_NAMES]
    return list(dict.fromkeys([id_name, "$name", EMAIL, PHONE, *known]))


def _list_choices(job: Import) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
    tables = (
        ("delimiter", "Separator", DELIMITERS),
        ("quote", "Quote", QUOTES),
        ("escape", "Quotes in cells", ESCAPES),
        ("encoding", "Encoding", ENCODINGS),
        ("line_end", "Line ends", LINE_ENDS),
    )
    return [
        (name, label, [(value, text, job.reading[name] == value) for value, text in table.items()])
        for name, label, table in tables
    ]


def _say_identity(job: Import, columns: list[Column], facts: Facts) -> dict[str, str]:
    """Who is who: how the rows are identified as things stand, and what is wrong with that."""
    ids = {"$group_id", "$distinct_id"} if job.group_key_id else {"$distinct_id"}
    chosen = [column for column in columns if column.chosen]
    found = next((column for column in chosen if column.name in ids), None)
    by_email = found is None
    found = found or next((column for column in chosen if column.name == EMAIL), None)
    name = "$group_id" if job.group_key_id else "$distinct_id"
    if found is None:
        return {
            "kind": "warning",
            "text": f"No column is called {name} or $email, so every row makes a new profile with a random id. "
            "Importing the file twice makes every profile twice.",
        }
    own = facts.columns[found.index]
    rows = facts.rows - facts.rejected
    said = f"Column {found.index + 1} ({found.name}) says who is who."
    if by_email:
        said = f"No column is called {name}, so the e-mail in column {found.index + 1} becomes the id of each profile."
    doubts = []
    if rows > own.filled:
        missing = rows - own.filled
        has = "has" if missing == 1 else "have"
        doubts.append(f"{missing:,} of {rows:,} rows {has} no id and will be rejected.")
    if own.filled > own.distinct:
        again = own.filled - own.distinct
        rows_have = "row has" if again == 1 else "rows have"
        doubts.append(f"{again:,} {rows_have} an id that occurs again further down: the last row wins.")
    return {"kind": "warning" if doubts or by_email else "", "text": " ".join([said, *doubts])}
