"""Roster itself, asked in process, as its web process would ask.

What is Roster's own is called from two places, `ask` here and `compact` in `tail.py`.
"""

import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from benchmarks.queries.dataset import TOKEN, Folder
from benchmarks.queries.environment import CHECKOUT, prepare_roster, set_up_django
from benchmarks.queries.memory import Memory, measure_process
from benchmarks.queries.question import Answer, Question, Tree


class Roster:
    """Asks the only project, as of `NOW`."""

    def __init__(self, folder: Folder) -> None:
        set_up_django()
        # The tables of this version, where the data was built by an older one.
        prepare_roster()
        from profiles_app.models import Project

        self.folder = folder
        self.project = Project.objects.get(token=TOKEN)
        self.cohorts: dict[str, int] = {}

    @property
    def version(self) -> str:
        return f"Roster on DuckDB {version('duckdb')}"

    def ask(self, question: Question) -> Answer:
        """A number, ids of profiles, or pairs of value and number, as `question.form` says."""
        raise NotImplementedError(make_document(question.tree, self.cohorts))

    def set_tail(self, rows: int) -> None:
        """Compacts everything, in a process of its own as the worker does, then touches so many rows."""
        command = [sys.executable, "-m", "benchmarks.queries.tail", str(self.folder.path), str(rows)]
        subprocess.run(command, cwd=CHECKOUT, check=True)

    def measure_memory(self) -> Memory:
        return measure_process()


def make_document(tree: Tree, cohorts: Mapping[str, int]) -> dict[str, Any]:
    """The whole filter, with the ids of stored cohorts in place of their names."""
    return {"version": 1, "population": "profiles", "where": _number_cohorts(tree, cohorts)}


def _number_cohorts(node: Any, cohorts: Mapping[str, int]) -> Any:
    if isinstance(node, Mapping):
        return {
            key: cohorts[value] if key == "cohort" else _number_cohorts(value, cohorts) for key, value in node.items()
        }
    if isinstance(node, list):
        return [_number_cohorts(value, cohorts) for value in node]
    return node
