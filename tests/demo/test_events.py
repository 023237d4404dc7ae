"""What the events of the demo data are like. Each claim stands in docs/demo-data.md."""

from collections import Counter
from itertools import pairwise

import pytest

from profiles_app.demo.plan import DAY
from profiles_app.demo.profiles import format_instant
from tests.demo.conftest import DataSet


def test_the_history_is_half_a_year_and_ends_now(data: DataSet) -> None:
    times = [event["properties"]["time"] for event in data.events]
    assert len(times) == data.plan.events
    assert min(times) >= data.plan.start
    assert min(times) < data.plan.start + DAY
    assert data.plan.now - 300 <= max(times) <= data.plan.now


def test_insert_ids_are_all_different(data: DataSet) -> None:
    assert len({event["properties"]["$insert_id"] for event in data.events}) == len(data.events)


def test_events_of_a_person_are_in_order(data: DataSet) -> None:
    for events in data.list_events_by_person().values():
        times = [time for _, time in events]
        assert times == sorted(times)


def test_some_have_events_and_no_profile(data: DataSet) -> None:
    strangers = data.list_events_by_person().keys() - data.people.keys()
    assert len(strangers) == data.plan.visitors == 250
    assert all(distinct_id.startswith("$device:") for distinct_id in strangers)


def test_visits_begin_with_opening_the_app(data: DataSet) -> None:
    """A visit ends where nothing happens for half an hour."""
    first_names: Counter[str] = Counter()
    sizes = []
    for events in data.list_events_by_person().values():
        last = -DAY
        for name, time in events:
            if time - last >= 1800:
                first_names[name] += 1
                sizes.append(0)
            sizes[-1] += 1
            last = time
    assert first_names["App Open"] + first_names["Sign Up"] == first_names.total()
    assert 3 < sum(sizes) / len(sizes) < 7


def test_sign_up_is_the_first_event(data: DataSet) -> None:
    signed_up = 0
    for events in data.list_events_by_person().values():
        names = [name for name, _ in events]
        assert "Sign Up" not in names[1:]
        signed_up += names[0] == "Sign Up"
    assert signed_up > 0.5 * data.plan.profiles


def test_sign_up_is_at_the_date_of_the_profile(data: DataSet) -> None:
    for event in data.events:
        if event["event"] == "Sign Up":
            properties = event["properties"]
            assert data.people[properties["distinct_id"]]["signup_date"] == format_instant(properties["time"])


def test_a_purchase_follows_a_full_cart(data: DataSet) -> None:
    for events in data.list_events_by_person().values():
        names = [name for name, _ in events]
        for before, name in pairwise(names):
            assert name != "Purchase" or before == "Add to Cart"


def test_purchases_are_rare_and_say_what_they_cost(data: DataSet) -> None:
    bought = [event["properties"] for event in data.events if event["event"] == "Purchase"]
    assert 0.002 < len(bought) / len(data.events) < 0.02
    for properties in bought:
        assert float(properties["amount"]) > 0
        assert properties["currency"] in {"EUR", "USD", "GBP"}
        assert properties["items"]
    assert {type(properties["amount"]) for properties in bought} == {float, str}


def test_a_person_pays_in_one_currency(data: DataSet) -> None:
    currencies: dict[str, set[str]] = {}
    for event in data.events:
        if event["event"] in {"Add to Cart", "Purchase"}:
            properties = event["properties"]
            currencies.setdefault(properties["distinct_id"], set()).add(properties["currency"])
    assert all(len(used) == 1 for used in currencies.values())
    assert set.union(*currencies.values()) == {"EUR", "USD", "GBP"}


def test_videos_have_the_properties_to_ask_for(data: DataSet) -> None:
    watched = [event["properties"] for event in data.events if event["event"] == "watch video"]
    assert len(watched) > 0.25 * len(data.events)
    assert all(properties.keys() >= {"title", "genre", "duration", "percent_watched"} for properties in watched)
    kinds = Counter(type(properties["percent_watched"]) for properties in watched)
    assert kinds[int] > 50 * kinds[str] > 0


def test_events_carry_the_company_of_the_person(data: DataSet) -> None:
    for event in data.events:
        properties = event["properties"]
        person = data.people.get(properties["distinct_id"], {})
        assert properties.get("company") == person.get("company")


def test_weekends_are_quiet(data: DataSet) -> None:
    days = Counter((event["properties"]["time"] // DAY + 3) % 7 for event in data.events)
    weekend = (days[5] + days[6]) / 2
    assert weekend < 0.75 * min(days[day] for day in range(5))


def test_nights_are_quiet_where_people_live(data: DataSet) -> None:
    hours: Counter[int] = Counter()
    for event in data.events:
        properties = event["properties"]
        if data.people.get(properties["distinct_id"], {}).get("$country_code") == "JP":
            hours[(properties["time"] // 3600 + 9) % 24] += 1
    night, evening = (sum(hours[hour] for hour in span) for span in ((1, 2, 3, 4), (18, 19, 20, 21)))
    assert evening > 4 * night


def test_use_grows(data: DataSet) -> None:
    weeks = Counter((data.plan.now - event["properties"]["time"]) // (30 * DAY) for event in data.events)
    assert weeks[0] > 1.5 * weeks[2] > 1.5 * weeks[4]


def test_many_people_stopped_coming(data: DataSet) -> None:
    last = {distinct_id: events[-1][1] for distinct_id, events in data.list_events_by_person().items()}
    gone = sum(time < data.plan.now - 45 * DAY for time in last.values()) / len(last)
    assert 0.25 < gone < 0.75
    # Among them, busy ones.
    counts = Counter(event["properties"]["distinct_id"] for event in data.events)
    assert any(counts[distinct_id] > 50 and time < data.plan.now - 45 * DAY for distinct_id, time in last.items())


@pytest.mark.parametrize("days", [7, 30])
def test_the_question_of_an_analyst_has_an_answer(data: DataSet, days: int) -> None:
    """Watched ten videos lately, in Norway or Germany, not on the free plan."""
    watched = Counter(
        event["properties"]["distinct_id"]
        for event in data.events
        if event["event"] == "watch video" and event["properties"]["time"] > data.plan.now - days * DAY
    )
    keen = [data.people[one] for one, count in watched.items() if count >= 10 and one in data.people]
    found = [person for person in keen if person.get("$country_code") in {"NO", "DE"} and person.get("plan") != "free"]
    assert 1 <= len(found) < 0.02 * data.plan.profiles
