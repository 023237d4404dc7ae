"""What is wrong with a filter, each fault beside the place where it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from profiles_app.errors import BadInput


@dataclass(frozen=True)
class Problem:
    """One fault. `path` leads from the document to it, as in `where.all[1].value`; `code` is for
    programs and stable; `message` is a sentence that says what to do, `said` the same in the words of the
    menus, where those differ from what a document has."""

    path: str
    code: str
    message: str
    said: str = ""

    @property
    def sentence(self) -> str:
        """For a page."""
        return self.said or self.message


class BadFilter(BadInput):
    """A filter that cannot be read or run: never everybody, never nobody."""

    code = "bad_filter"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            problems[0].message if len(problems) == 1 else f"The filter has {len(problems)} faults.",
            details=[{"path": fault.path, "code": fault.code, "message": fault.message} for fault in problems],
        )
        self.problems = tuple(problems)
