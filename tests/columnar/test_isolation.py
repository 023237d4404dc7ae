"""A project never sees a row of another, whatever is asked."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles_app.columnar.compaction import compact
from profiles_app.columnar.engine import ask
from profiles_app.columnar.store import forget_views
from profiles_app.filters.data import Form, Moment
from profiles_app.filters.tree import Filter
from profiles_app.models import GroupKey, Scope
from profiles_app.selectors.values import list_values
from tests.columnar.placing import Placer, cohorts_of_dataset, find, make_project
from tests.columnar.test_oracle import place_in_both
from tests.columnar.writing import Writer, check, read_events, read_people
from tests.filters import strategies
from tests.filters.dataset import Dataset
from tests.filters.test_oracle import check as check_oracle

pytestmark = pytest.mark.django_db(transaction=True)


def test_random_filters_over_two_projects() -> None:
    """With cohorts; both have the same names, their rows are written by turns and compacted by turns."""

    @settings(parent=strategies.QUICK, max_examples=6)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        moment = data.draw(strategies.moments(), label="moment of the other")
        other = data.draw(strategies.datasets(moment), label="the other data set")
        check_oracle(partial(ask_beside, other), strategies.whole_filters, data)

    run()


def ask_beside(other: Dataset, dataset: Dataset, tree: Filter, moment: Moment) -> set[int]:
    own, foreign = (Placer(make_project(timezone=moment.timezone)) for _ in range(2))
    foreign.people(other.people[::2])
    place_in_both(own, dataset)
    foreign.people(other.people)
    foreign.events(other.events)
    compact(foreign.project.pk)
    foreign.people(other.people[:1], properties={"city": "Paris", "n": 7})
    try:
        check(foreign.project)
        with cohorts_of_dataset(dataset, own.rows):
            found = find(own.project, own.rows, tree, moment)
        check(own.project)
        return found
    finally:
        forget_views()


def test_groups_names_and_values_of_another_project() -> None:
    own, foreign = make_project(), make_project()
    keys = [GroupKey.objects.create(project=project, key="company", label="Company") for project in (own, foreign)]
    for place in ("files", "tail"):
        for project, key in zip((own, foreign), keys, strict=True):
            writer = Writer(project)
            writer.put("Acme", group_key=key, city=f"{project.pk} {place}")
            person = writer.put("same", city=f"{project.pk} {place}")
            writer.happen(f"Only in {project.pk}", person)
            writer.happen("In both", person, number=project.pk)
            if place == "files":
                compact(project.pk)
        check(own)
        check(foreign)
        with ask(own, group_key=None) as question:
            assert read_events(question, f"Only in {foreign.pk}") == []
            assert [row[2] for row in read_events(question, "In both")] == [own.pk]
            assert len(read_events(question, None)) == 2
        values = list_values(own, scope=Scope.PROFILE, group_key=None, event=None, name="city", prefix="", limit=9)
        assert values == [(f"{own.pk} {place}", 1)]
        # Somebody else's kind of groups is nobody's here.
        with ask(own, group_key=keys[1]) as question:
            assert read_people(question) == []


def test_names_of_another_project_are_unknown() -> None:
    own, foreign = Placer(make_project()), Placer(make_project())
    Writer(own.project).put("own", n=1)
    foreign._learn(Scope.PROFILE, {"theirs": 1})
    foreign._learn(Scope.EVENT, {"theirs": 1})
    Writer(foreign.project).put("foreign", theirs=1)
    with ask(own.project, group_key=None) as question:
        assert not question.people.is_known("theirs")
        assert not question.people.has_form("theirs", Form.NUMBER)
        assert not question.events(None, start=None, end=question.moment.now).is_known("theirs")
