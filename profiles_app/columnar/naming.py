"""Names of typed columns, and texts, as SQL has them."""

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from profiles_app.filters.data import Form

# What a typed column holds in DuckDB.
TYPES: dict[Form, str] = {
    Form.STRING: "VARCHAR",
    Form.NUMBER: "DOUBLE",
    Form.BOOLEAN: "BOOLEAN",
    Form.INSTANT: "TIMESTAMP",
    Form.DAY: "DATE",
    Form.LIST: "VARCHAR[]",
    Form.OBJECT: "VARCHAR",
}


def name_column(name: str, form: Form) -> str:
    """The typed column of a property. DuckDB's names ignore case and properties' names do not, so
    it is named by a hash."""
    return f"{form}_{blake2b(name.encode(), digest_size=10).hexdigest()}"


def point_at(name: str) -> str:
    """A property as a JSON pointer, whatever its name holds (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def quote_text(text: str | Path) -> str:
    """A text as a literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def quote_texts(texts: Iterable[str]) -> str:
    """A list of texts as a literal. DuckDB reads many JSON paths at once from a constant list only."""
    return f"[{', '.join(map(quote_text, texts))}]"
