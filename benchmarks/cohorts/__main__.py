"""How fast cohorts are: their page, lists of a million people, and the sizes of 200 beside ClickHouse's.

    python -m benchmarks.cohorts [--scale 1] [--runs 3] [--only page,lists,sizes] [--no-write]

The data are those of `benchmarks.queries`. Exits with 1 where a cohort has two sizes. Puts each part that was measured
into docs/performance.md.
"""

import argparse
import sys
from collections.abc import Callable

from benchmarks.cohorts.lists import measure_lists
from benchmarks.cohorts.page import measure_page
from benchmarks.cohorts.sizes import measure_sizes
from benchmarks.page import make_member
from benchmarks.queries.data import hold_data
from benchmarks.queries.dataset import Scale
from benchmarks.queries.environment import serve_postgres, set_up_django
from benchmarks.queries.report import describe_machine, write_part

_PAGE_RUNS = 21


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohorts", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scale", default="1", help="share of the full size")
    parser.add_argument("--runs", type=int, default=3, help="of the sizes, each of which takes ClickHouse minutes")
    parser.add_argument("--only", default="page,lists,sizes", help="some of these parts")
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/performance.md alone")
    arguments = parser.parse_args()
    chosen = arguments.only.split(",")
    with hold_data(Scale(float(arguments.scale)), rebuild=False) as folder, serve_postgres(folder, {}):
        set_up_django()
        project_id = make_member()
        parts: dict[str, tuple[Callable[[], str], int]] = {
            "page": (lambda: measure_page(folder, project_id, runs=_PAGE_RUNS), _PAGE_RUNS),
            "lists": (lambda: measure_lists(folder, project_id), 1),
            "sizes": (lambda: measure_sizes(folder, runs=arguments.runs), arguments.runs),
        }
        for name in chosen:
            measure, runs = parts[name]
            command = f"python -m benchmarks.cohorts --scale {arguments.scale} --only {name}"
            how = "one run" if runs == 1 else f"medians of {runs}"
            text = f"`{command}`, {describe_machine()}; {how}.\n\n{measure()}"
            print(text, flush=True)
            if arguments.write:
                write_part(f"cohorts-{name}", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
