"""What became of the records of one request."""

from dataclasses import dataclass, field


class RecordProblem(Exception):
    """A record, or one operation of it, cannot be applied. `field` is a path inside the record."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something to say about the record at `index` (counted from 0) of the request.

    `partial`: the rest of the record was applied.
    """

    index: int
    field: str
    message: str
    insert_id: str = ""
    partial: bool = False

    @property
    def text(self) -> str:
        return f"record {self.index}, {self.field}: {self.message}"


@dataclass(kw_only=True)
class Outcome:
    """Counts and notes for one request.

    `failed`: what was refused, whole records or single operations. `warnings`: what was applied
    with a change, such as a name that was cut. `void`: records of which nothing was
    applied. `counts`: what was, or with `dry_run` would be, created and changed.
    """

    total: int = 0
    failed: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    void: set[int] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def failed_records(self) -> int:
        """Records that were refused, whole or in part."""
        return len({note.index for note in self.failed})

    @property
    def good_records(self) -> int:
        """Records that were applied, at least in part."""
        return self.total - len({note.index for note in self.failed if not note.partial or note.index in self.void})

    def fail(self, index: int, problem: RecordProblem, *, insert_id: str = "", partial: bool = False) -> None:
        note = Note(index=index, field=problem.field, message=problem.message, insert_id=insert_id, partial=partial)
        self.failed.append(note)

    def warn(self, index: int, field: str, message: str) -> None:
        self.warnings.append(Note(index=index, field=field, message=message))

    def count(self, what: str, number: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + number
