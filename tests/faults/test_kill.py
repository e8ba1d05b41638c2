"""A process killed before or after any request of an apply: running apply again ends in the same state."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from .everything import ALL_VERBS, apply_until_killed, furnish, want
from .house import House, Saved, house

SHARES = 8
"""The enumerations run in so many tests, so that processes can share them."""


@dataclass(frozen=True)
class Undisturbed:
    """An apply that nobody killed: what it began with, its requests, what each write left behind, and the end."""

    before: Saved
    requests: int
    left: list[Saved]
    end: Any


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as home:
        furnish(home)
        want(home)
        yield home


@pytest.fixture(scope="module")
def undisturbed(home: House) -> Undisturbed:
    before = home.saved()
    assert {action.verb for action in home.plan().actions} == ALL_VERBS
    left: list[Saved] = []
    mortal = apply_until_killed(home, math.inf, answered=True, wrote=lambda: left.append(home.saved()))
    assert home.plan().is_empty
    return Undisturbed(before, mortal.count, left, home.state())


def check(home: House, expected: Any, when: str) -> None:
    home.apply()
    home.settled()
    assert home.state() == expected, f"killed {when}"


@pytest.mark.parametrize(
    "share", [pytest.param(each, marks=pytest.mark.slow if each else ()) for each in range(SHARES)]
)
def test_killed_after_any_write(share: int, home: House, undisturbed: Undisturbed) -> None:
    """Every state that a killed apply can leave behind: reads change nothing, and what a process knew goes with it."""
    assert len(undisturbed.left) > len(ALL_VERBS)
    for number, left in list(enumerate(undisturbed.left, 1))[share::SHARES]:
        home.restore(left)
        check(home, undisturbed.end, f"after write {number}")


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_request(share: int, home: House, undisturbed: Undisturbed) -> None:
    """Every request, before and after: nothing that a process remembers makes a difference."""
    for last in range(1 + share, undisturbed.requests + 1, SHARES):
        for answered in (False, True):
            home.restore(undisturbed.before)
            assert apply_until_killed(home, last, answered=answered).count == last
            check(home, undisturbed.end, f"{'after' if answered else 'before'} request {last}")
