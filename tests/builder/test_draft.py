"""Drafts and filters: every filter of the language can be shown, and comes back as it was."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_app.builder.closing import write_draft
from profiles_app.builder.draft import Card, PropertyRow, make_draft, walk
from profiles_app.builder.opening import open_draft
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.writing import write_filter, write_node
from tests.filters import oracle, strategies


def close(document: Any) -> Any:
    return write_draft(open_draft(document)).where


@strategies.QUICK
@given(data=st.data())
def test_every_filter_comes_back_and_finds_the_same_people(data: st.DataObject) -> None:
    moment = data.draw(strategies.moments())
    dataset = data.draw(strategies.datasets(moment))
    tree = data.draw(strategies.whole_filters(moment))
    draft = open_draft(write_filter(tree))
    written = write_draft(draft)
    assert written.missing == {}
    again = parse_filter({"population": tree.population, "where": written.where})
    assert oracle.evaluate(dataset, again, moment) == oracle.evaluate(dataset, tree, moment)
    # From here on nothing changes any more: a page that is loaded again shows the same cards.
    assert shape(open_draft({"where": written.where})) == shape(draft)
    assert write_draft(open_draft({"where": written.where})).where == written.where


def shape(node: Any) -> Any:
    """A draft without its numbers, which follow the document."""
    if isinstance(node, tuple):
        return tuple(shape(item) for item in node)
    if hasattr(node, "__dataclass_fields__"):
        fields = {name: shape(getattr(node, name)) for name in node.__dataclass_fields__ if name != "id"}
        return (type(node).__name__, fields)
    return node


@strategies.QUICK
@given(data=st.data())
def test_ids_are_unique(data: st.DataObject) -> None:
    tree = data.draw(strategies.whole_filters(data.draw(strategies.moments())))
    ids = [node.id for node in walk(open_draft(write_filter(tree)))]
    assert len(ids) == len(set(ids))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["where", "all", "any", "not", "property", "type", "op", "value", "event", "measure", "window", "sequence",
             "cohort", "in", "did", "last", "n", "unit", "within", "cast", "ago", "from", "to", "count", "sum"]
        ),
        inner | st.sampled_from(["string", "number", "is", "between", "at_least", "day"]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@strategies.QUICK
@given(document=JSON)
def test_any_document_can_be_shown(document: Any) -> None:
    written = write_draft(open_draft(document))
    # Each fault is beside something.
    assert all(written.find_node(path) is not None for path in list_faults({"where": written.where}))


def list_faults(document: Any) -> list[str]:
    try:
        parse_filter(document)
    except BadFilter as bad:
        return [problem.path for problem in bad.problems]
    return []


A, B, C = ({"property": name, "type": "any", "op": "is_set"} for name in "abc")


@pytest.mark.parametrize(
    "where",
    [
        A,
        {"all": [A, B]},
        {"any": [A, B]},
        {"all": [{"all": [A]}, {"any": [B, C]}]},
        {"any": [{"all": [A]}, {"all": [B]}]},
        {"all": [{"all": [A, {"any": [B, C]}]}]},
        {"not": {"all": [A, B]}},
        {"not": {"all": [A]}},
        {"not": {"any": [{"property": "a", "type": "string", "op": "starts_with", "value": ["x"]}]}},
        {"not": {"property": "a", "type": "string", "op": "starts_with", "value": ["x"]}},
        {"all": [{"not": {"any": [A, {"not": {"all": [B, C]}}]}}, {"all": [C]}]},
        {"all": [{"any": []}, A]},
        {"any": []},
    ],
    ids=json.dumps,
)
def test_cards_stand_as_they_were_left(where: Any) -> None:
    assert close({"where": where}) == where


@pytest.mark.parametrize(
    ("where", "closed"),
    [
        ({"all": [{"all": []}]}, None),
        ({"any": [{"all": [{"all": []}]}]}, None),
        ({"any": [{"not": {"all": [A]}}]}, {"not": {"all": [A]}}),
        ({"all": [{"any": [A]}]}, A),
    ],
    ids=json.dumps,
)
def test_branches_of_one_open_as_what_is_in_them(where: Any, closed: Any) -> None:
    assert close({"where": where}) == closed
    assert shape(open_draft({"where": where})) == shape(open_draft({"where": closed}))


@pytest.mark.parametrize(
    ("where", "closed"),
    [
        ({"not": A}, A | {"op": "is_not_set"}),
        ({"not": {"event": "e", "did": True}}, "did"),
        ({"not": {"cohort": 3, "in": True}}, {"cohort": 3, "in": False}),
        ({"not": {"any": []}}, None),
        ({"all": []}, None),
        ({"all": [A, {"any": [B, C]}]}, {"all": [{"all": [A]}, {"any": [B, C]}]}),
    ],
)
def test_a_negation_becomes_the_opposite_where_there_is_one(where: Any, closed: Any) -> None:
    found = close({"where": where})
    if closed == "did":
        assert found["did"] is False
    else:
        assert found == closed


def test_what_is_incomplete_is_left_out_and_says_so() -> None:
    whole, empty = PropertyRow(id=2, name="a", values=("x",)), PropertyRow(id=3, name="b")
    number = PropertyRow(id=5, name="n", type="number", op="between", values=("1", ""))
    written = write_draft(make_draft(Card(id=1, items=(whole, empty)), Card(id=4, items=(number,))))
    assert written.where == {"property": "a", "type": "string", "op": "is", "value": ["x"]}
    assert written.missing == {3: "Choose a value.", 5: "Enter both values."}


def test_a_fault_is_found_beside_its_row() -> None:
    wrong = PropertyRow(id=3, name="n", type="number", op="equals", values=("many",))
    gone = PropertyRow(id=4, name="n", type="string", op="sounds_like", values=('["x"]',))
    written = write_draft(make_draft(Card(id=1, items=(PropertyRow(id=2, name="a", values=("x",)), wrong, gone))))
    with pytest.raises(BadFilter) as bad:
        parse_filter({"where": written.where})
    assert [written.find_node(problem.path) for problem in bad.value.problems] == [3, 4]


def test_an_operator_that_is_gone_is_kept_with_its_value() -> None:
    where = {"property": "a", "type": "string", "op": "sounds_like", "value": ["x"]}
    assert close({"where": where}) == where


@pytest.mark.parametrize("levels", [7, 8])
def test_the_deepest_filter_comes_back(levels: int) -> None:
    deep: Any = {"event": "e", "where": {"all": [A, B]}} if levels == 7 else A
    for level in range(levels):
        deep = {"all": [B, deep]} if level % 2 else {"any": [deep, B]}
    parse_filter({"where": deep})
    again = parse_filter({"where": close({"where": deep})})
    assert close(write_filter(again)) == write_node(again.where)
