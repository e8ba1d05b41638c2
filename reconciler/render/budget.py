"""Fitting a document into a number of characters: whole pieces give way, the least important first; nothing is cut.

Every variant of a piece is complete markup by itself, so whatever is chosen, fences and tags stay closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GITHUB_COMMENT = 65_536
"""The most characters GitHub takes in one comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a document in all the lengths it may have, the fullest first."""

    variants: tuple[str, ...]
    rank: int = 0
    """How long it resists: pieces of a low rank give way first."""
    label: str = ""
    """What the notice calls it: "the details of an action"."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The variant chosen for each piece, in the order of the document."""

    pieces: tuple[Piece, ...]
    chosen: tuple[int, ...]

    @property
    def texts(self) -> list[str]:
        """The document's parts."""
        return [piece.variants[index] for piece, index in zip(self.pieces, self.chosen, strict=True)]

    def shortened(self, label: str) -> int:
        """Return how many pieces of this label did not stay whole."""
        return sum(index > 0 and piece.label == label for piece, index in zip(self.pieces, self.chosen, strict=True))


def length(text: str) -> int:
    """Characters as the strictest counter sees them: UTF-16 units, never fewer than code points.

    GitHub's limit is said in characters; one outside the basic plane counts as two here, so the text fits either way.
    """
    # Counting by encoding: a look at every character took half the time of rendering a large plan.
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(pieces: Sequence[Piece], limit: int) -> Fitted | None:
    """Return the fullest document within the limit when pieces give way in the order of their ranks; None if none fits.

    Of equal ranks the last piece in the document gives way first.
    """
    chosen = [0] * len(pieces)
    lengths = [[length(text) for text in piece.variants] for piece in pieces]
    total = sum(each[0] for each in lengths)
    order = sorted(range(len(pieces)), key=lambda at: (pieces[at].rank, -at))
    for at in order:
        for index in range(1, len(pieces[at].variants)):
            if total <= limit:
                break
            total += lengths[at][index] - lengths[at][index - 1]
            chosen[at] = index
    return Fitted(tuple(pieces), tuple(chosen)) if total <= limit else None
