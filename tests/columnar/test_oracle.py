"""The engine against the oracle: the same random filters over the same random people as the compiler
alone, with the rows in segments, in the tail, and in both."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.store import forget_views
from profiles_app.filters.data import Moment
from profiles_app.filters.tree import Filter
from tests.columnar.placing import Placer, cohorts_of_dataset, find, make_project
from tests.filters import strategies
from tests.filters.dataset import Dataset
from tests.filters.test_oracle import check

pytestmark = pytest.mark.django_db(transaction=True)

_STALE = {"city": "Stale", "n": 10**6, "when": ["stale"]}

KINDS = {
    "properties": strategies.property_filters,
    "behaviours": strategies.behaviour_filters,
    "sequences": strategies.sequence_filters,
    "trees": strategies.whole_filters,
}

Place = Callable[[Placer, Dataset], None]


def place_in_tail(placer: Placer, dataset: Dataset) -> None:
    placer.people(dataset.people)
    placer.events(dataset.events)


def place_in_segments(placer: Placer, dataset: Dataset) -> None:
    place_in_tail(placer, dataset)
    assert compact(placer.project.pk) is not None


def place_in_both(placer: Placer, dataset: Dataset) -> None:
    """Every second row is in a segment only; of the others, those in a segment are stale."""
    old, new = dataset.people[::2], dataset.people[1::2]
    placer.people(old)
    placer.people(new[:1], properties=_STALE)
    known = {person.id for person in (*old, *new[:1])}
    early = [event for event in dataset.events[::2] if event.person in known]
    placer.events(early)
    rewritten = [event for event in dataset.events if event.person in known and event not in early][:2]
    placer.events(rewritten, properties=_STALE)
    compact(placer.project.pk)
    placer.people(new)
    placer.events([event for event in dataset.events if event not in early])


@pytest.mark.parametrize("place", [place_in_tail, place_in_segments, place_in_both])
@pytest.mark.parametrize("kind", KINDS)
def test_finds_whom_the_oracle_finds(place: Place, kind: str) -> None:
    # One database for all examples: each has a project of its own.
    @settings(parent=strategies.QUICK, max_examples=4)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        check(partial(ask, place), KINDS[kind], data)

    run()


def ask(place: Place, dataset: Dataset, tree: Filter, moment: Moment) -> set[int]:
    placer = Placer(make_project(timezone=moment.timezone))
    place(placer, dataset)
    try:
        with cohorts_of_dataset(dataset, placer.rows):
            return find(placer.project, placer.rows, tree, moment)
    finally:
        forget_views()
