"""Near-duplicates: exactly what comparing every pair finds, without comparing every pair."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from random import Random

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from reconciler.audit import similar
from reconciler.audit.similar import Elements, Leaders, Rarity, elements_of, packed_elements

quick = effort(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that is busy with other things is no fault of what is tested."""

Found = tuple[int, bool] | None


def by_every_pair(sets: Sequence[Elements], percent: int) -> list[Found]:
    """The definition: each set is near the first leader that it has so much in common with, or becomes a leader."""
    leaders: list[frozenset[int]] = []

    def first(own: frozenset[int]) -> Found:
        for number, leader in enumerate(leaders):
            if own and 100 * len(own & leader) >= percent * len(own | leader):
                return number, own == leader
        leaders.append(own)
        return None

    return [first(frozenset(each)) for each in sets]


def by_the_rarest(sets: Sequence[Elements], percent: int) -> tuple[list[Found], int]:
    """What `Leaders` finds, and how many pairs it compares."""
    leaders, found, compared = Leaders(Rarity(sets), percent), list[Found](), 0
    for each in sets:
        compared += len(leaders.may_be_near(each))
        near = leaders.near(each)
        found.append((near.number, near.is_same) if near else None)
        if near is None:
            leaders.add(each)
    return found, compared


SMALL = st.frozensets(st.integers(0, 9), max_size=9)
EDITS = st.frozensets(st.integers(0, 59), max_size=7)
"""Which elements of a set of forty to take out, and which to put in."""
LIKE_ONE = st.builds(lambda edits: frozenset(range(40)) ^ edits, EDITS)


@given(st.lists(st.one_of(SMALL, LIKE_ONE), max_size=14), st.sampled_from((50, 60, 75, 80)) | st.integers(50, 100))
@example([frozenset({1, 2}), frozenset({2})], 50)
@example([frozenset({2}), frozenset({1, 2})], 50)
@quick
def test_what_is_found_is_what_comparing_every_pair_finds(sets: list[frozenset[int]], percent: int) -> None:
    ours = [tuple(sorted(each)) for each in sets]
    assert by_the_rarest(ours, percent)[0] == by_every_pair(ours, percent)


@pytest.mark.parametrize("percent", [50, 85, 100])
@pytest.mark.parametrize("own", [0, 1, 4, 5, 6, 9, 20])
def test_among_many_that_are_nearly_equal_few_pairs_are_compared(own: int, percent: int) -> None:
    """Sixty elements of which so many are in no other set, also with sizes that differ."""
    sizes = cycle((52, 55, 57, 60, 60))
    sets = [
        (*range(size - own), *(1_000 * (number + 1) + each for each in range(own)))
        for number, size in enumerate(islice(sizes, 300))
    ]
    found, compared = by_the_rarest(sets, percent)
    assert found == by_every_pair(sets, percent)
    assert compared < 3 * len(sets)


def test_a_set_is_compared_with_a_bounded_number_of_leaders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What tells them apart is in many sets, so that only a comparison shows how near they are."""
    monkeypatch.setattr(similar, "MOST_COMPARED", 5)
    draw = Random(1)  # noqa: S311 - not for secrets
    different = [(*range(28), *(100 + 10 * each + draw.randrange(6) for each in range(12))) for _ in range(200)]
    sets = different + different[::-1]
    found, compared = by_the_rarest(sets, 85)
    assert compared <= 5 * len(sets)
    assert [each for each in found[200:] if each is None] == [], "a set that equals a leader is always compared with it"


WORDS = st.one_of(st.text("ab \n", max_size=5), st.integers(0, 3))
TREES = st.dictionaries(st.sampled_from("abcdefgh"), WORDS, max_size=8)


@given(TREES)
@quick
def test_equal_contents_have_equal_elements(tree: dict[str, str | int]) -> None:
    assert packed_elements(tree) == packed_elements(dict(reversed(tree.items())))


@given(TREES, st.text("ab \n", max_size=5))
@quick
def test_another_word_is_another_element(tree: dict[str, str | int], word: str) -> None:
    own, other = (frozenset(elements_of(packed_elements(each))) for each in (tree, {**tree, "x": f"more {word}"}))
    assert own < other
