"""RFC 7386: its own examples, and what must hold for all data."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.merge_patch import merge_patch
from reconciler.model import JsonValue

KEYS = st.sampled_from("abc")
LEAVES = st.none() | st.integers(0, 3) | st.sampled_from(["x", "y"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner), max_leaves=12)
OBJECTS = st.dictionaries(KEYS, JSON)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_examples_of_the_rfc(target: JsonValue, patch: JsonValue, result: JsonValue) -> None:
    assert merge_patch(target, patch) == result


def has_null_field(data: JsonValue) -> bool:
    return isinstance(data, dict) and any(value is None or has_null_field(value) for value in data.values())


@given(OBJECTS)
def test_the_empty_patch_changes_nothing(target: JsonValue) -> None:
    assert merge_patch(target, {}) == target


@given(JSON, JSON)
def test_a_patch_applied_twice_is_a_patch_applied_once(target: JsonValue, patch: JsonValue) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@given(OBJECTS)
def test_a_patch_never_writes_a_null_field(patch: JsonValue) -> None:
    assert not has_null_field(merge_patch({}, patch))


@given(JSON, JSON)
def test_neither_side_is_changed(target: JsonValue, patch: JsonValue) -> None:
    before = copy.deepcopy((target, patch))
    merge_patch(target, patch)
    assert (target, patch) == before
