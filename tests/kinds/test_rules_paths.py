"""Constraint paths: the grammar, its refusals, and the law that text and path are two forms of one thing."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import MISSING, FieldPath, JsonValue
from reconciler.model.paths import PathError, format_path, lookup, parse_path

STEPS = st.one_of(st.text(), st.from_regex(r"[A-Za-z]+", fullmatch=True), st.integers(0, 999_999_999))
PATHS = st.lists(STEPS, min_size=1, max_size=6).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(PATHS)
def test_a_path_survives_being_written_and_read(path: FieldPath) -> None:
    assert parse_path(format_path(path)) == path


@given(st.text(alphabet='ab0.[]"\\*$ ', max_size=12))
def test_every_text_is_a_path_or_refused(text: str) -> None:
    with contextlib.suppress(PathError):
        path = parse_path(text)
        assert parse_path(format_path(path)) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("UserCommand", ("UserCommand",)),
        ("JobSpecs[0].Image", ("JobSpecs", 0, "Image")),
        ("Settings.EnableRDMA", ("Settings", "EnableRDMA")),
        ("DataSources[12].MountPath", ("DataSources", 12, "MountPath")),
        (
            "JobSpecs[0].ExtraPodSpec.InitContainers[1].Env[2]",
            ("JobSpecs", 0, "ExtraPodSpec", "InitContainers", 1, "Env", 2),
        ),
        ('Settings.Tags["team.name"]', ("Settings", "Tags", "team.name")),
        ('Settings.Tags["a*..b"]', ("Settings", "Tags", "a*..b")),
        ("JobSpecs.0", ("JobSpecs", "0")),
    ],
)
def test_reads(text: str, path: FieldPath) -> None:
    assert parse_path(text) == path
    assert format_path(path) == text


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "the path is empty", ""),
        ("$.JobSpecs[0].Image", "does not begin with `$`", "Drop the `$.` prefix: `JobSpecs[0].Image`."),
        ("$", "does not begin with `$`", "Name a field"),
        ("JobSpecs[*].Image", "no wildcards", "one constraint for each item"),
        ("JobSpecs..Image", "no `..`", "whole path"),
        ("JobSpecs[-1]", "`[-1]` is not an index", "count from 0"),
        ("JobSpecs[01]", "`[01]` is not an index", "count from 0"),
        ("JobSpecs[", "`[` is not an index", "count from 0"),
        ("JobSpecs[0]Image", "expected `.` or `[` at character 12, found 'I'", ""),
        ("JobSpecs.", "expected a field name at character 10, found the end", ""),
        (".JobSpecs", "expected a field name at character 1, found '.'", ""),
        ("Job Specs", "expected `.` or `[` at character 4, found ' '", ""),
        (r'Envs["\q"]', "not a JSON string", ""),
        ("JobSpecs[" + "9" * 5000 + "]", "is not an index", "count from 0"),
    ],
)
def test_refuses(text: str, message: str, hint: str) -> None:
    with pytest.raises(PathError) as caught:
        parse_path(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def leaves(tree: JsonValue, path: FieldPath = ()) -> list[tuple[FieldPath, JsonValue]]:
    inner = enumerate(tree) if isinstance(tree, list) else tree.items() if isinstance(tree, dict) else ()
    return [(path, tree), *(leaf for step, value in inner for leaf in leaves(value, (*path, step)))]


@given(JSON)
def test_lookup_finds_every_value_and_nothing_else(tree: JsonValue) -> None:
    for path, value in leaves(tree):
        assert lookup(tree, path) is value
        assert lookup(tree, (*path, "no such key")) is MISSING
        assert lookup(tree, (*path, 99)) is MISSING


def test_lookup_tells_null_from_absent_and_keys_from_indexes() -> None:
    content = json.loads('{"A": null, "B": ["x"], "C": {"0": 1}, "D": "text"}')
    assert lookup(content, ("A",)) is None
    assert lookup(content, ("Z",)) is MISSING
    assert lookup(content, ("B", "0")) is MISSING
    assert lookup(content, ("C", 0)) is MISSING
    assert lookup(content, ("D", 0)) is MISSING
    assert lookup(content, ("B", -1)) is MISSING
