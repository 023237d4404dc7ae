"""How large many cohorts are, and who is in them, by one question for all.

The events of a name are read once for all cohorts that ask about them (`profiles_app.filters.ahead`), and
the people once for each lot of cohorts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlglot import exp

from cohorts_app.models import Cohort
from profiles_app.columnar.engine import Question, ask
from profiles_app.columnar.patterns import find_fault
from profiles_app.errors import TooSlow, UserFacingError
from profiles_app.filters.ahead import Ahead, answer_ahead
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import CohortResolver, Scope, cohorts_of
from profiles_app.filters.compile import compile_filter
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.expand import Trail, walk_all
from profiles_app.filters.tree import CohortLeaf, Filter, Leaf
from profiles_app.models import GroupKey, Project

_LOT: Final = 50
# A run for many cohorts; nobody waits for it.
_SECONDS: Final = 300.0
_BYTE: Final = 8


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The size of a cohort, or in words why there is none. `bits`: who is in it, from the profile `first_id`
    on; None where nobody asked for it."""

    size: int | None = None
    error: str = ""
    first_id: int | None = None
    bits: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A cohort as the leaf of a filter, that can be compiled."""

    id: int
    leaf: CohortLeaf
    cohorts: CohortResolver
    leaves: frozenset[Leaf]


def scope_of(cohort: Cohort) -> Scope:
    """On whose behalf a cohort is computed: everybody's, or its maker's."""
    user_id = cohort.created_by_id if cohort.is_private else None
    return Scope(project_id=cohort.project_id, group_key_id=cohort.group_key_id, user_id=user_id)


def measure_cohorts(
    project: Project,
    cohorts: Iterable[Cohort],
    *,
    group_key: GroupKey | None,
    now: datetime | None = None,
    with_members: bool = False,
) -> dict[int, Measured]:
    """The sizes of cohorts of one kind, by their numbers, of one moment. A cohort that cannot be computed has
    an error and keeps no other from its size; where all of them together take too long, each is asked by
    itself."""
    found: dict[int, Measured] = {}
    asked: list[_Asked] = []
    for cohort in cohorts:
        try:
            asked.append(_read(cohort))
        except BadFilter as bad:
            found[cohort.pk] = Measured(error=bad.message)
    if not asked:
        return found

    def run(some: Sequence[_Asked], seconds: float | None) -> dict[int, Measured]:
        with ask(project, group_key=group_key, now=now, seconds=seconds) as question:
            return _measure(question, some, with_members=with_members)

    try:
        return found | run(asked, _SECONDS)
    except TooSlow:
        for one in asked:
            found[one.id] = _try(lambda one=one: run([one], None)[one.id])  # type: ignore[misc]
    return found


def _try(measure: Callable[[], Measured]) -> Measured:
    try:
        return measure()
    except UserFacingError as error:
        return Measured(error=error.message)


def _read(cohort: Cohort) -> _Asked:
    """Raises `BadFilter`."""
    cohorts = cohorts_of(scope_of(cohort))
    leaf = CohortLeaf(cohort.pk)
    check_filter(Filter(where=leaf), cohorts=cohorts, check_pattern=find_fault)
    leaves = frozenset(walk_all(leaf, Trail(cohorts)))
    return _Asked(id=cohort.pk, leaf=leaf, cohorts=cohorts, leaves=leaves)


def _measure(question: Question, asked: Sequence[_Asked], *, with_members: bool) -> dict[int, Measured]:
    leaves = sorted({leaf for one in asked for leaf in one.leaves}, key=repr)
    ahead = answer_ahead(leaves, question, question.moment)
    span = _find_span(question) if with_members else None
    found: dict[int, Measured] = {}
    for lot in _divide(asked):
        found |= _measure_lot(question, lot, ahead, span)
    return found


def _divide(asked: Sequence[_Asked]) -> Iterator[Sequence[_Asked]]:
    return (asked[start : start + _LOT] for start in range(0, len(asked), _LOT))


def _find_span(question: Question) -> tuple[int, int] | None:
    """The first id and the last, at the ends of bytes; None where nobody is."""
    people = question.people
    least, most = (kind(this=people.id.copy()) for kind in (exp.Min, exp.Max))
    ((first, last),) = question.fetch(exp.select(least, most).from_(people.relation()))
    question.begin()
    if first is None:
        return None
    first -= first % _BYTE
    return first, last - last % _BYTE + _BYTE - 1


def _measure_lot(
    question: Question, lot: Sequence[_Asked], ahead: Ahead, span: tuple[int, int] | None
) -> dict[int, Measured]:
    people = question.people
    columns: list[exp.Expr] = []
    for one in lot:
        matches = exp.Where(
            this=compile_filter(one.leaf, question, question.moment, one.cohorts, answers=ahead.answers)
        )
        columns.append(exp.Filter(this=exp.Count(this=exp.Star()), expression=matches))
        if span is not None:
            ends = [exp.Literal.number(end) for end in span]
            bits = exp.Anonymous(this="bitstring_agg", expressions=[people.id.copy(), *ends])
            columns.append(exp.cast(exp.Filter(this=bits, expression=matches.copy()), "BLOB", copy=False))
    # Aggregates of so many conditions are columns of one scan.
    query = ahead.join(exp.select(*columns).from_(people.relation()), people.id)
    ((*values,),) = question.fetch(query)
    question.begin()
    step = 1 if span is None else 2
    first = None if span is None else span[0]
    return {
        one.id: Measured(
            size=int(values[place * step]), first_id=first, bits=(values[place * step + 1] or b"") if span else None
        )
        for place, one in enumerate(lot)
    }
