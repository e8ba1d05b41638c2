"""Which known name was probably meant by an unknown one: the one judge behind every "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSENESS = 0.6
"""How alike two names have to be, from 0 (nothing in common) to 1 (equal but for case)."""
_LONGEST = 190
"""Characters that are compared: from 200 on `difflib` ignores letters that occur often, and it is quadratic."""


def nearest(word: object, known: Iterable[str], count: int = 1, *, closeness: float = CLOSENESS) -> list[str]:
    """Return the known names that come nearest to a word, nearest first, at most `count`; case does not count.

    A word that is no text is near to nothing. Equal input gives an equal answer, whatever the order of `known`.
    """
    if not isinstance(word, str):
        return []
    by_folded: dict[str, list[str]] = {}
    for name in sorted(set(known)):
        by_folded.setdefault(_folded(name), []).append(name)
    close = get_close_matches(_folded(word), by_folded, n=count, cutoff=closeness)
    return [name for folded in close for name in by_folded[folded]][:count]


def meant(word: object, known: Iterable[str]) -> str:
    """`; did you mean "…"?` for the end of a sentence, or nothing when no known name comes near."""
    return "".join(f'; did you mean "{name}"?' for name in nearest(word, known))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`Did you mean "…"?` as a sentence of its own, or nothing when no known name comes near."""
    return "".join(f'Did you mean "{name}"?' for name in nearest(word, known))


def _folded(name: str) -> str:
    return name.casefold()[:_LONGEST]
