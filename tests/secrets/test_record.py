"""Records of where secrets stand, and values that overlap: when in doubt, more is hidden."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.secrets.record import EVERYTHING, LONGEST, bounded, job_paths, record, recorded
from reconciler.secrets.texts import SENSITIVE, redact_text

NAMES = st.text("abc.[ ", min_size=1, max_size=4)
PATHS = st.frozensets(st.lists(NAMES | st.integers(0, 20), min_size=1, max_size=4).map(lambda p: ("content", *p)))


@pytest.mark.parametrize(
    "text", ["nonsense", "{}", '{"content": 1}', "[1]", '["content", 1]', '["$.x"]', '"x"', "[" * 9999]
)
def test_a_record_that_cannot_be_read_hides_everything(text: str) -> None:
    assert recorded(text) == EVERYTHING


@given(PATHS)
def test_a_record_comes_back_the_same_in_whatever_order_it_was_made(paths: frozenset[tuple[str | int, ...]]) -> None:
    kept = bounded(paths)
    assert len(record(kept)) <= LONGEST
    assert recorded(record(kept)) == kept
    assert json.loads(record(kept) or "[]") == sorted(json.loads(record(kept) or "[]"))
    for path in paths:
        assert any(path[:end] in kept for end in range(1, len(path) + 1)), "shortening hides more, never less"


def test_no_record_is_no_path() -> None:
    assert recorded("") == frozenset()
    assert record(frozenset()) == ""


def test_paths_of_a_job_are_those_of_the_content() -> None:
    job = {"UserCommand": "x", "Envs": {"A": "b"}}
    assert job_paths(EVERYTHING, job) == {("UserCommand",), ("Envs",)}
    some = frozenset({("content", "Envs", "A"), ("description",), ("constraints", "Envs")})
    assert job_paths(some, job) == {("Envs", "A")}


@given(st.permutations(["hunter2-hunter2", "hunter2", "hunter2-hunter2-hunter3", "2-hunter3"]))
def test_of_values_inside_each_other_no_rest_is_left(known: list[str]) -> None:
    assert redact_text("say hunter2-hunter2-hunter3, hunter2-hunter2 and hunter2", known) == (
        f"say {SENSITIVE}, {SENSITIVE} and {SENSITIVE}"
    )
