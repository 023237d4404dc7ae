"""Sizes of many cohorts by one question: each is what it is alone, and as the oracle says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts_app.models import Cohort
from cohorts_app.selectors.bitmaps import NOBODY, pack, unpack
from cohorts_app.selectors.measuring import measure_cohorts
from profiles_app.columnar.compaction import compact
from profiles_app.columnar.store import forget_views
from profiles_app.filters.writing import write_filter
from profiles_app.models import Project
from tests.cohorts.making import IN_PARIS, count, make_cohort, make_static
from tests.columnar.placing import Placer, make_project
from tests.filters import oracle, strategies
from tests.pages.making import make_profile


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("compacted", [False, True])
def test_each_is_as_large_as_the_oracle_says(compacted: bool) -> None:
    @settings(parent=strategies.QUICK, max_examples=12)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        moment = data.draw(strategies.moments(), label="moment")
        dataset = data.draw(strategies.datasets(moment), label="dataset")
        kinds = st.one_of(strategies.behaviour_filters(moment), strategies.filters(moment))
        trees = data.draw(st.lists(kinds, min_size=1, max_size=8), label="filters")
        placer = Placer(make_project(timezone=moment.timezone))
        placer.people(dataset.people)
        placer.events(dataset.events)
        if compacted:
            compact(placer.project.pk)
        cohorts = [
            Cohort.objects.create(project=placer.project, name=f"Cohort {number}", definition=write_filter(tree))
            for number, tree in enumerate(trees)
        ]
        try:
            found = measure_cohorts(placer.project, cohorts, group_key=None, now=moment.now, with_members=True)
        finally:
            forget_views()
        for cohort, tree in zip(cohorts, trees, strict=True):
            expected = oracle.evaluate(dataset, tree, moment)
            measured = found[cohort.pk]
            assert (measured.size, measured.error) == (len(expected), "")
            assert measured.bits is not None
            assert measured.first_id is not None
            members = unpack(pack(measured.bits), first=measured.first_id)
            assert members.list_ids(limit=100) == sorted(placer.rows[number] for number in expected)

    run()


def test_lists_and_cohorts_of_cohorts_are_among_them(project: Project) -> None:
    for name, city in {"a": "Paris", "b": "Paris", "c": "Oslo"}.items():
        make_profile(project, name, {"$city": city})
    listed = make_static(project, "List", ["a", "c"])
    paris = make_cohort(project, "Paris")
    both = make_cohort(project, "Both", {"all": [{"cohort": listed.pk}, {"cohort": paris.pk}]})
    found = measure_cohorts(project, [listed, paris, both], group_key=None)
    assert [found[cohort.pk].size for cohort in (listed, paris, both)] == [2, 2, 1]
    assert [count(cohort) for cohort in (listed, paris, both)] == [2, 2, 1]


@pytest.mark.parametrize("where", [{"cohort": 10**9}, {"property": "x", "op": "no such operator"}])
def test_one_that_cannot_be_computed_keeps_no_other_from_its_size(project: Project, where: Any) -> None:
    make_profile(project, "a", {"$city": "Paris"})
    broken, good = make_cohort(project, "Broken", where), make_cohort(project, "Good", IN_PARIS)
    found = measure_cohorts(project, [broken, good], group_key=None)
    assert (found[broken.pk].size, found[good.pk].size) == (None, 1)
    assert found[broken.pk].error


def test_bitmaps_tell_who_came_and_who_left() -> None:
    earlier, later = unpack(pack(b"\xc0\x01"), first=16), unpack(pack(b"\x41"), first=24)
    assert earlier.list_ids(limit=9) == [16, 17, 31]
    assert later.list_ids(limit=9) == [25, 31]
    assert ((later - earlier).list_ids(limit=9), (earlier - later).list_ids(limit=9)) == ([25], [16, 17])
    assert len(earlier) == 3
    assert (earlier - NOBODY).list_ids(limit=2) == [16, 17]
    assert (NOBODY - earlier).list_ids(limit=2) == []
