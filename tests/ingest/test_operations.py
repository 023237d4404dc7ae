"""The operations on a profile, one by one and against a model of them."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles_app.models import Profile
from tests.ingest.sending import Sender


@pytest.mark.parametrize(
    ("before", "operations", "after"),
    [
        ({"a": 1, "b": 1}, {"set": {"a": 2, "c": None}}, {"a": 2, "b": 1, "c": None}),
        ({"a": 1}, {"set": {}}, {"a": 1}),
        ({"a": 1, "n": None}, {"set_once": {"a": 2, "b": 3, "n": 4}}, {"a": 1, "b": 3, "n": 4}),
        ({"a": 1, "n": None}, {"add": {"a": 2, "b": -3, "n": 0.5}}, {"a": 3, "b": -3, "n": 0.5}),
        ({"a": [1], "n": None}, {"append": {"a": [2], "b": "x", "n": 1}}, {"a": [1, [2]], "b": ["x"], "n": [1]}),
        ({"a": [1, 1]}, {"union": {"a": [1, True, 2, 2], "b": ["x", "x"]}}, {"a": [1, 1, True, 2], "b": ["x"]}),
        ({"a": [1, "x", 1, True]}, {"remove": {"a": 1, "b": 1}}, {"a": ["x", True]}),
        ({"a": 1, "b": 2}, {"unset": ["a", "zzz"]}, {"b": 2}),
        ({"a": 1, "b": 2}, {"delete": "", "set": {"c": 3}}, {"c": 3}),
        ({"a": 1}, {"unset": ["a"], "set_once": {"a": 5}, "add": {"a": 1}}, {"a": 6}),
        ({"a": 1}, {"set": {"a": 5}, "unset": ["a"], "append": {"a": 1}}, {"a": [1]}),
    ],
)
def test_operations(send: Sender, before: Any, operations: Any, after: Any) -> None:
    send.engage(send.update("1", set=before))
    assert send.engage(send.update("1", **operations)).json() == {"status": 1, "error": None}
    assert send.properties("1") == after


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ({"add": {"text": 1}}, '$add.text: cannot add to "x", which is not a number'),
        ({"add": {"yes": 1}}, "$add.yes: cannot add to true, which is not a number"),
        ({"add": {"new": True}}, "$add.new: true is not a number"),
        ({"add": {"huge": 17 * 10**307}}, "$add.huge: the sum is too large"),
        ({"append": {"text": 1}}, '$append.text: the present value, "x", is not a list'),
        ({"union": {"text": [1]}}, '$union.text: the present value, "x", is not a list'),
        ({"union": {"list": 1}}, "$union.list: 1 is not a list"),
        ({"remove": {"text": "x"}}, '$remove.text: the present value, "x", is not a list'),
        ({"unset": {"text": 1}}, "$unset: must be a list of property names"),
        ({"unset": [1]}, "$unset: must be a list of property names"),
        ({"set": "x"}, "$set: must be an object of property names and values"),
    ],
)
def test_what_an_operation_refuses(send: Sender, operations: Any, message: str) -> None:
    before = {"text": "x", "yes": True, "list": [1], "huge": 17 * 10**307}
    send.engage(send.update("1", set=before))
    answer = send.engage(send.update("1", **operations)).json()
    assert answer["status"] == 0
    assert message in answer["error"]
    assert send.properties("1") == before


def test_a_refused_operation_leaves_the_rest_of_the_record(send: Sender) -> None:
    send.engage(send.update("1", set={"text": "x"}))
    answer = send.engage(send.update("1", add={"text": 1, "n": 1}, set={"z": 1}), query="?strict=1")
    assert answer.status_code == 400
    assert [failed["field"] for failed in answer.json()["failed_records"]] == ["$add.text"]
    assert answer.json()["num_records_imported"] == 1
    assert send.properties("1") == {"text": "x", "n": 1, "z": 1}


def test_a_record_without_operation_is_refused(send: Sender) -> None:
    assert "there is no operation" in send.engage(send.update("1")).json()["error"]
    assert not Profile.objects.exists()


def test_several_records_for_one_profile_all_count_in_their_order(send: Sender) -> None:
    send.engage(*(send.update("1", add={"n": 1}) for _ in range(5)))
    send.engage(send.update("1", set={"a": 1}), send.update("1", set={"a": 2}), send.update("2", set={"a": 3}))
    assert (send.properties("1"), send.properties("2")) == ({"n": 5, "a": 2}, {"a": 3})


def test_whole_numbers_beyond_64_bits_become_floats(send: Sender) -> None:
    send.engage(send.update("1", set={"n": 2**63 - 1}))
    send.engage(send.update("1", add={"n": 10}))
    assert float(send.properties("1")["n"]) == float(2**63 + 9)


def test_removing_from_somebody_who_does_not_exist_makes_nobody(send: Sender) -> None:
    records = [send.update("1", unset=["a"]), send.update("2", delete=""), send.update("3", remove={"a": 1})]
    assert send.engage(*records).json() == {"status": 1, "error": None}
    assert send.engage(send.update("4", set={})).json() == {"status": 1, "error": None}
    assert not Profile.objects.exists()


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([0.5, -1.25]),
    st.sampled_from(
        ["", "x", "é", '"\\'],
    ),
    st.lists(st.one_of(st.integers(0, 3), st.sampled_from(["x", "y"]), st.booleans()), max_size=3),
)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["$set", "$set_once", "$append", "$remove"]), st.dictionaries(NAMES, VALUES, max_size=2)),
    st.tuples(st.just("$add"), st.dictionaries(NAMES, st.integers(-3, 3), max_size=2)),
    st.tuples(st.just("$union"), st.dictionaries(NAMES, st.lists(st.integers(0, 3), max_size=3), max_size=2)),
    st.tuples(st.just("$unset"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("$delete"), st.just("")),
)
RECORDS = st.lists(
    st.tuples(st.sampled_from(["p", "q"]), st.lists(STEPS, min_size=1, max_size=3)), min_size=1, max_size=8
)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _model_value(key: str, present: Any, value: Any) -> Any:
    """What the operation makes of a value; the present one where it refuses."""
    if key == "$set":
        return value
    if key == "$set_once":
        return value if present is None else present
    if key == "$add":
        is_number = isinstance(present, int | float) and not isinstance(present, bool)
        return value if present is None else present + value if is_number else present
    if key == "$remove":
        return [item for item in present if not _same(item, value)] if isinstance(present, list) else present
    if not (present is None or isinstance(present, list)):
        return present
    result = list(present or [])
    for item in [value] if key == "$append" else value:
        if key == "$append" or not any(_same(item, other) for other in result):
            result.append(item)
    return result


def _apply_model(person: dict[str, Any], key: str, payload: Any) -> None:
    if key == "$delete":
        person.clear()
    elif key == "$unset":
        for name in payload:
            person.pop(name, None)
    else:
        for name, value in payload.items():
            result = _model_value(key, person.get(name), value)
            if not (result is None and name not in person and key not in {"$set", "$set_once"}):
                person[name] = result


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, cuts=st.sets(st.integers(1, 7)))
def test_any_sequence_in_any_batches_gives_what_a_model_gives(send: Sender, records: Any, cuts: set[int]) -> None:
    Profile.objects.all().delete()
    expected: dict[str, dict[str, Any]] = {"p": {}, "q": {}}
    wire = []
    for distinct_id, steps in records:
        merged = dict(steps)  # An object has each operation once.
        wire.append({"$token": send.project.token, "$distinct_id": distinct_id, **merged})
        for key, payload in merged.items():
            _apply_model(expected[distinct_id], key, payload)
    bounds = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]
    for start, end in itertools.pairwise(bounds):
        assert send.engage(*wire[start:end]).status_code == 200
    for distinct_id, properties in expected.items():
        row = Profile.objects.filter(distinct_id=distinct_id).first()
        assert (row.properties if row else {}) == properties
        assert (row is not None and row.deleted_at is None) == bool(properties)
