"""What a compaction works with: a DuckDB for the work, the rows of PostgreSQL, and what it wrote."""

from dataclasses import dataclass, field
from typing import Any

import duckdb

from profiles_app.columnar.damage import SegmentsLost
from profiles_app.columnar.files import open_file, write_file
from profiles_app.columnar.folders import project_folder
from profiles_app.columnar.manifest import Generation
from profiles_app.columnar.source import Source
from profiles_app.models import Dataset, GroupKey, Project, Segment

# Ids from the first to below the second; None: no bound.
Bounds = tuple[int | None, int | None]


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

    def write(
        self,
        relation: str,
        *,
        dataset: Dataset,
        name: str,
        month: str = "",
        group_key: GroupKey | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """A new file of the relation's rows: of a month of events, or of those of one population whose ids lie
        within `bounds`. Without bounds the segment has those of its rows."""
        folder = project_folder(self.project.pk)
        folder.mkdir(parents=True, exist_ok=True)
        written = write_file(self.db, relation, dataset=dataset, folder=folder, name=name)
        least_id, limit_id = bounds or (written.least_id, written.limit_id)
        self.written.append(
            Segment(
                project=self.project,
                dataset=dataset,
                month=month,
                group_key=group_key,
                path=written.path,
                rows=written.rows,
                bytes=written.bytes,
                least_id=least_id,
                limit_id=limit_id,
                first_time=written.first_time,
                last_time=written.last_time,
                columns=written.columns,
                whole=written.whole,
            )
        )

    def count(self, relation: str) -> int:
        return int(self.row(f"SELECT count(*) FROM {relation}")[0])

    def row(self, sql: str) -> tuple[Any, ...]:
        return tuple(self.db.execute(sql).fetchall()[0])
