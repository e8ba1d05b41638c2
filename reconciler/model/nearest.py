"""Finds the known name that was probably meant by an unknown one. Every "did you mean" uses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reconciler.model.lazily import later

if TYPE_CHECKING:
    from difflib import get_close_matches
else:  # for what is misspelled alone
    get_close_matches = later("difflib", "get_close_matches")

CLOSENESS = 0.6
"""How alike two names have to be, from 0 (nothing in common) to 1 (equal but for case)."""
_MOST_LISTED = 12
_LONGEST = 190
"""How many characters are compared: from 200 on `difflib` ignores frequent letters, and it takes quadratic time."""


def nearest(word: object, known: Iterable[str], count: int = 1, *, closeness: float = CLOSENESS) -> list[str]:
    """Return the known names that are most like a word, the most alike first, at most `count`; case does not count.

    A word that is not a text is like nothing. Equal input gives an equal answer, whatever the order of `known`.
    """
    if not isinstance(word, str):
        return []
    by_folded: dict[str, list[str]] = {}
    for name in sorted(set(known)):
        by_folded.setdefault(_folded(name), []).append(name)
    close = get_close_matches(_folded(word), by_folded, n=count, cutoff=closeness)
    return [name for folded in close for name in by_folded[folded]][:count]


def meant(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean "…"?` for the end of a sentence; empty when no known name is like the word."""
    return "".join(f'; did you mean "{name}"?' for name in nearest(word, known))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `Did you mean "…"?` as a sentence of its own; empty when no known name is like the word."""
    return "".join(f'Did you mean "{name}"?' for name in nearest(word, known))


def listed(names: Sequence[str]) -> str:
    """Return `a, b, c`; of more than fit into a line that people read, the first and how many more."""
    if len(names) <= _MOST_LISTED:
        return ", ".join(names)
    return f"{', '.join(names[: _MOST_LISTED - 1])} and {len(names) - _MOST_LISTED + 1:,} more"


def _folded(name: str) -> str:
    return name.casefold()[:_LONGEST]
