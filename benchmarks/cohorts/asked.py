"""The 200 cohorts that are measured: their filters, and the queries that count them in ClickHouse."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from benchmarks.queries.dataset import EVENT_NAMES
from benchmarks.queries.question import PERSONS, clickhouse_events, did

if TYPE_CHECKING:
    from cohorts_app.models import Cohort
    from profiles_app.models import Project

COHORTS: Final = 200
PREFIX: Final = "benchmark "
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


@contextmanager
def make_cohorts(project: "Project", asked: Sequence[Asked]) -> Iterator[list["Cohort"]]:
    """They, in their order; gone when the block ends."""
    from cohorts_app.models import Cohort

    Cohort.objects.filter(project=project, name__startswith=PREFIX).delete()
    yield [
        Cohort.objects.create(
            project=project, name=f"{PREFIX}{place}", definition={"population": "profiles", "where": one.tree}
        )
        for place, one in enumerate(asked)
    ]
    Cohort.objects.filter(project=project, name__startswith=PREFIX).delete()
