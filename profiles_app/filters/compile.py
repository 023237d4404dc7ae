"""A checked tree as an expression over the rows of people."""

from collections.abc import Mapping
from typing import Final

from sqlglot import exp

from profiles_app.filters.behaviours import compile_behaviour, compile_event_time
from profiles_app.filters.cohorts import CohortResolver, Members
from profiles_app.filters.conditions import compile_condition, compile_property
from profiles_app.filters.data import Data, Moment
from profiles_app.filters.expand import Trail
from profiles_app.filters.expressions import every, opposite
from profiles_app.filters.properties import FIRST_EVENT, LAST_EVENT, PersonProperties
from profiles_app.filters.sequences import compile_sequence
from profiles_app.filters.tree import Behaviour, CohortLeaf, Leaf, Node, Population, Property, Sequence

_EVENT_TIMES: Final[dict[str, type[exp.AggFunc]]] = {FIRST_EVENT: exp.Min, LAST_EVENT: exp.Max}


def compile_filter(
    where: Node, data: Data, moment: Moment, cohorts: CohortResolver, answers: Mapping[Leaf, exp.Expr] = {}
) -> exp.Expr:
    """TRUE for the rows of `data.people` for which `where` holds, FALSE for the others, never NULL.

    The population of the filter is the caller's: see `compile_population`. `answers`: the conditions of leaves
    that were answered ahead. Raises `BadFilter` for a cohort that cannot be used; all else was refused by
    `parse_filter`.
    """
    return _Compiler(data, moment, Trail(cohorts), answers).compile(where, "where")


def compile_population(population: Population, data: Data) -> exp.Expr:
    """TRUE for the rows of this population, among those with a property or an event."""
    return data.people.has_properties.copy() if population is Population.PROFILES else exp.true()


class _Compiler:
    def __init__(self, data: Data, moment: Moment, trail: Trail, answers: Mapping[Leaf, exp.Expr]) -> None:
        self._data = data
        self._answers = answers
        self._moment = moment
        self._trail = trail
        self._person = PersonProperties(data.people, data.parameters)

    def compile(self, node: Node, path: str) -> exp.Expr:
        return compile_condition(node, self._compile_leaf, path)

    def _compile_leaf(self, leaf: Leaf, path: str) -> exp.Expr:
        if leaf in self._answers:
            return self._answers[leaf].copy()
        match leaf:
            case Property(name=name) if name in _EVENT_TIMES:
                return compile_event_time(leaf, _EVENT_TIMES[name], self._data, self._moment)
            case Property():
                return compile_property(leaf, self._person, self._data, self._moment)
            case Behaviour():
                return compile_behaviour(leaf, self._data, self._moment)
            case Sequence():
                return compile_sequence(leaf, self._data, self._moment)
            case CohortLeaf():
                return self._compile_cohort(leaf, path)

    def _compile_cohort(self, leaf: CohortLeaf, path: str) -> exp.Expr:
        """In place. The members are those of the cohort's own population; a fault inside it is told at
        this leaf's path, the one that a person can go to."""
        with self._trail.enter(leaf, path) as cohort:
            where = compile_condition(cohort.filter.where, lambda nested, _: self._compile_leaf(nested, path), path)
            members = every(compile_population(cohort.filter.population, self._data), where)
        if cohort.members is not None:
            members = every(self._compile_members(cohort.members), members)
        return members if leaf.inside else opposite(members)

    def _compile_members(self, members: Members) -> exp.Expr:
        """On the list, and not somebody else by now: who is deleted and comes again has another birth."""
        people = self._data.people
        table = self._data.members(members)
        own = exp.Tuple(expressions=[people.id.copy(), people.created_at.copy()])
        return exp.In(this=own, query=exp.select("id", "born_at").from_(table).subquery(copy=False))
