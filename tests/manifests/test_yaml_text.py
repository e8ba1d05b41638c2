"""YAML is read as the JSON-like data it looks like, within bounds, or refused with a place."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.files import parse
from reconciler.manifests.yaml_text import MAX_DEPTH
from reconciler.model import JsonValue


class Quoted(yaml.SafeDumper):
    """Writes every text in quotes, so that no text looks like a number."""


Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))

TEXT = st.text(st.characters(codec="utf-8"))
ODD_TEXT = st.text(st.sampled_from("ab:-[]{}&*!|>'\"#,?%@`\n\t $<~0.\\u\ufeff\x85\u2028"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def data_of(text: str) -> JsonValue:
    file = parse("case.yaml", text)
    assert not file.findings
    assert not file.documents[0].findings
    return file.documents[0].data


def problems(text: str) -> list[str]:
    file = parse("case.yaml", text)
    found = [*file.findings, *(item for raw in file.documents for item in raw.findings)]
    return [f"{item.where}: {item.code}" for item in found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            (word, word)
            for word in ("NO", "on", "yes", "y", "12:30", "010", "-007", "1_000", "2026-01-01", "0x", "1.2.3")
        ),
        *((word, word) for word in ("nUll", "tRue", ".", "+", "e3", "=", "0b11", "1e", "--1")),
        ("null", None),
        ("~", None),
        ("True", True),
        ("FALSE", False),
        ("-12", -12),
        ("+5", 5),
        ("0o17", 15),
        ("0xFf", 255),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-1.", -1.0),
        ('"1"', "1"),
        ("'true'", "true"),
        ("'<<'", "<<"),
    ],
)
def test_scalars_of_the_core_schema(text: str, value: JsonValue) -> None:
    read = data_of(f"- {text}\n")[0]
    assert read == value
    assert type(read) is type(value)


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert data_of("'<<': 1\n") == {"<<": 1}


def test_an_empty_value_is_null_and_an_empty_document_is_none_at_all() -> None:
    assert data_of("a:\n") == {"a": None}
    assert [raw.data for raw in parse("case.yaml", "---\n# nothing\n---\na: 1\n---\n").documents] == [{"a": 1}]


@given(JSON)
def test_dumped_data_is_read_back_as_it_was(data: JsonValue) -> None:
    assert data_of(yaml.dump([data], Dumper=Quoted)) == [data]


@given(JSON)
def test_json_is_yaml(data: JsonValue) -> None:
    text = json.dumps([data], ensure_ascii=False)
    # YAML counts these as line breaks or refuses them outside escapes; JSON does not.
    if not re.search("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", text):
        assert data_of(text) == [data]


@given(ODD_TEXT)
def test_any_text_is_data_or_a_finding(text: str) -> None:
    file = parse("case.yaml", text)
    assert all(item.where for item in file.findings)


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
@pytest.mark.parametrize("depth", [2 * MAX_DEPTH, 200_000])
def test_depth_is_one_error(opening: str, depth: int) -> None:
    assert [item.split()[-1] for item in problems(opening * depth)] == ["DLC006"]


def test_the_deepest_allowed_structure_is_read() -> None:
    assert data_of("[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1))


def test_an_alias_bomb_is_one_error() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    found = problems("\n".join(lines))
    assert len(found) == 1
    assert found[0].endswith("DLC007")


def test_an_alias_inside_its_own_anchor_is_one_error() -> None:
    assert problems("a: &a [*a, *a]\n") == ["case.yaml:1:4: DLC006"]


def test_ordinary_aliases_are_expanded() -> None:
    assert data_of("a: &a {x: 1}\nb: *a\n") == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "case.yaml:3:1: DLC008"),
        ("1: x\n", "case.yaml:1:1: DLC009"),
        ("[a]: x\n", "case.yaml:1:1: DLC009"),
        ("x: {<<: {a: 1}}\n", "case.yaml:1:5: DLC010"),
        ("a: !!python/object:os.system x\n", "case.yaml:1:4: DLC011"),
        ("a: !!str 1\n", "case.yaml:1:4: DLC011"),
        ("a: !mine [1]\n", "case.yaml:1:4: DLC011"),
        ("a: .nan\n", "case.yaml:1:4: DLC012"),
        ("a: -.Inf\n", "case.yaml:1:4: DLC012"),
        ("a: 1e999\n", "case.yaml:1:4: DLC012"),
        (f"a: {'9' * 6000}\n", "case.yaml:1:4: DLC012"),
        (f"a: 0.{'9' * 6000}\n", "case.yaml:1:4: DLC012"),
        ("ok: 1\nbad: \x00\n", "case.yaml:2:6: DLC003"),
        ("a: \x07\n", "case.yaml:1:4: DLC003"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_a_duplicate_key_shows_both_places() -> None:
    item = parse("case.yaml", "a: 1\nb: 2\na: 3\n").documents[0].findings[0]
    places: list[Any] = [item.where, *item.also]
    assert list(map(str, places)) == ["case.yaml:3:1", "case.yaml:1:1"]
