"""Filter documents: what is read, what is refused and where."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_app.filters.data import Moment
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import LAST_30_DAYS, All, Behaviour, Filter, Measure, Population, Property, Type, walk
from profiles_app.filters.writing import write_filter
from tests.filters import strategies

CITY = {"property": "city", "op": "is", "value": ["Paris"]}
LAST_DAY = {"last": {"n": 1, "unit": "day"}}


def find_faults(document: object) -> list[tuple[str, str]]:
    """The (path, code) of each fault, of which there is at least one."""
    with pytest.raises(BadFilter) as refused:
        parse_filter(document)
    bad = refused.value
    assert (bad.code, bad.status) == ("bad_filter", 400)
    json.dumps(bad.details).encode()
    assert bad.details == [{"path": p.path, "code": p.code, "message": p.message} for p in bad.problems]
    for problem in bad.problems:
        assert problem.message[0].isupper() or problem.message.startswith("“")
        assert problem.message.endswith(".")
    return [(problem.path, problem.code) for problem in bad.problems]


def find_faults_of(leaf: object) -> list[tuple[str, str]]:
    """The same of a leaf, whose paths begin with a dot."""
    return [(path.removeprefix("where.all[0]"), code) for path, code in find_faults({"where": {"all": [leaf]}})]


@pytest.mark.parametrize("document", [None, {}, {"where": None}, {"where": {}}, {"version": 1, "where": {"all": []}}])
def test_without_conditions_it_is_everybody_with_a_profile(document: object) -> None:
    assert parse_filter(document) == Filter(Population.PROFILES, All())


def test_defaults_of_a_behaviour() -> None:
    leaf = parse_filter({"where": {"event": "A"}}).where
    assert leaf == Behaviour("A", True, None, Measure(), "at_least", (1.0,), LAST_30_DAYS, False)


@pytest.mark.parametrize(
    ("op", "value", "kind"),
    [
        ("is", "Paris", Type.STRING),
        ("at_least", 1, Type.NUMBER),
        ("is_true", None, Type.BOOLEAN),
        ("on", "2026-01-31", Type.DATE),
        ("any_is", ["x", 1], Type.LIST),
        ("is_set", None, Type.ANY),
    ],
)
def test_a_type_is_inferred_where_only_one_has_the_operator(op: str, value: object, kind: Type) -> None:
    leaf = parse_filter({"where": {"property": "p", "op": op, "value": value}}).where
    assert isinstance(leaf, Property)
    assert leaf.type is kind


def test_numbers_become_doubles_however_long() -> None:
    leaf = parse_filter({"where": {"property": "p", "op": "equals", "value": 10**300}}).where
    assert leaf == Property("p", Type.NUMBER, "equals", 1e300)


def nest(depth: int, leaf: object = CITY) -> Any:
    node = leaf
    for _ in range(depth):
        node = {"not": node}
    return node


def find_depth(document: object) -> int:
    """Of the deepest leaf of a document that can be read."""
    return max(path.count(".not") for path, _ in walk(parse_filter(document).where))


def test_nesting_goes_to_eight() -> None:
    assert find_depth({"where": nest(8)}) == 8
    assert find_faults({"where": nest(9)}) == [("where" + ".not" * 8, "too_deep")]


def test_nesting_counts_inside_events_too() -> None:
    assert find_depth({"where": nest(4, {"event": "A", "where": nest(4)})}) == 8
    ((path, code),) = find_faults({"where": nest(4, {"event": "A", "where": nest(5)})})
    assert (path, code) == ("where" + ".not" * 4 + ".where" + ".not" * 4, "too_deep")


def test_hostile_nesting_is_refused_without_being_followed() -> None:
    assert [code for _, code in find_faults({"where": nest(100_000)})] == ["too_deep"]


def test_a_tree_holds_a_hundred_leaves() -> None:
    assert len(list(walk(parse_filter({"where": {"all": [CITY] * 100}}).where))) == 100
    assert find_faults({"where": {"all": [CITY] * 101}}) == [("where.all", "too_many")]
    inside = {"event": "A", "where": {"any": [CITY] * 50}}
    assert find_faults({"where": {"all": [inside, inside]}}) == [("where.all[1].where.any[48]", "too_many")]


def test_each_step_of_a_sequence_is_a_condition() -> None:
    sequence = {"sequence": [{"event": "A"}] * 10}
    parse_filter({"where": {"all": [sequence] * 10}})
    assert find_faults({"where": {"all": [sequence] * 12}}) == [("where.all[10]", "too_many")]


@pytest.mark.parametrize(
    ("op", "most"), [("is", 10), ("is_not", 10), ("contains", 1), ("not_contains", 1), ("any_contains", 1)]
)
def test_the_values_of_all_conditions_are_limited(op: str, most: int) -> None:
    leaf = {"property": "p", "op": op, "value": [str(text) for text in range(1_000)]}
    parse_filter({"where": {"all": [leaf] * most}})
    assert find_faults({"where": {"all": [leaf] * (most + 1)}}) == [(f"where.all[{most}].value", "too_many")]


def test_all_faults_are_told_at_once() -> None:
    document = {
        "version": 2,
        "population": "some",
        "where": {
            "all": [
                CITY | {"value": []},
                {"event": "", "op": "never"},
                {"any": [{"property": "n", "op": "equals", "value": "5"}, 7]},
            ]
        },
    }
    assert find_faults(document) == [
        ("version", "wrong_value"),
        ("population", "wrong_value"),
        ("where.all[0].value", "wrong_value"),
        ("where.all[1].event", "wrong_value"),
        ("where.all[1].op", "wrong_operator"),
        ("where.all[2].any[0].value", "wrong_value"),
        ("where.all[2].any[1]", "wrong_shape"),
    ]


@pytest.mark.parametrize(
    ("document", "faults"),
    [
        ([], [("", "wrong_shape")]),
        ("everybody", [("", "wrong_shape")]),
        ({"wher": {}}, [("wher", "unknown_key")]),
        ({"version": True}, [("version", "wrong_value")]),
        ({"population": ["all"]}, [("population", "wrong_value")]),
        ({"where": []}, [("where", "wrong_shape")]),
        ({"where": False}, [("where", "wrong_shape")]),
        ({"where": {"al": []}}, [("where", "wrong_shape")]),
        ({"where": {"all": [], "any": []}}, [("where", "contradiction")]),
        ({"where": {"all": [], "property": "x"}}, [("where", "contradiction")]),
        ({"where": {"all": [], "op": "is"}}, [("where.op", "unknown_key")]),
        ({"where": {"all": {}}}, [("where.all", "wrong_shape")]),
        ({"where": {"not": []}}, [("where.not", "wrong_shape")]),
        ({"where": {"not": {}}}, [("where.not", "wrong_shape")]),
        ({"where": {"all": [{}]}}, [("where.all[0]", "wrong_shape")]),
    ],
)
def test_faults_of_the_tree(document: object, faults: list[tuple[str, str]]) -> None:
    assert find_faults(document) == faults


@pytest.mark.parametrize(
    ("leaf", "faults"),
    [
        ({"property": "p"}, [(".op", "missing")]),
        ({"property": None, "op": "is_set"}, [(".property", "wrong_value")]),
        ({"property": "", "op": "is_set"}, [(".property", "wrong_value")]),
        ({"property": "p" * 1001, "op": "is_set"}, [(".property", "too_long")]),
        ({"property": "p\x00", "op": "is_set"}, [(".property", "wrong_value")]),
        ({"property": "p\ud800", "op": "is_set"}, [(".property", "wrong_value")]),
        ({"property": "p", "op": "is_set", "value": 1}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "is_set", "type": "string"}, [(".op", "wrong_operator")]),
        ({"property": "p", "op": "is"}, [(".value", "missing")]),
        ({"property": "p", "op": "like", "value": "x"}, [(".op", "wrong_operator")]),
        ({"property": "p", "op": ["is"], "value": "x"}, [(".op", "wrong_operator")]),
        ({"property": "p", "op": "is", "type": "text", "value": "x"}, [(".type", "wrong_value")]),
        ({"property": "p", "op": "is", "type": "number", "value": "x"}, [(".op", "wrong_operator")]),
        ({"property": "p", "op": "between", "value": [1, 2]}, [(".type", "missing")]),
        ({"property": "p", "op": "is", "value": ["x", 1]}, [(".value[1]", "wrong_value")]),
        ({"property": "p", "op": "is", "value": ["x"] * 1001}, [(".value", "too_many")]),
        ({"property": "p", "op": "is", "value": ["x" * 4001]}, [(".value[0]", "too_long")]),
        ({"property": "p", "op": "is", "value": ["\x00"]}, [(".value[0]", "wrong_value")]),
        ({"property": "p", "op": "contains", "value": [""]}, [(".value[0]", "wrong_value")]),
        ({"property": "p", "op": "matches", "value": ["x"]}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "matches", "value": "x" * 1001}, [(".value", "too_long")]),
        ({"property": "p", "op": "is", "value": "x", "cast": True}, [(".cast", "wrong_value")]),
        ({"property": "p", "op": "equals", "value": 1, "cast": "yes"}, [(".cast", "wrong_value")]),
        ({"property": "p", "op": "equals", "value": "1"}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "equals", "value": True}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "equals", "value": float("nan")}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "equals", "value": float("inf")}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "equals", "value": 10**400}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "between", "type": "number", "value": [2, 1]}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "between", "type": "number", "value": [1]}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "between", "type": "number", "value": [1, "2"]}, [(".value[1]", "wrong_value")]),
        ({"property": "p", "op": "on", "value": "2026-02-30"}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "on", "value": ["2026-01-31T10:00:00"]}, [(".value[0]", "wrong_value")]),
        ({"property": "p", "op": "before", "value": ["2026-01-31"]}, [(".value", "wrong_value")]),
        (
            {"property": "p", "op": "between", "type": "date", "value": ["2026-02-01", "2026-01-01"]},
            [(".value", "wrong_value")],
        ),
        ({"property": "p", "op": "in_last", "value": {"n": 0, "unit": "day"}}, [(".value.n", "wrong_value")]),
        ({"property": "p", "op": "in_last", "value": {"n": 1.5, "unit": "day"}}, [(".value.n", "wrong_value")]),
        ({"property": "p", "op": "in_last", "value": {"n": 10**9, "unit": "day"}}, [(".value.n", "wrong_value")]),
        (
            {"property": "p", "op": "in_last", "value": {"n": True}},
            [(".value.n", "wrong_value"), (".value.unit", "wrong_value")],
        ),
        ({"property": "p", "op": "in_next", "value": 7}, [(".value", "wrong_shape")]),
        ({"property": "p", "op": "any_is", "value": [None]}, [(".value[0]", "wrong_value")]),
        ({"property": "p", "op": "any_contains", "value": [1]}, [(".value[0]", "wrong_value")]),
        ({"property": "p", "op": "has_length", "value": 1.5}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "has_length", "value": -1}, [(".value", "wrong_value")]),
        ({"property": "p", "op": "is_set", "extra": 1}, [(".extra", "unknown_key")]),
        ({"event": 5}, [(".event", "wrong_value")]),
        ({"event": "A", "did": "no"}, [(".did", "wrong_value")]),
        ({"event": "A", "where": {"event": "B"}}, [(".where", "wrong_place")]),
        ({"event": "A", "where": {"all": [{"cohort": 1}]}}, [(".where.all[0]", "wrong_place")]),
        ({"event": "A", "measure": {}}, [(".measure", "wrong_shape")]),
        ({"event": "A", "measure": {"count": True, "sum": "p"}}, [(".measure", "wrong_shape")]),
        ({"event": "A", "measure": {"count": 1}}, [(".measure.count", "wrong_value")]),
        ({"event": "A", "measure": {"sum": True}}, [(".measure.sum", "wrong_value")]),
        ({"event": "A", "measure": {"median": "p"}}, [(".measure.median", "unknown_key")]),
        ({"event": "A", "op": "is", "value": 1}, [(".op", "wrong_operator")]),
        ({"event": "A", "value": "3"}, [(".value", "wrong_value")]),
        ({"event": "A", "op": "between"}, [(".value", "missing")]),
        ({"event": "A", "op": "between", "value": 3}, [(".value", "wrong_value")]),
        ({"event": "A", "window": None}, [(".window", "wrong_shape")]),
        ({"event": "A", "window": {}}, [(".window", "wrong_shape")]),
        ({"event": "A", "window": {"ever": True} | LAST_DAY}, [(".window", "wrong_shape")]),
        ({"event": "A", "window": {"ever": False}}, [(".window.ever", "wrong_value")]),
        ({"event": "A", "window": {"last": 7}}, [(".window.last", "wrong_shape")]),
        ({"event": "A", "window": {"last": {"n": 1, "unit": "year"}}}, [(".window.last.unit", "wrong_value")]),
        ({"event": "A", "window": {"since": "yesterday"}}, [(".window.since", "wrong_value")]),
        ({"event": "A", "window": {"before": 2026}}, [(".window.before", "wrong_value")]),
        ({"event": "A", "window": {"between": ["2026-01-02", "2026-01-01"]}}, [(".window.between", "wrong_value")]),
        ({"event": "A", "window": {"between": ["2026-01-02", "2026-02-30"]}}, [(".window.between[1]", "wrong_value")]),
        ({"event": "A", "window": {"ago": {"from": {"n": 1, "unit": "day"}}}}, [(".window.ago.to", "wrong_shape")]),
        (
            {"event": "A", "window": {"ago": {"from": {"n": 6, "unit": "day"}, "to": {"n": 1, "unit": "week"}}}},
            [(".window.ago", "wrong_value")],
        ),
        ({"event": "A", "first_time": 1}, [(".first_time", "wrong_value")]),
        ({"sequence": [{"event": "A"}]}, [(".sequence", "wrong_shape")]),
        ({"sequence": [{"event": "A"}] * 11}, [(".sequence", "wrong_shape")]),
        ({"sequence": {"event": "A"}}, [(".sequence", "wrong_shape")]),
        ({"sequence": [{"event": "A"}, "B"]}, [(".sequence[1]", "wrong_shape")]),
        ({"sequence": [{"event": "A"}, {}]}, [(".sequence[1].event", "missing")]),
        (
            {"sequence": [{"event": "A", "within": {"n": 1, "unit": "day"}}, {"event": "B"}]},
            [(".sequence[0].within", "wrong_place")],
        ),
        (
            {"sequence": [{"event": "A"}, {"event": "B", "where": {"property": "p"}}]},
            [(".sequence[1].where.op", "missing")],
        ),
        ({"cohort": "12"}, [(".cohort", "wrong_value")]),
        ({"cohort": True}, [(".cohort", "wrong_value")]),
        ({"cohort": 0}, [(".cohort", "wrong_value")]),
        ({"cohort": 2**63}, [(".cohort", "wrong_value")]),
        ({"cohort": 1, "in": "yes"}, [(".in", "wrong_value")]),
        ({"cohort": 1, "event": "A"}, [("", "contradiction")]),
    ],
)  # fmt: skip
def test_faults_of_a_leaf(leaf: object, faults: list[tuple[str, str]]) -> None:
    assert find_faults_of(leaf) == faults


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
NAMES = """
version population where all any not property type op value cast event did measure window first_time sequence within
cohort in count sum n unit last between ago from to ever since is equals on any_is
"""
KEYS = st.sampled_from(NAMES.split())
WORDS = KEYS | st.sampled_from(["string", "number", "date", "profiles", "day", "2026-01-31"])
DOCUMENTS: st.SearchStrategy[object] = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4),
    max_leaves=25,
)
NODES = st.recursive(
    st.dictionaries(KEYS, DOCUMENTS, max_size=4)
    | st.fixed_dictionaries({"property": WORDS, "op": WORDS, "value": DOCUMENTS}),
    lambda inner: st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}) | st.fixed_dictionaries({"not": inner}),
    max_leaves=10,
)


@strategies.QUICK
@given(document=DOCUMENTS | NODES.map(lambda node: {"where": node}))
def test_any_document_is_a_filter_or_a_bad_one(document: object) -> None:
    try:
        tree = parse_filter(document)
    except BadFilter:
        assert find_faults(document)
    else:
        assert parse_filter(write_filter(tree)) == tree


@strategies.QUICK
@given(tree=st.sampled_from([Moment(now, "UTC") for now in strategies.NOWS]).flatmap(strategies.whole_filters))
def test_what_is_written_reads_the_same(tree: Filter) -> None:
    document = write_filter(tree)
    assert parse_filter(json.loads(json.dumps(document))) == tree
    assert write_filter(parse_filter(document)) == document
