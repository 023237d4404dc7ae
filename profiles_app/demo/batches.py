"""A data set as batches for the ingestion, and as ranges that can be made side by side."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from profiles_app.demo.plan import Plan
from profiles_app.demo.profiles import iterate_companies, iterate_people
from profiles_app.demo.sessions import iterate_events

Record = dict[str, Any]
Batch = list[Record]
Range = tuple[int, int]

BATCH: Final = 2_000
"""Records in a batch: as many as a request may carry."""

_RANGE_RECORDS: Final = 10_000


def company_batches(plan: Plan) -> Iterator[Batch]:
    """Group updates of all the companies."""
    return _cut([record] for record in iterate_companies(plan))


def profile_batches(plan: Plan, first: int, last: int) -> Iterator[Batch]:
    """Profile updates of people `first` up to, not including, `last`."""
    return _cut([record] for record in iterate_people(plan, first, last))


def event_batches(plan: Plan, first: int, last: int) -> Iterator[Batch]:
    """Events of numbers `first` up to, not including, `last`; numbers from `plan.profiles` on are
    visitors without a profile."""
    return _cut(iterate_events(plan, first, last))


def profile_ranges(plan: Plan) -> Iterator[Range]:
    """Ranges that together hold everybody with a profile."""
    return _split(plan.profiles, _RANGE_RECORDS // 4)


def event_ranges(plan: Plan) -> Iterator[Range]:
    """Ranges that together hold everybody, with about as many events each."""
    per_person = max(1, plan.events // max(1, plan.everybody))
    return _split(plan.everybody, max(1, _RANGE_RECORDS // per_person))


def _cut(portions: Iterable[list[Record]]) -> Iterator[Batch]:
    """The portions joined and cut into batches; holds no more than a batch and a portion."""
    batch: Batch = []
    for portion in portions:
        batch += portion
        if len(batch) >= BATCH:
            yield batch[:BATCH]
            batch = batch[BATCH:]
    if batch:
        yield batch


def _split(total: int, width: int) -> Iterator[Range]:
    return ((first, min(first + width, total)) for first in range(0, total, width))
