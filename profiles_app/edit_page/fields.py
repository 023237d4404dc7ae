"""A property's name, kind and value in a form: as it was typed, what is wrong with it, and what is there now."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from profiles_app.display.special import EXPLANATIONS, warn_of_value
from profiles_app.editing.fingerprints import take_fingerprint
from profiles_app.errors import BadInput
from profiles_app.ingest.typed import ValueKind, WrongValue, read_name, read_value, write_text

# What a form holds; Django refuses more than 1,000 fields.
_MOST_ROWS = 200


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the form. `seen`: the fingerprint of the value that the form showed, '' where it showed none.

    `known`: `present` holds the value now, None where it is not set.
    """

    name: str = ""
    kind: str = ValueKind.TEXT
    text: str = ""
    seen: str = ""
    problem: str = ""
    known: bool = False
    present: Any = None
    fixed: bool = False

    @property
    def explanation(self) -> str:
        return EXPLANATIONS.get(self.name, "")

    @property
    def warning(self) -> str:
        return warn_of_value(self.name, self.text)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What to choose from; an object only where there is one."""
        return [pair for pair in ValueKind.choices if pair[0] != ValueKind.OBJECT or self.kind == ValueKind.OBJECT]

    @property
    def present_kind(self) -> str:
        """The kind that the value has now; '' where it is not set."""
        return "" if self.present is None else write_text(self.present)[0]

    @property
    def is_empty(self) -> bool:
        """Nothing to save: no name, or the name that the form itself offered, without a value."""
        return not self.text and (not self.name or self.fixed)

    def compare(self, properties: dict[str, Any]) -> "Row":
        """With the value that there is now."""
        present = properties.get(self.name)
        return replace(self, known=bool(self.name), present=present, seen=take_fingerprint(present))

    def refuse(self, problem: str) -> "Row":
        return replace(self, problem=problem)

    def read(self) -> tuple[str, Any]:
        """Name and value. Raises `WrongValue`."""
        name = read_name(self.name)
        if self.kind == ValueKind.TEXT and not self.text:
            raise WrongValue("Enter a value, or remove this row.")
        return name, read_value(self.kind, self.text)


def read_rows(fields: QueryDict) -> list[Row]:
    """The rows of a form that was sent. Raises `BadInput` for what no form of Roster sends."""
    columns = [fields.getlist(name) for name in ("name", "kind", "value", "seen")]
    if len({len(column) for column in columns}) > 1 or len(columns[0]) > _MOST_ROWS:
        raise BadInput(f"The form is incomplete, or has more than {_MOST_ROWS} rows. Open it again.")
    # A browser sends every end of line as two characters.
    return [
        Row(name=name, kind=kind, text=text.replace("\r\n", "\n"), seen=seen)
        for name, kind, text, seen in zip(*columns, strict=True)
    ]


def read_values(rows: list[Row]) -> tuple[dict[str, Any], list[Row]]:
    """The values of the rows by name, and the rows with what is wrong with each."""
    values: dict[str, Any] = {}
    judged: list[Row] = []
    for row in rows:
        try:
            name, value = row.read()
            if name in values:
                raise WrongValue("This property stands in a row above too. Keep one of them.")
            values[name] = value
            judged.append(row)
        except WrongValue as problem:
            judged.append(row.refuse(problem.message))
    return values, judged
