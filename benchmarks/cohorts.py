"""How fast the sizes of 200 cohorts are found: by Roster in one run, by ClickHouse one after the other.

    python -m benchmarks.cohorts [--scale 1] [--runs 3]

The data are those of `benchmarks.queries`, ClickHouse's queries have the shape that PostHog's have. Prints the
seconds of each run and their ratio; exits with 1 where a cohort has two sizes.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from benchmarks.queries.clickhouse import ClickHouse
from benchmarks.queries.data import hold_data
from benchmarks.queries.dataset import EVENT_NAMES, NOW, Folder, Scale
from benchmarks.queries.environment import serve_postgres
from benchmarks.queries.question import PERSONS, Question, clickhouse_events, did
from benchmarks.queries.roster import Roster

COHORTS: Final = 200
_PREFIX: Final = "benchmark "
_PLANS: Final = ("free", "pro", "team", "enterprise")
_COUNTRIES: Final = ("US", "NO", "DE", "FR", "IN", "BR")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One cohort: its filter, and the query that counts it in ClickHouse."""

    tree: dict[str, Any]
    clickhouse: str


def list_cohorts() -> list[Asked]:
    """Of every kind in turn: a property, a behaviour, both."""
    kinds = (list(_list_of_properties()), list(_list_of_behaviours()), list(_list_of_both()))
    shares = (COHORTS * 3 // 10, COHORTS * 5 // 10, COHORTS * 2 // 10)
    return [asked for kind, share in zip(kinds, shares, strict=True) for asked in kind[:share]]


def _list_of_properties() -> Iterator[Asked]:
    for plan, least in product(_PLANS, range(20, 80, 4)):
        words = f"""JSONExtractString(properties, 'plan') = '{plan}'
            AND JSONExtract(properties, 'age', 'Nullable(Float64)') >= {least}"""
        leaves = [_is("plan", plan), {"property": "age", "type": "number", "op": "at_least", "value": least}]
        yield Asked(tree={"all": leaves}, clickhouse=f"SELECT count() FROM {PERSONS} WHERE {words}")


def _list_of_behaviours() -> Iterator[Asked]:
    for days, times, event in product((7, 30, 90), (1, 3, 10), EVENT_NAMES):
        tree = did(event, days=days, op="at_least", value=times)
        yield Asked(tree=tree, clickhouse=f"SELECT count() FROM ({_did(event, days, times)})")


def _list_of_both() -> Iterator[Asked]:
    for country, days, event in product(_COUNTRIES, (14, 60), EVENT_NAMES[:4]):
        yield Asked(
            tree={"all": [_is("$country_code", country), did(event, days=days, op="at_least", value=2)]},
            clickhouse=f"""SELECT count() FROM {PERSONS}
            WHERE JSONExtractString(properties, '$country_code') = '{country}' AND id IN ({_did(event, days, 2)})""",
        )


def _is(name: str, value: str) -> dict[str, Any]:
    return {"property": name, "type": "string", "op": "is", "value": [value]}


def _did(event: str, days: int, times: int) -> str:
    return f"SELECT person_id {clickhouse_events(event, days=days)} GROUP BY person_id HAVING count() >= {times}"


def measure_roster(roster: Roster, asked: Sequence[Asked]) -> tuple[float, list[int | None]]:
    """Seconds, and the sizes in the order of the cohorts."""
    from cohorts_app.models import Cohort
    from cohorts_app.selectors.measuring import measure_cohorts

    project = roster.project
    Cohort.objects.filter(project=project, name__startswith=_PREFIX).delete()
    cohorts = [
        Cohort.objects.create(
            project=project, name=f"{_PREFIX}{place}", definition={"population": "profiles", "where": one.tree}
        )
        for place, one in enumerate(asked)
    ]
    began = time.perf_counter()
    found = measure_cohorts(project, cohorts, group_key=None, now=NOW)
    took = time.perf_counter() - began
    Cohort.objects.filter(project=project, name__startswith=_PREFIX).delete()
    return took, [found[cohort.pk].size for cohort in cohorts]


def measure_clickhouse(peer: ClickHouse, asked: Sequence[Asked]) -> tuple[float, list[Any]]:
    began = time.perf_counter()
    sizes = [
        peer.ask(Question(key="", title="", topic="behaviour", postgres="", clickhouse=one.clickhouse)) for one in asked
    ]
    return time.perf_counter() - began, sizes


def measure(folder: Folder, *, runs: int) -> int:
    """Each in turn; the first run of each warms up and counts for nothing."""
    asked = list_cohorts()
    with serve_postgres(folder, {}):
        system, peer = Roster(folder), ClickHouse(folder)
        system.set_tail(0)
        times: dict[str, list[float]] = {"Roster": [], "ClickHouse": []}
        for run in range(runs + 1):
            roster, ours = measure_roster(system, asked)
            clickhouse, theirs = measure_clickhouse(peer, asked)
            if ours != theirs:
                different = [place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
                print(f"Different sizes: {[(place, ours[place], theirs[place]) for place in different[:5]]}")
                return 1
            print(f"{'warming up' if not run else f'run {run}'}: {roster:.2f} s, {clickhouse:.2f} s", flush=True)
            if run:
                times["Roster"].append(roster)
                times["ClickHouse"].append(clickhouse)
    medians = {name: statistics.median(each) for name, each in times.items()}
    ratio = medians["ClickHouse"] / medians["Roster"]
    said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in medians.items())
    print(f"{len(asked)} cohorts: {said}: {ratio:.1f}×")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohorts", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with hold_data(Scale(arguments.scale), rebuild=False) as folder:
        return measure(folder, runs=arguments.runs)


if __name__ == "__main__":
    sys.exit(main())
