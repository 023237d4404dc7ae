"""The results as Markdown, and their place in docs/performance.md."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from benchmarks.queries.environment import CHECKOUT, CORES
from benchmarks.queries.measure import Column, Results
from benchmarks.queries.question import Question

PAGE: Final = CHECKOUT / "docs" / "performance.md"

_TOPICS: Final = {"profiles": "Profiles", "behaviour": "Behaviour", "sequences": "Sequences"}
_LABELS: Final = {"postgres": "(a) PostgreSQL", "chdb": "(b) ClickHouse", "roster": "Roster"}
_GIB: Final = 1024**3


def describe_run(results: Results, *, command: str, runs: int) -> str:
    """Everything that the figures depend on."""
    scale = results.scale
    return (
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}: {scale.profiles:,} profiles with 15 properties and "
        f"{scale.events:,} events, on {describe_machine()}, {', '.join(results.versions)}. "
        f"Milliseconds, medians of {runs} runs after one "
        "to warm up, the systems asked in turn."
    )


def describe_machine() -> str:
    """Cores, processor, memory, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return f"{CORES} cores of {_read_cpu()} with {memory:.0f} GiB; Python {platform.python_version()}"


def _read_cpu() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def make_table(results: Results, questions: Sequence[Question]) -> str:
    """One row a question. Beside Roster's times: how many times faster than each peer."""
    peers = [column for column in results.columns if column.system != "roster"]
    heads = ["question", "answer", *(_name(column, peers) for column in results.columns)]
    rows = []
    for topic, label in _TOPICS.items():
        asked = [question for question in questions if question.topic == topic]
        if asked:
            rows.append([f"**{label}**", *[""] * (len(heads) - 1)])
        rows += [_make_row(results, question, peers) for question in asked]
    parts = [_draw(heads, rows), _describe_aims(results, questions), _describe_memory(results)]
    return "\n\n".join(part for part in parts if part)


def _name(column: Column, peers: Sequence[Column]) -> str:
    label = _LABELS[column.system]
    if column.tail is None:
        return label
    letters = ", ".join(f"{_LABELS[peer.system][:3]} ÷ Roster" for peer in peers)
    return f"{label}, tail {column.tail:,}" + (f" ({letters})" if letters else "")


def _make_row(results: Results, question: Question, peers: Sequence[Column]) -> list[str]:
    if question.key in results.differing:
        return [question.title, "answers differ", *["–"] * len(results.columns)]
    cells = [_format_cell(results, question, column, peers) for column in results.columns]
    return [question.title, _format_answer(results, question), *cells]


def _format_answer(results: Results, question: Question) -> str:
    answer = results.answers.get(question.key, 0)
    if isinstance(answer, int):
        return f"{answer:,}"
    return f"{len(answer)} {'rows' if question.form == 'page' else 'values'}"


def _format_cell(results: Results, question: Question, column: Column, peers: Sequence[Column]) -> str:
    if problem := results.problems.get((question.key, column)):
        return problem.replace("|", "/").split("\n", 1)[0][:60]
    text = _format_ms(results.get_median(question, column))
    if column.tail is None or not peers:
        return text
    return f"{text} ({', '.join(_format_ratio(results.get_ratio(question, column, peer)) for peer in peers)})"


def _format_ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _format_ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}×" if value < 10 else f"{value:,.0f}×"


def _describe_aims(results: Results, questions: Sequence[Question]) -> str:
    """For each topic and tail, the question in which Roster does worst beside ClickHouse."""
    lines = []
    for column in (column for column in results.columns if column.tail is not None):
        for topic, label in _TOPICS.items():
            ratios = [
                (ratio, question.title)
                for question in questions
                if question.topic == topic and (ratio := results.get_ratio(question, column, Column("chdb")))
            ]
            if ratios:
                ratio, title = min(ratios)
                lines.append(f"- {label}, tail {column.tail:,}: at least {_format_ratio(ratio)} (b)'s speed ({title}).")
    return "\n".join(lines)


def _describe_memory(results: Results) -> str:
    if not results.memory:
        return ""
    listed = (f"{_LABELS[name]} {used.resident:,} ({used.peak:,})" for name, used in results.memory.items())
    return (
        f"Memory in MiB between questions (the most at any time): {'; '.join(listed)}. PostgreSQL's is all its "
        "processes, with what they share counted once, and looked at between questions only."
    )


def make_curve(series: Sequence[Results], questions: Sequence[Question]) -> str:
    """Each system's time at each scale, and the last one's growth over the one before."""
    tails = [column for column in series[0].columns if column.tail is not None]
    peers = [column for column in series[0].columns if column.tail is None]
    # The middle one of three: a little that is new, as on any day.
    columns = [*peers, *tails[len(tails) // 2 :][:1]]
    heads = ["question"]
    for column in columns:
        heads += [f"{_name(column, [])}: {results.scale.profiles:,}" for results in series] + ["growth"]
    rows = []
    for question in questions:
        row = [question.title]
        for column in columns:
            times = [results.get_median(question, column) for results in series]
            row += [*(_format_ms(value) for value in times), _format_growth(times)]
        rows.append(row)
    return _draw(heads, rows)


def _format_growth(times: Sequence[float | None]) -> str:
    """From each scale to the next."""
    return ", ".join(_format_ratio(after / before if before and after else None) for before, after in pairwise(times))


def _draw(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_part(name: str, text: str) -> None:
    """Puts the text between the page's markers of this name."""
    begin, end = f"<!-- {name}: generated -->", f"<!-- {name}: end -->"
    before, found, rest = PAGE.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{PAGE} lacks the lines “{begin}” and “{end}”.")
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
