"""What a new filter would do to a cohort, before it is saved."""

from dataclasses import dataclass

from sqlglot import exp

from cohorts_app.models import Cohort
from profiles_app.columnar.engine import ask
from profiles_app.columnar.patterns import find_fault
from profiles_app.filters import cohorts
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import Scope, cohorts_of
from profiles_app.filters.compile import compile_filter, compile_population
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.expressions import every, opposite
from profiles_app.filters.tree import CohortLeaf, Filter


@dataclass(frozen=True, kw_only=True)
class Change:
    """How many are in the cohort now, how many will be, and how many of these come and go. None: what it is
    now has a fault, and nobody can be counted."""

    now: int | None
    then: int
    joining: int | None
    leaving: int | None


def foresee_change(cohort: Cohort, tree: Filter, *, user_id: int | None) -> Change:
    """The cohort beside what the filter would make it, of one moment. Raises `BadFilter` and `TooSlow`."""
    scope = Scope(project_id=cohort.project_id, group_key_id=cohort.group_key_id, user_id=user_id)
    found = cohorts_of(scope)
    saving = cohorts.Cohort(id=cohort.pk, name=cohort.name, filter=tree)
    check_filter(tree, cohorts=found, check_pattern=find_fault, saving=saving)
    leaf = CohortLeaf(cohort.pk)
    try:
        check_filter(Filter(where=leaf), cohorts=found, check_pattern=find_fault)
        is_sound = True
    except BadFilter:
        is_sound = False
    with ask(cohort.project, group_key=cohort.group_key) as question:

        def then() -> exp.Expr:
            population = compile_population(tree.population, question)
            return every(population, compile_filter(tree.where, question, question.moment, found))

        def now() -> exp.Expr:
            return compile_filter(leaf, question, question.moment, found) if is_sound else exp.false()

        conditions = [now(), then(), every(then(), opposite(now())), every(now(), opposite(then()))]
        columns = [
            exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition))
            for condition in conditions
        ]
        ((before, after, joining, leaving),) = question.fetch(exp.select(*columns).from_(question.people.relation()))
    if not is_sound:
        return Change(now=None, then=after, joining=None, leaving=None)
    return Change(now=before, then=after, joining=joining, leaving=leaving)
