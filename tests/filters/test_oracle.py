"""The compiler against the oracle: random filters over random people, exactly the same ids."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from profiles_app.filters.data import Moment
from profiles_app.filters.tree import Filter
from tests.filters import memory, oracle, strategies
from tests.filters.dataset import Dataset

Engine = Callable[[Dataset, Filter, Moment], set[int]]
Kind = Callable[[Moment], st.SearchStrategy[Filter]]


def check(engine: Engine, kind: Kind, data: st.DataObject) -> None:
    """One example: whom the engine finds, and whom the oracle finds."""
    moment = data.draw(strategies.moments(), label="moment")
    dataset = data.draw(strategies.datasets(moment), label="dataset")
    tree = data.draw(kind(moment), label="filter")
    assert engine(dataset, tree, moment) == oracle.evaluate(dataset, tree, moment)


@strategies.QUICK
@given(data=st.data())
def test_properties(data: st.DataObject) -> None:
    check(memory.evaluate, strategies.property_filters, data)


@strategies.QUICK
@given(data=st.data())
def test_behaviours(data: st.DataObject) -> None:
    check(memory.evaluate, strategies.behaviour_filters, data)


@strategies.QUICK
@given(data=st.data())
def test_sequences(data: st.DataObject) -> None:
    check(memory.evaluate, strategies.sequence_filters, data)


@strategies.QUICK
@given(data=st.data())
def test_whole_trees(data: st.DataObject) -> None:
    check(memory.evaluate, strategies.whole_filters, data)
