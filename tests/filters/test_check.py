"""Checking what a tree cannot know: patterns, and names that were never seen."""

import duckdb
import pytest

from profiles_app.filters.check import Unseen, check_filter, list_unseen
from profiles_app.filters.cohorts import CohortMissing, NoCohorts, Scope, cohorts_of
from profiles_app.filters.errors import BadFilter, Problem
from profiles_app.filters.parse import parse_filter
from tests.filters import memory


def check_pattern(pattern: str) -> str | None:
    """As the engine does: RE2 is DuckDB's."""
    try:
        memory.connect().execute("SELECT REGEXP_MATCHES('', $1)", [pattern]).fetchall()
    except duckdb.Error as error:
        return str(error)
    return None


def test_patterns_that_are_none_are_told_all_with_their_places() -> None:
    def matches(pattern: str) -> dict[str, object]:
        return {"property": "p", "op": "matches", "value": pattern}

    where = {"all": [matches("^a|b$"), matches("("), {"event": "A", "where": {"not": matches("(?=x)")}}]}
    with pytest.raises(BadFilter) as refused:
        check_filter(parse_filter({"where": where}), cohorts=NoCohorts(), check_pattern=check_pattern)
    assert [(problem.path, problem.code) for problem in refused.value.problems] == [
        ("where.all[1].value", "wrong_pattern"),
        ("where.all[2].where.not.value", "wrong_pattern"),
    ]


def test_what_can_run_passes() -> None:
    tree = parse_filter({"where": {"property": "p", "op": "matches", "value": r"\d+"}})
    check_filter(tree, cohorts=NoCohorts(), check_pattern=check_pattern)


def test_without_cohorts_there_are_none() -> None:
    tree = parse_filter({"where": {"cohort": 5}})
    with pytest.raises(BadFilter) as refused:
        check_filter(tree, cohorts=NoCohorts(), check_pattern=check_pattern)
    message = "This cohort does not exist. Choose another one."
    assert refused.value.problems == (Problem("where.cohort", "cohort_missing", message),)


@pytest.mark.django_db
def test_the_application_registers_its_cohorts() -> None:
    with pytest.raises(CohortMissing, match="was deleted"):
        cohorts_of(Scope(project_id=1)).find(1)


class SomeNames:
    def has_property(self, name: str) -> bool:
        return name in {"city", "address"}

    def has_event(self, name: str) -> bool:
        return name == "A"

    def has_event_property(self, name: str) -> bool:
        return name == "price"


def test_names_never_seen_are_marked_and_no_fault() -> None:
    is_set = {"op": "is_set"}
    where = {
        "all": [
            {"property": "city"} | is_set,
            {"property": "price"} | is_set,
            {"property": "address.city"} | is_set,
            {"property": "$first_event"} | is_set,
            {"event": "A", "where": {"not": {"property": "city"} | is_set}, "measure": {"sum": "price"}},
            {"event": "B", "measure": {"sum": "cost"}},
            {"sequence": [{"event": "A"}, {"event": "C", "where": {"property": "price"} | is_set}]},
            {"cohort": 5},
        ]
    }
    assert list_unseen(parse_filter({"where": where}), SomeNames()) == [
        Unseen("where.all[1].property", "property", "price"),
        Unseen("where.all[4].where.not.property", "event_property", "city"),
        Unseen("where.all[5].event", "event", "B"),
        Unseen("where.all[5].measure.sum", "event_property", "cost"),
        Unseen("where.all[6].sequence[1].event", "event", "C"),
    ]
