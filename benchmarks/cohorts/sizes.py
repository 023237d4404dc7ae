"""The sizes of 200 cohorts: found by Roster in one run, by ClickHouse one after the other.

ClickHouse's queries have the shape that PostHog's have. Both in the same run, in turn.
"""

import statistics
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.cohorts.asked import Asked, list_cohorts, make_cohorts
from benchmarks.queries.clickhouse import ClickHouse
from benchmarks.queries.dataset import NOW, Folder
from benchmarks.queries.question import Question
from benchmarks.queries.roster import Roster


def measure_roster(roster: Roster, asked: Sequence[Asked]) -> tuple[float, list[int | None]]:
    """Seconds, and the sizes in the order of the cohorts."""
    from cohorts_app.selectors.measuring import measure_cohorts

    with make_cohorts(roster.project, asked) as cohorts:
        began = time.perf_counter()
        found = measure_cohorts(roster.project, cohorts, group_key=None, now=NOW)
        took = time.perf_counter() - began
    return took, [found[cohort.pk].size for cohort in cohorts]


def measure_clickhouse(peer: ClickHouse, asked: Sequence[Asked]) -> tuple[float, list[Any]]:
    began = time.perf_counter()
    sizes = [
        peer.ask(Question(key="", title="", topic="behaviour", postgres="", clickhouse=one.clickhouse)) for one in asked
    ]
    return time.perf_counter() - began, sizes


def measure_sizes(folder: Folder, *, runs: int) -> str:
    """The table of the page. The first run of each warms up and counts for nothing; a cohort with two sizes ends
    everything."""
    asked = list_cohorts()
    system, peer = Roster(folder), ClickHouse(folder)
    system.set_tail(0)
    times: dict[str, list[float]] = {"Roster, all in one run": [], "ClickHouse, one after the other": []}
    for run in range(runs + 1):
        roster, ours = measure_roster(system, asked)
        clickhouse, theirs = measure_clickhouse(peer, asked)
        _compare(ours, theirs)
        print(f"{'warming up' if not run else f'run {run}'}: {roster:.2f} s, {clickhouse:.2f} s", flush=True)
        if run:
            for each, took in zip(times.values(), (roster, clickhouse), strict=True):
                each.append(took)
    ours_took, theirs_took = (statistics.median(each) for each in times.values())
    rows = [f"| sizes of {len(asked)} cohorts | s |", "|---|--:|"]
    rows += [f"| {name} | {statistics.median(each):.1f} |" for name, each in times.items()]
    return "\n".join([*rows, "", f"All sizes are equal. Roster is {theirs_took / ours_took:.1f} times as fast."])


def _compare(ours: Sequence[int | None], theirs: Sequence[Any]) -> None:
    different = [place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
    if different:
        raise SystemExit(f"Different sizes: {[(place, ours[place], theirs[place]) for place in different[:5]]}")
