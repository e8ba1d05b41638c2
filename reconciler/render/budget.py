"""Fits a document into a number of characters: whole pieces are shortened or left out, the least important first;
nothing is cut.

Every variant of a piece is complete markup by itself, so that fences and tags are closed whatever is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.quick import dataclass

GITHUB_COMMENT = 65_536
"""The most characters that GitHub accepts in one comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a document in all the lengths that it may have, the fullest first."""

    variants: tuple[str, ...]
    rank: int = 0
    """How important it is: pieces with a low rank are shortened first."""
    label: str = ""
    """What the notice calls it: "the details of an action"."""
    about: tuple[str, ...] = ()
    """What the notice counts when the piece gives way: the names of the targets or actions that share it; those of
    several pieces count once, and a piece without names counts as one."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The variant that was chosen for each piece, in the order of the document."""

    pieces: tuple[Piece, ...]
    chosen: tuple[int, ...]

    @property
    def texts(self) -> list[str]:
        """The parts of the document."""
        return [piece.variants[index] for piece, index in zip(self.pieces, self.chosen, strict=True)]

    def shortened(self, label: str) -> int:
        """Return what is counted of the pieces with this label that were shortened or left out: each piece, or what
        they are about."""
        short = [piece for piece, index in zip(self.pieces, self.chosen, strict=True) if index and piece.label == label]
        return sum(not piece.about for piece in short) + len({name for piece in short for name in piece.about})


def length(text: str) -> int:
    """Return the number of characters as the strictest counter sees them: UTF-16 units, never fewer than code points.

    GitHub states its limit in characters. A character outside the basic plane counts as two here, so that the text fits
    in either case.
    """
    # Counted by encoding: examining every character took half the time of rendering a large plan.
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(pieces: Sequence[Piece], limit: int) -> Fitted | None:
    """Return the fullest document within the limit, shortened in the order of ranks; None if none fits.

    Of pieces with equal ranks the last one in the document is shortened first.
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
