"""One segment on disk: a DuckDB file of sorted, typed rows that is never changed.

DuckDB's own format and not Parquet: docs/decisions/segments.md has what was measured. A file is
written under a temporary name, synced and renamed, so that what has the final name is whole.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import duckdb

from profiles_app.columnar.naming import name_column, point_at, quote_text, quote_texts
from profiles_app.columnar.typing import KINDS, MACROS, SEARCHED, read_kinds
from profiles_app.filters.data import Form
from profiles_app.models import SEGMENT_VERSION, Dataset

# Properties beyond the most frequent ones are read out of the JSON text.
TYPED_PROPERTIES: Final = 200

PROFILE_FIELDS: Final = ("id", "distinct_id", "created_at", "updated_at", "has_properties", "properties")
EVENT_FIELDS: Final = ("id", "name_id", "profile_id", "time", "properties")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {Dataset.PROFILES: PROFILE_FIELDS, Dataset.EVENTS: EVENT_FIELDS}
# People are read in the order of their ids. The events of one name stand together, and of these the
# events of one person: groups by person are then runs of rows.
_ORDERS: Final[Mapping[str, str]] = {Dataset.PROFILES: "id", Dataset.EVENTS: "name_id, profile_id, time"}

_IDS: Final = "count(*), coalesce(min(id), 0), coalesce(max(id) + 1, 0)"
_BOUNDS: Final[Mapping[str, str]] = {
    Dataset.PROFILES: f"SELECT {_IDS}, NULL, NULL FROM staged",
    Dataset.EVENTS: f"SELECT {_IDS}, min(time), max(time) FROM staged",
}


@dataclass(frozen=True, kw_only=True)
class WrittenFile:
    """What the manifest has to know of a new file."""

    path: str
    rows: int
    bytes: int
    least_id: int
    limit_id: int
    first_time: datetime | None
    last_time: datetime | None
    columns: dict[str, str]
    whole: bool


def write_file(db: duckdb.DuckDBPyConnection, source: str, *, dataset: Dataset, folder: Path, name: str) -> WrittenFile:
    """Writes the rows of the relation `source`, which has the data set's fields, to a new file
    `folder/name-….duckdb`. The folder must exist; the path in the answer is the file's name.
    The times are those of events; ids of an empty file are 0."""
    target = folder / f"{name}-{uuid4().hex}.duckdb"
    unfinished = target.with_suffix(".part")
    try:
        names, whole = _choose_names(db, source)
        columns = _write(db, source, dataset=dataset, names=names, path=unfinished)
        rows, least, limit, first, last = _one(db.execute(_BOUNDS[dataset]))
        _sync(unfinished)
        unfinished.rename(target)
        _sync(folder)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        db.execute("DROP TABLE IF EXISTS staged")
    return WrittenFile(
        path=target.name,
        rows=rows,
        bytes=target.stat().st_size,
        least_id=least,
        limit_id=limit,
        first_time=first and first.replace(tzinfo=UTC),
        last_time=last and last.replace(tzinfo=UTC),
        columns=columns,
        whole=whole,
    )


def _search_column(names: list[str]) -> str:
    """What the search looks into, folded: distinct id, name and e-mail, a line each."""

    def raw(name: str) -> str:
        if name in names:
            return f"r{names.index(name)}"
        return f"CAST(json_extract(properties, {quote_text(point_at(name))}) AS VARCHAR)"

    return f", roster_search(distinct_id, {', '.join(raw(name) for name in SEARCHED)}) AS search"


def _write(
    db: duckdb.DuckDBPyConnection, source: str, *, dataset: Dataset, names: list[str], path: Path
) -> dict[str, str]:
    """Returns the forms of each property. Leaves the table `staged`."""
    _stage(db, source, dataset, names)
    columns = _read_columns(db, names)
    typed = "".join(
        f", {MACROS[Form(letter)]}(r{place}) AS {name_column(name, Form(letter))}"
        for place, name in enumerate(names)
        for letter in columns[name]
    )
    if dataset == Dataset.PROFILES:
        typed += _search_column(names)
    fields = ", ".join(FIELDS[dataset])
    db.execute(f"ATTACH {quote_text(path)} AS written")
    try:
        db.execute(f"CREATE TABLE written.segment AS SELECT {fields}{typed} FROM staged ORDER BY {_ORDERS[dataset]}")
        db.execute(f"CREATE TABLE written.about AS SELECT {SEGMENT_VERSION} AS version")
        db.execute("CHECKPOINT written")
    finally:
        db.execute("DETACH written")
    return columns


def _choose_names(db: duckdb.DuckDBPyConnection, source: str) -> tuple[list[str], bool]:
    """The most frequent property names, and whether these are all."""
    found = db.execute(
        f"""SELECT name, count(*) FROM (SELECT unnest(json_keys(properties)) AS name FROM {source})
        GROUP BY name ORDER BY count(*) DESC, name LIMIT {TYPED_PROPERTIES + 1}"""
    ).fetchall()
    return [name for name, _ in found[:TYPED_PROPERTIES]], len(found) <= TYPED_PROPERTIES


def _stage(db: duckdb.DuckDBPyConnection, source: str, dataset: Dataset, names: list[str]) -> None:
    """The rows with each chosen property as JSON text, the document read once."""
    fields = ", ".join(FIELDS[dataset])
    raw = "".join(f", CAST(extracted[{place + 1}] AS VARCHAR) AS r{place}" for place in range(len(names)))
    pointers = [point_at(name) for name in names]
    db.execute(
        f"""CREATE TEMP TABLE staged AS SELECT {fields}{raw}
        FROM (SELECT {fields}, json_extract(properties, {quote_texts(pointers)}) AS extracted FROM {source})"""
        if names
        else f"CREATE TEMP TABLE staged AS SELECT {fields} FROM {source}"
    )


def _read_columns(db: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    kinds = ", ".join(KINDS.replace("raw", f"r{place}") for place in range(len(names)))
    bits = _one(db.execute(f"SELECT {kinds} FROM staged"))
    return {name: read_kinds(found) for name, found in zip(names, bits, strict=True)}


def open_file(db: duckdb.DuckDBPyConnection, path: Path, *, alias: str, size: int) -> bool:
    """Attaches a segment under `alias`. False where the file is missing, cut short, damaged or of
    another version."""
    try:
        if path.stat().st_size != size:
            return False
        db.execute(f"ATTACH {quote_text(path)} AS {alias} (READ_ONLY)")
    except (OSError, duckdb.Error):
        return False
    try:
        (version,) = _one(db.execute(f"SELECT version FROM {alias}.about"))
    except duckdb.Error:
        version = None
    if version != SEGMENT_VERSION:
        db.execute(f"DETACH {alias}")
    return bool(version == SEGMENT_VERSION)


def _one(result: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    return tuple(result.fetchall()[0])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
