"""Roster itself, asked in process, as its web process would ask.

What is Roster's own is called from two places, `ask` here and `compact` in `tail.py`.
"""

import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from benchmarks.queries.dataset import NOW, TOKEN, Folder
from benchmarks.queries.environment import CHECKOUT, prepare_roster, set_up_django
from benchmarks.queries.memory import Memory, measure_process
from benchmarks.queries.question import Answer, OutOfTime, Question, Tree

if TYPE_CHECKING:
    from profiles_app.selectors.people import PeopleQuery


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
        from profiles_app.errors import TooSlow
        from profiles_app.selectors.people import count_people, list_people
        from profiles_app.selectors.values import list_values_of

        query = self._describe(question)
        try:
            if question.form == "page":
                return [person.id for person in list_people(query, limit=question.limit).people]
            if question.form == "table":
                return list_values_of(query, name=question.breakdown, limit=question.limit)
            return count_people(query)
        except TooSlow as problem:
            raise OutOfTime(problem.message) from problem

    def _describe(self, question: Question) -> "PeopleQuery":
        from profiles_app.filters.parse import parse_filter
        from profiles_app.selectors.people import PeopleQuery

        self._store_cohorts(question)
        tree = parse_filter(make_document(question.tree, self.cohorts))
        return PeopleQuery(
            project=self.project,
            population=tree.population,
            filter=tree,
            search=question.search,
            sort=question.sort or "$last_seen",
            descending=question.descending,
            now=NOW,
        )

    def _store_cohorts(self, question: Question) -> None:
        from cohorts_app.models import Cohort

        for name, tree in question.cohorts.items():
            if name not in self.cohorts:
                cohort, _ = Cohort.objects.update_or_create(
                    project=self.project, name=name, defaults={"definition": make_document(tree, self.cohorts)}
                )
                self.cohorts[name] = cohort.pk

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
