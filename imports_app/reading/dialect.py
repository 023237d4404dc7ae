"""How a CSV file is written."""

import csv
import hashlib
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Self

from profiles_app.errors import BadInput

DELIMITERS: Final = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Pipe", ":": "Colon", "^": "Caret"}
QUOTES: Final = {'"': "Double quote", "'": "Apostrophe", "": "None"}
ESCAPES: Final = {"": "Doubled quotes", "\\": "Backslash"}
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1 (ISO 8859-1)",
}
LINE_ENDS: Final = {"any": "Any", "lf": "LF (Unix)", "crlf": "CR LF (Windows)", "cr": "CR (old Mac)"}
# What io.TextIOWrapper splits at, for each.
_NEWLINES: Final = {"any": "", "lf": "\n", "crlf": "\r\n", "cr": "\r"}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The keys of the tables above. `header`: the first row names the columns. `line_end`: `any` ends a row at
    CR LF, LF or CR; the others at nothing else, and CR or LF elsewhere is a character of the cell."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    encoding: str = "utf-8"
    line_end: str = "any"
    header: bool = True

    @property
    def newline(self) -> str:
        return _NEWLINES[self.line_end]

    def describe_csv(self) -> dict[str, Any]:
        """The arguments of `csv.reader`. Strict: what is no CSV is an error, and nothing is guessed."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": self.escape or None,
            "doublequote": not self.escape,
            "strict": True,
        }

    @property
    def key(self) -> str:
        """Names the staged rows. They do not depend on whether the first is a header."""
        told = repr(sorted(asdict(replace(self, header=True)).items()))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        return cls(**document)


_CHOICES: Final = {
    "delimiter": DELIMITERS,
    "quote": QUOTES,
    "escape": ESCAPES,
    "encoding": ENCODINGS,
    "line_end": LINE_ENDS,
}
FIELDS: Final = tuple(field.name for field in fields(Dialect))


def change_dialect(dialect: Dialect, wishes: dict[str, Any]) -> Dialect:
    """The dialect with some fields as wished. Raises `BadInput` for what is no choice."""
    checked: dict[str, Any] = {}
    for name, value in wishes.items():
        known = isinstance(value, bool) if name == "header" else isinstance(value, str) and value in _CHOICES[name]
        if not known:
            allowed = "true or false" if name == "header" else ", ".join(repr(choice) for choice in _CHOICES[name])
            raise BadInput(
                f"“{str(value)[:40]}” is no choice for {name}.",
                details=[{"path": name, "code": "wrong_value", "message": f"Choose one of {allowed}."}],
            )
        checked[name] = value
    changed = replace(dialect, **checked)
    if changed.quote and changed.quote == changed.delimiter:
        raise BadInput("Separator and quote must differ.")
    return changed
