"""A process killed before or after any request of an apply: running apply again ends in the same state."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .everything import ALL_VERBS, apply_until_killed, furnish, furnished

SHARES = 12
"""The enumerations run in so many tests, so that processes can share them."""


@dataclass(frozen=True)
class Undisturbed:
    """An apply that nobody killed: how many requests it sent, which were writes, the state it left."""

    requests: int
    writes: list[int]
    state: Any


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="module")
def undisturbed(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    with furnished(tmp_path_factory.mktemp("undisturbed"), state) as home:
        plan = home.plan()
        assert {action.verb for action in plan.actions} == ALL_VERBS
        mortal = apply_until_killed(home, math.inf, answered=True)
        assert home.plan().is_empty
        return Undisturbed(mortal.count, mortal.writes, home.state())


def check(folder: Path, state: Path, last: int, expected: Any, *, answered: bool) -> None:
    with furnished(folder / f"{last}-{answered}", state) as home:
        assert apply_until_killed(home, last, answered=answered).count == last
        home.apply()
        home.settled()
        assert home.state() == expected, f"killed {'after' if answered else 'before'} request {last}"


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_after_any_write(share: int, state: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    """Every state that a killed apply can leave behind: reads change nothing."""
    for last in undisturbed.writes[share::SHARES]:
        check(tmp_path, state, last, undisturbed.state, answered=True)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_request(share: int, state: Path, undisturbed: Undisturbed, tmp_path: Path) -> None:
    """Every request, before and after: nothing that a process remembers makes a difference."""
    for last in range(1 + share, undisturbed.requests + 1, SHARES):
        for answered in (False, True):
            check(tmp_path, state, last, undisturbed.state, answered=answered)
