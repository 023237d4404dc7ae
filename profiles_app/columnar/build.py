"""What a compaction works with: a DuckDB of its own, the rows of PostgreSQL, and what it wrote."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
from django.conf import settings

from profiles_app.columnar.damage import SegmentsLost
from profiles_app.columnar.files import WrittenFile, open_file, write_file
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.manifest import Generation
from profiles_app.columnar.source import Source
from profiles_app.columnar.spill import Spill
from profiles_app.columnar.typing import CREATE_MACROS
from profiles_app.models import Dataset, Project, Segment


@dataclass(kw_only=True)
class Build:
    """One round. `replaced` and `written` are for the manifest."""

    db: duckdb.DuckDBPyConnection
    source: Source
    project: Project
    generation: Generation
    replaced: list[Segment] = field(default_factory=list)
    written: list[Segment] = field(default_factory=list)

    def open(self, segment: Segment) -> str:
        """The relation of a present file's rows. Raises `SegmentsLost`."""
        alias = f"segment_{segment.pk}"
        path = project_folder(self.project.pk) / segment.path
        if not open_file(self.db, path, alias=alias, size=segment.bytes):
            raise SegmentsLost(self.generation.number)
        return f"{alias}.segment"

    def close(self, segment: Segment) -> None:
        self.db.execute(f"DETACH segment_{segment.pk}")

    def write(self, relation: str, *, dataset: Dataset, name: str) -> WrittenFile:
        """A new file of the relation's rows."""
        folder = project_folder(self.project.pk)
        folder.mkdir(parents=True, exist_ok=True)
        return write_file(self.db, relation, dataset=dataset, folder=folder, name=name)

    def count(self, relation: str) -> int:
        return int(self.row(f"SELECT count(*) FROM {relation}")[0])

    def row(self, sql: str) -> tuple[Any, ...]:
        return tuple(self.db.execute(sql).fetchall()[0])


@contextmanager
def open_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB that puts on disk what does not fit into its memory."""
    with closing(Spill.open()) as spill:
        options: dict[str, str | bool | int | float | list[str]] = {
            "threads": settings.COMPACTION["threads"],
            "memory_limit": settings.COMPACTION["memory"],
            "temp_directory": str(spill.path),
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=options) as db:
            db.execute("SET TimeZone = 'UTC'")
            for macro in CREATE_MACROS:
                db.execute(macro)
            yield db
