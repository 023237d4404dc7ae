"""The same arguments give the same data, however it is cut; and never much of it at a time."""

import json
import tracemalloc
from collections.abc import Iterable
from hashlib import sha256

import pytest

from profiles_app.demo.batches import BATCH, Batch, company_batches, event_batches, profile_batches
from profiles_app.demo.people import Crowd
from profiles_app.demo.plan import Plan
from tests.demo.conftest import NOW


def digest(batches: Iterable[Batch]) -> str:
    made = sha256()
    for batch in batches:
        for record in batch:
            made.update(json.dumps(record, ensure_ascii=False).encode())
    return made.hexdigest()


def digest_all(plan: Plan) -> tuple[str, str, str]:
    return (
        digest(company_batches(plan)),
        digest(profile_batches(plan, 0, plan.profiles)),
        digest(event_batches(plan, 0, plan.everybody)),
    )


def make_plan(*, seed: int = 1, now: int = NOW) -> Plan:
    return Plan(seed=seed, profiles=300, events=3_000, now=now)


def test_the_same_arguments_give_the_same_data() -> None:
    assert digest_all(make_plan()) == digest_all(make_plan())


def test_another_seed_gives_other_data() -> None:
    for one, other in zip(digest_all(make_plan(seed=1)), digest_all(make_plan(seed=2)), strict=True):
        assert one != other


def test_seeds_do_not_share_people() -> None:
    one, other = (Crowd(make_plan(seed=seed)) for seed in (1, 2))
    ids = [{crowd.make_person(index).distinct_id for index in range(300)} for crowd in (one, other)]
    assert not ids[0] & ids[1]


def test_all_moves_with_now() -> None:
    early, late = (
        [event for batch in event_batches(plan, 0, 50) for event in batch]
        for plan in (make_plan(), make_plan(now=NOW + 7 * 86_400))
    )
    assert [event["event"] for event in early][:3] == [event["event"] for event in late][:3]
    assert late[0]["properties"]["time"] - early[0]["properties"]["time"] == 7 * 86_400


def test_ranges_can_be_made_alone_and_in_any_order() -> None:
    plan = make_plan()
    whole = [record for batch in event_batches(plan, 0, plan.everybody) for record in batch]
    second = [record for batch in event_batches(plan, 100, plan.everybody) for record in batch]
    first = [record for batch in event_batches(plan, 0, 100) for record in batch]
    assert first + second == whole


def test_batches_are_full_and_no_larger_than_a_request_may_be() -> None:
    plan = Plan(seed=1, profiles=500, events=9_001, now=NOW)
    assert [len(batch) for batch in event_batches(plan, 0, plan.everybody)] == [BATCH] * 4 + [1_001]


@pytest.mark.parametrize("kind", ["people", "events"])
def test_memory_does_not_grow_with_the_data_set(kind: str) -> None:
    plan = Plan(seed=1, profiles=50_000_000, events=1_000_000_000, now=NOW)
    batches = profile_batches(plan, 0, plan.profiles) if kind == "people" else event_batches(plan, 0, plan.everybody)
    next(batches)
    tracemalloc.start()
    try:
        for _ in range(2):
            next(batches)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 15_000_000


@pytest.mark.parametrize(("profiles", "events"), [(1, 5_000), (3, 1), (20, 40_000)])
def test_odd_sizes_stay_within_the_history(profiles: int, events: int) -> None:
    plan = Plan(seed=1, profiles=profiles, events=events, now=NOW)
    times = [record["properties"]["time"] for batch in event_batches(plan, 0, plan.everybody) for record in batch]
    assert len(times) == events
    assert plan.start <= min(times) <= max(times) <= plan.now
