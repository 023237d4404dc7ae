"""Cohorts inside filters: nested, in a loop, deleted, of other places."""

from typing import Any

import pytest
from django.db import IntegrityError

from cohorts_app.definitions import check_definition
from cohorts_app.models import Cohort
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.errors import BadFilter, Problem
from profiles_app.filters.expand import DEEPEST_COHORT, MOST_LEAVES_IN_ALL
from profiles_app.filters.parse import parse_filter
from profiles_app.models import GroupKey, Project
from profiles_app.services.group_keys import delete_group_key
from tests.conftest import People

IN_PARIS = {"property": "$city", "type": "string", "op": "is", "value": ["Paris"]}


def accept(_: str) -> None:
    """Any pattern is one."""


def make_cohort(project: Project, name: str, where: Any, *, group_key: GroupKey | None = None) -> Cohort:
    return Cohort.objects.create(project=project, name=name, definition={"where": where}, group_key=group_key)


def find_problems(project: Project, where: Any, *, group_key: GroupKey | None = None) -> list[Problem]:
    scope = Scope(project_id=project.pk, group_key_id=group_key.pk if group_key else None)
    try:
        check_filter(parse_filter({"where": where}), cohorts=cohorts_of(scope), check_pattern=accept)
    except BadFilter as bad:
        return list(bad.problems)
    return []


def test_a_cohort_of_cohorts_can_be_used(project: Project) -> None:
    inner = make_cohort(project, "In Paris", IN_PARIS)
    outer = make_cohort(project, "Not in Paris", {"not": {"cohort": inner.pk}})
    assert find_problems(project, {"all": [{"cohort": outer.pk}, {"cohort": inner.pk, "in": False}]}) == []


def test_a_deleted_cohort_is_a_fault_at_its_place(project: Project) -> None:
    cohort = make_cohort(project, "In Paris", IN_PARIS)
    number = cohort.pk
    cohort.delete()
    problems = find_problems(project, {"any": [IN_PARIS, {"not": {"cohort": number}}]})
    assert problems == [
        Problem(
            "where.any[1].not.cohort",
            "cohort_missing",
            "This cohort does not exist, or was deleted. Choose another one.",
        )
    ]


def test_a_deleted_cohort_inside_another_names_the_other(project: Project) -> None:
    inner = make_cohort(project, "In Paris", IN_PARIS)
    outer = make_cohort(project, "Parisians", {"cohort": inner.pk})
    inner.delete()
    (problem,) = find_problems(project, {"cohort": outer.pk})
    assert problem.path == "where.cohort"
    assert problem.message.startswith("A cohort used by “Parisians” does not exist")


def test_a_cohort_of_another_project_is_as_good_as_deleted(project: Project, people: People) -> None:
    elsewhere = Project.objects.get(name="Elsewhere")
    cohort = make_cohort(elsewhere, "Secret plans", IN_PARIS)
    (problem,) = find_problems(project, {"cohort": cohort.pk})
    assert problem.code == "cohort_missing"
    assert "Secret plans" not in problem.message


def test_a_cohort_of_another_kind_of_group_cannot_be_used(project: Project) -> None:
    company = GroupKey.objects.create(project=project, key="company", label="Company")
    of_users = make_cohort(project, "Users", IN_PARIS)
    of_companies = make_cohort(project, "Companies", IN_PARIS, group_key=company)
    (problem,) = find_problems(project, {"cohort": of_companies.pk})
    assert problem.message == "This cohort (“Companies”) is about another kind of group. Choose another one."
    (problem,) = find_problems(project, {"cohort": of_users.pk}, group_key=company)
    assert problem.message == "This cohort (“Users”) is about users. Choose another one."
    assert find_problems(project, {"cohort": of_companies.pk}, group_key=company) == []


def test_a_loop_is_told_with_its_way(project: Project) -> None:
    first = make_cohort(project, "First", IN_PARIS)
    second = make_cohort(project, "Second", {"cohort": first.pk})
    Cohort.objects.filter(pk=first.pk).update(definition={"where": {"not": {"cohort": second.pk}}})
    (problem,) = find_problems(project, {"all": [{"cohort": second.pk}]})
    assert problem == Problem(
        "where.all[0].cohort", "cohort_loop", "A cohort may not contain itself: “Second” → “First” → “Second”."
    )


def test_a_cohort_that_would_contain_itself_is_refused_on_save(project: Project) -> None:
    first = make_cohort(project, "First", IN_PARIS)
    second = make_cohort(project, "Second", {"cohort": first.pk})
    scope = Scope(project_id=project.pk)
    for leaf in ({"cohort": first.pk}, {"any": [IN_PARIS, {"cohort": second.pk}]}):
        with pytest.raises(BadFilter) as refused:
            check_definition({"where": leaf}, scope=scope, check_pattern=accept, cohort=first)
        assert {problem.code for problem in refused.value.problems} == {"cohort_loop"}
    document = {"where": {"cohort": first.pk}}
    assert check_definition(document, scope=scope, check_pattern=accept, cohort=second) == parse_filter(document)


def test_cohorts_nest_so_deep_and_no_deeper(project: Project) -> None:
    cohort = make_cohort(project, "0", IN_PARIS)
    for number in range(1, DEEPEST_COHORT):
        cohort = make_cohort(project, str(number), {"cohort": cohort.pk})
    assert find_problems(project, {"cohort": cohort.pk}) == []
    (problem,) = find_problems(project, {"cohort": make_cohort(project, "one more", {"cohort": cohort.pk}).pk})
    assert problem.code == "too_deep"


def test_cohorts_that_multiply_are_refused_before_they_are_many(project: Project) -> None:
    cohort = make_cohort(project, "0", {"all": [IN_PARIS] * 50})
    for number in range(1, DEEPEST_COHORT - 1):
        cohort = make_cohort(project, str(number), {"any": [{"cohort": cohort.pk}] * 50})
    (problem,) = find_problems(project, {"cohort": cohort.pk})
    assert (problem.path, problem.code) == ("where.cohort", "too_many")
    assert str(MOST_LEAVES_IN_ALL) in problem.message


def test_the_values_of_all_cohorts_are_limited(project: Project) -> None:
    texts = [str(number) for number in range(900)]
    cohort = make_cohort(project, "Many texts", {"property": "p", "op": "contains", "value": texts})
    assert find_problems(project, {"cohort": cohort.pk}) == []
    (problem,) = find_problems(project, {"all": [{"cohort": cohort.pk}] * 2})
    assert (problem.path, problem.code) == ("where.all[1].cohort", "too_many")


def test_a_definition_that_cannot_be_read_is_a_fault(project: Project) -> None:
    cohort = make_cohort(project, "Old", {"property": "x", "op": "no such operator"})
    (problem,) = find_problems(project, {"cohort": cohort.pk})
    assert problem.code == "cohort_broken"


def test_names_are_unique_in_a_project_whatever_their_case(project: Project, people: People) -> None:
    make_cohort(project, "Power users", IN_PARIS)
    make_cohort(Project.objects.get(name="Elsewhere"), "Power users", IN_PARIS)
    with pytest.raises(IntegrityError):
        make_cohort(project, "POWER USERS", IN_PARIS)


def test_cohorts_go_with_their_kind_of_group(project: Project) -> None:
    company = GroupKey.objects.create(project=project, key="company", label="Company")
    make_cohort(project, "Companies", IN_PARIS, group_key=company)
    make_cohort(project, "Users", IN_PARIS)
    delete_group_key(company)
    assert list(Cohort.objects.values_list("name", flat=True)) == ["Users"]
