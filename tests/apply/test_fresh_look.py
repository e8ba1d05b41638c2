"""What a fresh look says when something moved after planning, in the words of the report."""

from __future__ import annotations

import pytest

from reconciler.apply import execute


@pytest.mark.parametrize(
    ("expected", "seen", "told"),
    [
        ({}, {}, ""),
        ({"version": 3}, {"version": 3}, ""),
        ({"version": 3}, {"version": 3, "more": 1}, ""),
        ({"version": 3}, {}, "it is gone"),
        ({}, {"id": "tpl1", "version": 1}, "it exists by now: id tpl1, version 1"),
        ({"b": 1, "a": 2}, {"b": 2, "a": 3}, "a was 2, is 3; b was 1, is 2"),
        ({"version": 3}, {"other": 1}, "version was 3, is absent"),
    ],
)
def test_what_moved_is_said(expected: dict[str, int], seen: dict[str, int], told: str) -> None:
    assert execute._moved(expected, seen) == told
