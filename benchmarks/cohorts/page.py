"""The pages of cohorts over HTTP, with 200 cohorts whose sizes were recorded on 30 days."""

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from benchmarks.cohorts.asked import list_cohorts, make_cohorts
from benchmarks.page import Browser, measure, serve_web
from benchmarks.queries.dataset import Folder

if TYPE_CHECKING:
    from cohorts_app.models import Cohort

_DAYS: Final = 30
_STARTS: Final = 3


def measure_page(folder: Folder, project_id: int, *, runs: int) -> str:
    """The table of the page. Cold: the first page that a web process shows after its start."""
    from cohorts_app.services.sizes import record_sizes
    from profiles_app.models import Project

    with make_cohorts(Project.objects.get(pk=project_id), list_cohorts()) as cohorts:
        begun = time.perf_counter()
        recorded = record_sizes(cohorts)
        took = time.perf_counter() - begun
        assert recorded == len(cohorts)
        _record_past(cohorts)
        base = f"/projects/{project_id}/cohorts"
        paths = {
            "the first 50 of all cohorts": base,
            "sorted by size": f"{base}?sort=-size",
            "searched for “9”": f"{base}?search=9",
            "one cohort": f"{base}/{cohorts[-1].pk}",
        }
        rows = ["| page | cold, ms | warm, ms |", "|---|--:|--:|"]
        for title, path in paths.items():
            cold = statistics.median(_measure_cold(folder, path) for _ in range(_STARTS))
            with serve_web(folder) as (port, _):
                browser = Browser(port)
                warm = measure(lambda: browser.get(path), runs)  # noqa: B023 - is called here
            rows.append(f"| {title} | {cold:.0f} | {warm:.0f} |")
    said = (
        f"{len(cohorts)} cohorts with the sizes of {_DAYS} days. To record all of them once, and who is in them, took"
    )
    return "\n".join([*rows, "", f"{said} {took:.1f} s."])


def _record_past(cohorts: Sequence["Cohort"]) -> None:
    """Each recording again, with who was in it, on the days before."""
    from cohorts_app.models import Size

    for size in list(Size.objects.filter(cohort__in=cohorts)):
        at = size.at
        for days in range(1, _DAYS):
            size.pk, size.at = None, at - timedelta(days=days)
            size.save(force_insert=True)


def _measure_cold(folder: Folder, path: str) -> float:
    """Milliseconds."""
    with serve_web(folder) as (port, _):
        browser = Browser(port)
        begun = time.perf_counter()
        browser.get(path)
        return (time.perf_counter() - begun) * 1000
