"""The canonical form: what counts as equal, and what does not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import BadAnswer
from reconciler.kinds.jobtemplate.answers import live_summary, live_version
from reconciler.kinds.jobtemplate.canonical import comparable, ignored_keys, stamped
from reconciler.model.canonical import canonical, compact, digest

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(TREES)
def test_canonical_twice_is_canonical_once(tree: Any) -> None:
    once = canonical(tree)
    assert compact(canonical(once)) == compact(once)


@given(TREES)
def test_what_is_canonical_is_kept_and_not_copied_and_nothing_is_changed(tree: Any) -> None:
    before = copy.deepcopy(tree)
    once = canonical(tree)
    assert canonical(once) is once
    assert repr(tree) == repr(before)


@given(TREES)
def test_a_canonical_tree_survives_json(tree: Any) -> None:
    assert compact(canonical(json.loads(compact(canonical(tree))))) == compact(canonical(tree))


@pytest.mark.parametrize("empty", [None, [], {}], ids=repr)
def test_empty_is_absent(empty: Any) -> None:
    assert canonical({"a": empty, "b": {"c": empty}}) == {}


def test_empty_items_of_a_list_keep_their_place() -> None:
    assert canonical({"a": [None, {}, 1]}) == {"a": [None, {}, 1]}


@pytest.mark.parametrize("kept", ["", False, 0], ids=repr)
def test_false_zero_and_empty_text_are_values(kept: Any) -> None:
    assert canonical({"a": kept}) == {"a": kept}


def test_numbers_are_equal_by_value_and_differ_from_booleans() -> None:
    assert digest(canonical({"a": 1.0})) == digest(canonical({"a": 1}))
    assert digest(canonical({"a": -0.0})) == digest(canonical({"a": 0}))
    assert digest(canonical({"a": True})) != digest(canonical({"a": 1}))
    assert digest(canonical({"a": 1.5})) != digest(canonical({"a": 1}))


def test_text_differs_by_code_point() -> None:
    assert digest("é") != digest("e\u0301")


def version(content: Any, **fields: Any) -> Any:
    return live_version("tpl1", {"Version": 1, "Content": content, **fields})


def test_content_as_text_and_as_object_are_the_same() -> None:
    tree = {"B": 1, "A": {"C": []}, "D": "ü"}
    assert version(tree) == version(json.dumps(tree)) == version(json.dumps(tree, indent=3, ensure_ascii=False))


@pytest.mark.parametrize(
    "broken",
    ["{", "[]", '"x"', "null", None, '{"a": NaN}', '{"a": 1e999}', "[" * 100000, '{"a":' * 900 + "1" + "}" * 900],
)
def test_content_that_is_no_json_object_is_a_bad_answer(broken: Any) -> None:
    with pytest.raises(BadAnswer):
        version(broken)


def test_console_keys_do_not_count_unless_the_manifest_has_them() -> None:
    live = {"JobType": "TFJob", "_ResourcePaymentType": "x", "ResourceType": "ECS"}
    assert comparable(live, {"JobType": "TFJob"}) == {"JobType": "TFJob"}
    assert ignored_keys(live, {"JobType": "TFJob"}) == ("ResourceType", "_ResourcePaymentType")
    assert comparable(live, {"ResourceType": "ECS"}) == {"JobType": "TFJob", "ResourceType": "ECS"}


def test_our_own_stamp_does_not_count() -> None:
    plain = {"JobType": "TFJob"}
    with_tags = {"JobType": "TFJob", "Settings": {"Tags": {"a": "b"}}}
    assert canonical(comparable(stamped(plain, "sha256:" + "0" * 64), plain)) == plain
    assert canonical(comparable(stamped(with_tags, "sha256:" + "0" * 64), plain)) == with_tags


@pytest.mark.parametrize("metadata", ["text", ["list"], 7], ids=repr)
def test_metadata_that_is_no_object_is_a_bad_answer(metadata: Any) -> None:
    with pytest.raises(BadAnswer):
        live_summary({"TemplateId": "tpl1", "DefaultVersion": 1, "Metadata": metadata})
