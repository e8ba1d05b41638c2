"""Field changes: what a plan says differs is what differs, position by position, without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.kinds.changes import SENSITIVE_CHANGED, field_changes, whole
from reconciler.model import MISSING, FieldChange
from reconciler.model.canonical import canonical, digest
from reconciler.secrets.trees import SENSITIVE

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=4), TREES, max_size=4).map(canonical)


def change(path: tuple[str | int, ...], before: Any, after: Any) -> FieldChange:
    return FieldChange(path=path, before=before, after=after)


@settings(deadline=None)  # the first comparison imports deepdiff
@given(OBJECTS, OBJECTS)
def test_there_are_changes_exactly_where_digests_differ(before: Any, after: Any) -> None:
    assert bool(field_changes(before, after)) == (digest(before) != digest(after))


@given(OBJECTS, OBJECTS)
def test_no_value_that_differs_visibly_is_called_sensitive(before: Any, after: Any) -> None:
    for each in field_changes(before, after):
        if each.after == SENSITIVE_CHANGED:
            assert "(sensitive" in str(each.before)


@given(OBJECTS)
def test_equal_trees_have_no_changes(tree: Any) -> None:
    assert field_changes(tree, tree) == ()


def test_lists_are_compared_by_position() -> None:
    """Constraints name items by index, so an item inserted in front moves all others."""
    assert field_changes({"L": ["b", "c"]}, {"L": ["a", "b", "c"]}) == (
        change(("L", 0), "b", "a"),
        change(("L", 1), "c", "b"),
        change(("L", 2), MISSING, "c"),
    )


def test_positions_are_sorted_as_numbers() -> None:
    before = {"L": [0] * 12}
    after = {"L": [0, 0, 1, *[0] * 7, 1, 1]}
    assert [each.path for each in field_changes(before, after)] == [("L", 2), ("L", 10), ("L", 11)]


@pytest.mark.parametrize(
    ("before", "after"), [(True, 1), ("1", 1), (1e-14, 2e-14), ("", " "), ("é", "e\u0301")], ids=repr
)
def test_a_small_difference_is_one(before: Any, after: Any) -> None:
    assert field_changes({"a": before}, {"a": after}) == (change(("a",), before, after),)


def test_keys_that_look_private_to_python_count() -> None:
    assert field_changes({"Envs": {"__X": "1"}}, {"Envs": {"__X": "2"}}) == (change(("Envs", "__X"), "1", "2"),)


def test_a_sensitive_value_that_changed_says_so_and_no_more() -> None:
    (only,) = field_changes({"Envs": {"HF_TOKEN": "one"}}, {"Envs": {"HF_TOKEN": "two"}})
    assert (only.before, only.after) == (SENSITIVE, SENSITIVE_CHANGED)


def test_a_value_at_a_sensitive_path_is_hidden_on_both_sides() -> None:
    (only,) = field_changes({"a": ["x"]}, {"a": ["y"]}, sensitive=frozenset({("a", 0)}))
    assert (only.before, only.after) == (SENSITIVE, SENSITIVE_CHANGED)


def test_a_new_object_is_shown_by_its_first_two_levels() -> None:
    shown = whole({"content": {"A": 1, "B": {"C": 2}}, "description": "d"}, sensitive=frozenset({("content", "A")}))
    assert shown == (
        change(("content", "A"), MISSING, SENSITIVE),
        change(("content", "B"), MISSING, {"C": 2}),
        change(("description",), MISSING, "d"),
    )
