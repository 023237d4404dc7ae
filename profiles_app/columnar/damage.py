"""Files that cannot be read, and what DuckDB says about them."""

from typing import Final

import duckdb

from profiles_app.columnar.folders import project_folder

LOST_MESSAGE: Final = "Roster lost a file that it reads from and is making it anew. Try again in a moment."


class SegmentsLost(Exception):
    """A file of this generation is missing, cut short or damaged."""

    def __init__(self, generation: int) -> None:
        super().__init__(f"A segment of generation {generation} is lost.")
        self.generation = generation


def is_damage(error: BaseException, project_id: int) -> bool:
    """Whether an error says that a file of the project cannot be read: a block has another checksum than it
    should, for which DuckDB has no class, or the file ends too early. A full disk is no damage."""
    if isinstance(error, duckdb.IOException):
        return str(project_folder(project_id)) in str(error)
    return type(error) is duckdb.Error and "Corrupt database file" in str(error)


def is_end_of_database(error: BaseException) -> bool:
    """Whether DuckDB will answer nothing any more, or has no place left for what does not fit into memory."""
    return isinstance(error, duckdb.FatalException | duckdb.InternalException | duckdb.IOException)
