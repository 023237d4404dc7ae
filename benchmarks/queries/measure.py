"""Asks the systems in turn, and holds their answers against each other."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pprint import pformat

from benchmarks.queries.child import Child, Reply
from benchmarks.queries.dataset import Scale
from benchmarks.queries.memory import Memory
from benchmarks.queries.question import Answer, Question


@dataclass(frozen=True)
class Column:
    """A system, and for Roster the rows in its tail."""

    system: str
    tail: int | None = None

    def __str__(self) -> str:
        return self.system if self.tail is None else f"{self.system}, tail {self.tail:,}"


@dataclass
class Results:
    """`seconds` of every run, and `problems` in words, by question's key and column.

    `answers` are those of the `first` system that gave one; `differing` are the keys of questions
    with more than one answer: their times say nothing.
    """

    scale: Scale
    columns: list[Column]
    versions: list[str]
    seconds: dict[tuple[str, Column], list[float]] = field(default_factory=dict)
    problems: dict[tuple[str, Column], str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    first: dict[str, Column] = field(default_factory=dict)
    differing: set[str] = field(default_factory=set)
    memory: dict[str, Memory] = field(default_factory=dict)

    def get_median(self, question: Question, column: Column) -> float | None:
        """Milliseconds; None where there is no valid figure."""
        runs = self.seconds.get((question.key, column))
        if not runs or question.key in self.differing or (question.key, column) in self.problems:
            return None
        return statistics.median(runs) * 1000

    def get_ratio(self, question: Question, column: Column, peer: Column) -> float | None:
        """How many times faster `column` is than `peer`."""
        ours, theirs = self.get_median(question, column), self.get_median(question, peer)
        return theirs / ours if ours and theirs else None

    def take(self, question: Question, column: Column, reply: Reply, *, counts: bool) -> None:
        """One reply; the first one of a question, which warms up, does not count in the times."""
        if reply.problem:
            self.problems[question.key, column] = reply.problem
            return
        answer = self.answers.setdefault(question.key, reply.value)
        first = self.first.setdefault(question.key, column)
        if answer != reply.value and question.key not in self.differing:
            self.differing.add(question.key)
            _print_difference(question, {first: answer, column: reply.value})
        if counts:
            self.seconds.setdefault((question.key, column), []).append(reply.seconds)


def _print_difference(question: Question, answers: Mapping[Column, Answer]) -> None:
    print(f"\nANSWERS DIFFER: {question.key}: {question.title}")
    for column, answer in answers.items():
        print(f"  {column}: {pformat(answer, compact=True, width=110)}", flush=True)


def measure_pass(
    children: Sequence[Child], questions: Sequence[Question], results: Results, *, tail: int | None, runs: int
) -> None:
    """Every question of every system, once to warm up and then `runs` times, system by system."""
    for question in questions:
        for number in range(runs + 1):
            for child in children:
                column = Column(child.name, tail if child.name == "roster" else None)
                if (question.key, column) not in results.problems:
                    results.take(question, column, child.ask(question), counts=number > 0)
        print(f"  {question.key}", end="", flush=True)
        for child in children:
            seen = results.memory.get(child.name, Memory(0, 0))
            results.memory[child.name] = seen.merge(child.measure_memory())
    print(flush=True)
