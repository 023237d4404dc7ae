import pytest

from profiles_app.demo.batches import event_ranges, profile_ranges
from profiles_app.demo.plan import Plan, busiest_share
from tests.demo.conftest import NOW


@pytest.mark.parametrize(
    ("profiles", "events"),
    [(0, 0), (1, 0), (1, 1), (1, 999), (2, 7), (10, 3), (100, 0), (997, 12_345), (20_000, 200_000)],
)
def test_the_number_of_events_is_exact(profiles: int, events: int) -> None:
    plan = Plan(seed=1, profiles=profiles, events=events, now=NOW)
    counts = [plan.count_events(index) for index in range(plan.everybody)]
    assert sum(counts) == events
    assert all(count >= 0 for count in counts)


def test_four_in_a_hundred_have_events_and_no_profile() -> None:
    plan = Plan(seed=1, profiles=20_000, events=200_000, now=NOW)
    assert plan.visitors / plan.everybody == pytest.approx(0.04, abs=0.001)
    assert all(plan.count_events(index) for index in range(plan.profiles, plan.everybody))


def test_few_make_most_of_the_events() -> None:
    plan = Plan(seed=1, profiles=10_000, events=100_000, now=NOW)
    counts = sorted((plan.count_events(index) for index in range(plan.profiles)), reverse=True)
    assert sum(counts[:1000]) > 0.55 * sum(counts)
    assert counts[0] > 20 * sum(counts) / len(counts)
    assert counts[-1] == 0


def test_the_share_of_the_busiest_grows_from_nothing_to_everything() -> None:
    shares = [busiest_share(step / 100) for step in range(101)]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)


def test_number_0_is_busy() -> None:
    plan = Plan(seed=3, profiles=20_000, events=200_000, now=NOW)
    assert plan.count_events(0) > 5 * plan.events / plan.profiles


@pytest.mark.parametrize(("profiles", "events"), [(0, 0), (5, 1_000_000), (123_456, 1_000_000)])
def test_ranges_hold_everybody_once(profiles: int, events: int) -> None:
    plan = Plan(seed=1, profiles=profiles, events=events, now=NOW)
    for ranges, total in ((profile_ranges(plan), plan.profiles), (event_ranges(plan), plan.everybody)):
        end = 0
        for first, last in ranges:
            assert first == end < last
            end = last
        assert end == total
