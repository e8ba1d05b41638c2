"""A process killed before or after any request of an apply: running apply again ends in the same state."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from .everything import ALL_VERBS, apply_until_killed, furnish, furnished

SHARES = 12
"""The enumeration runs in so many tests, so that processes can share it."""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="module")
def undisturbed(state: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Any]:
    """How many requests an apply sends that nobody kills, and the state it leaves."""
    with furnished(tmp_path_factory.mktemp("undisturbed"), state) as home:
        plan = home.plan()
        assert {action.verb for action in plan.actions} == ALL_VERBS
        count = apply_until_killed(home, math.inf, answered=True)
        assert home.plan().is_empty
        return count, home.state()


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_request(share: int, state: Path, undisturbed: tuple[int, Any], tmp_path: Path) -> None:
    count, expected = undisturbed
    tried = 0
    for last in range(1 + share, count + 1, SHARES):
        for answered in (False, True):
            with furnished(tmp_path / f"{last}-{answered}", state) as home:
                assert apply_until_killed(home, last, answered=answered) == last
                home.settled()
                assert home.state() == expected, f"killed {'after' if answered else 'before'} request {last}"
                tried += 1
    assert tried
