"""One data set of middling size, made once for all the tests that look at it."""

from dataclasses import dataclass
from typing import Any

import pytest

from profiles_app.demo.batches import company_batches, event_batches, profile_batches
from profiles_app.demo.plan import Plan

Record = dict[str, Any]

NOW = 1_750_000_000
"""2025-06-15 15:06:40 UTC, a Sunday; long past, so that nothing in the data is of the future."""


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """Everything of a plan. `people` holds the properties by distinct id."""

    plan: Plan
    updates: list[Record]
    people: dict[str, Record]
    companies: dict[str, Record]
    events: list[Record]

    def list_events_by_person(self) -> dict[str, list[tuple[str, int]]]:
        """(name, time) of each person's events, in the order in which they were made."""
        found: dict[str, list[tuple[str, int]]] = {}
        for event in self.events:
            properties = event["properties"]
            found.setdefault(properties["distinct_id"], []).append((event["event"], properties["time"]))
        return found


def make_data_set(plan: Plan) -> DataSet:
    updates = [record for batch in profile_batches(plan, 0, plan.profiles) for record in batch]
    groups = [record for batch in company_batches(plan) for record in batch]
    return DataSet(
        plan=plan,
        updates=updates,
        people={record["$distinct_id"]: record["$set"] for record in updates},
        companies={record["$group_id"]: record["$set"] for record in groups},
        events=[record for batch in event_batches(plan, 0, plan.everybody) for record in batch],
    )


@pytest.fixture(scope="session")
def data() -> DataSet:
    return make_data_set(Plan(seed=7, profiles=6_000, events=60_000, now=NOW))
