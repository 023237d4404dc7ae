"""Filters in addresses: what is written is read again, exactly."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_app.errors import BadInput
from profiles_app.filters.address import read_address, write_address
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.rison import BadRison, read_rison, write_rison
from profiles_app.filters.writing import write_filter, write_node
from tests.filters import strategies

TEXTS = st.text(max_size=12) | st.text(alphabet="ab$@!'(),: \n-+0123.eE%&=#*", max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@strategies.QUICK
@given(value=JSON)
def test_every_value_comes_back(value: Any) -> None:
    again = read_rison(write_rison(value))
    assert again == value
    assert repr(again) == repr(value)


@strategies.QUICK
@given(text=st.text(alphabet="ab!'(),:-0123.e ", max_size=12))
def test_what_is_no_value_is_refused_and_nothing_else_happens(text: str) -> None:
    try:
        value = read_rison(text)
    except BadRison:
        return
    assert math.isfinite(len(write_rison(value)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(a:0,b:foo,c:'23skidoo')", {"a": 0, "b": "foo", "c": "23skidoo"}),
        ("!(1,!(),(a:!t,b:!f,c:!n))", [1, [], {"a": True, "b": False, "c": None}]),
        ("1.5e-3", 0.0015),
        ("'can!'t'", "can't"),
        ("'wow!!'", "wow!"),
        ("''", ""),
        ("$city", "$city"),
        ("watch video", "watch video"),
        ("Zürich", "Zürich"),
    ],
)
def test_the_notation(text: str, value: Any) -> None:
    assert read_rison(text) == value


@pytest.mark.parametrize("text", ["", "(", "!", "!x", "'a", "a:b", "!(a", "(a)", "(a:", "1x", "'!a'", "!(" * 100])
def test_parts_of_values_are_refused(text: str) -> None:
    with pytest.raises(BadRison):
        read_rison(text)


@strategies.QUICK
@given(data=st.data())
def test_every_filter_comes_back(data: st.DataObject) -> None:
    tree = data.draw(strategies.whole_filters(data.draw(strategies.moments())))
    text = write_address(write_node(tree.where))
    assert parse_filter(read_address(text)).where == tree.where
    # The JSON of an old link means the same.
    assert parse_filter(write_filter(tree)).where == tree.where


def test_an_address_can_be_read() -> None:
    tree = parse_filter({"where": {"all": [
        {"property": "$city", "type": "string", "op": "is", "value": ["Oslo"]},
        {"event": "watch video", "value": 10},
    ]}})  # fmt: skip
    short = "(all:!((property:$city,type:string,op:is,value:!(Oslo)),(event:watch video,value:10)))"
    assert write_address(write_node(tree.where)) == short


@pytest.mark.parametrize("text", ["{", "(a", "x", "!t", "!((a:1))", '{"where":', "{" * 3000])
def test_an_incomplete_address_says_so(text: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_address(text)
