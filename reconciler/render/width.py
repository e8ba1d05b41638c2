"""How wide a text is on a terminal, where Chinese letters take two columns each."""

from __future__ import annotations

import unicodedata

_WIDE = frozenset("WF")


def width(text: str) -> int:
    """Return the columns of a text: two for each wide or full-width letter, none for a combining mark, one for any
    other."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in _WIDE else 1
        for letter in text
    )


def padded(text: str, columns: int) -> str:
    """Return a text with blanks after it up to that width."""
    return text + " " * (columns - width(text))
