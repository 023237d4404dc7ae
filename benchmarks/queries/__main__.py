"""How fast Roster answers, beside PostgreSQL and ClickHouse on the same data.

    python -m benchmarks.queries [--scales 1] [--systems postgres,chdb,roster] [--tails 0,1000,50000]
                                 [--runs 5] [--only KEY,KEY] [--rebuild] [--no-write]

The data of a scale is built once and kept under `bench/` in the data folder. Prints a table and, but
for `--no-write`, puts it into docs/performance.md; with several scales also how the times grow.
Exits with 1 where systems gave different answers.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence

from benchmarks.queries.child import SYSTEMS, Child, ChildProblem
from benchmarks.queries.data import hold_data
from benchmarks.queries.dataset import Folder, Scale
from benchmarks.queries.environment import serve_postgres
from benchmarks.queries.measure import Column, Results, measure_pass
from benchmarks.queries.question import Question
from benchmarks.queries.questions import QUESTIONS
from benchmarks.queries.report import describe_run, make_curve, make_table, write_part


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scales", default="1", help="shares of the full size, in increasing order")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="which to ask")
    parser.add_argument("--tails", default="0,1000,50000", help="rows in Roster's tail")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="keys of the questions to ask")
    parser.add_argument("--rebuild", action="store_true", help="build the data again")
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md alone")
    return parser.parse_args()


def choose_questions(keys: str) -> list[Question]:
    wanted = [key for key in keys.split(",") if key]
    unknown = set(wanted) - {question.key for question in QUESTIONS}
    if unknown:
        raise SystemExit(f"No such question: {', '.join(sorted(unknown))}.")
    return [question for question in QUESTIONS if not wanted or question.key in wanted]


def choose_systems(names: str) -> list[str]:
    wanted = names.split(",")
    if set(wanted) - set(SYSTEMS):
        raise SystemExit(f"The systems are {', '.join(SYSTEMS)}.")
    return [name for name in SYSTEMS if name in wanted]


def measure_scale(
    scale: Scale,
    folder: Folder,
    *,
    systems: Sequence[str],
    tails: Sequence[int],
    questions: Sequence[Question],
    runs: int,
) -> Results:
    """One pass for each size of the tail. Peers, whose tables stay the same, are asked in each pass."""
    print(f"Asking {', '.join(systems)} about {scale.profiles:,} profiles and {scale.events:,} events:", flush=True)
    passes: Sequence[int | None] = tails if "roster" in systems else [None]
    with serve_postgres(folder, {}):
        children = [Child(name, folder) for name in systems]
        columns = [Column(name) for name in systems if name != "roster"]
        columns += [Column("roster", tail) for tail in passes if tail is not None]
        versions = [child.get_version() for child in children]
        results = Results(scale=scale, columns=columns, versions=versions)
        for tail in passes:
            for child in children:
                child.set_tail(tail or 0)
            measure_pass(children, questions, results, tail=tail, runs=runs)
        for child in children:
            child.stop()
    return results


def main() -> int:
    arguments = parse_arguments()
    questions, systems = choose_questions(arguments.only), choose_systems(arguments.systems)
    tails = [int(tail) for tail in arguments.tails.split(",")]
    series = []
    for share in map(float, arguments.scales.split(",")):
        with hold_data(Scale(share), rebuild=arguments.rebuild) as folder:
            series.append(
                measure_scale(
                    Scale(share), folder, systems=systems, tails=tails, questions=questions, runs=arguments.runs
                )
            )
    publish(series, questions, arguments)
    return 1 if any(results.differing for results in series) else 0


def publish(series: Sequence[Results], questions: Sequence[Question], arguments: argparse.Namespace) -> None:
    """The table is that of the last, the largest scale."""
    command = shlex.join(["python", "-m", "benchmarks.queries", *sys.argv[1:]])
    head = describe_run(series[-1], command=command, runs=arguments.runs)
    parts = {"queries": f"{head}\n\n{make_table(series[-1], questions)}"}
    if len(series) > 1:
        parts["growth"] = f"{head}\n\n{make_curve(series, questions)}"
    for name, text in parts.items():
        print(f"\n{text}")
        if arguments.write:
            write_part(name, text)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ChildProblem as problem:
        sys.exit(str(problem))
