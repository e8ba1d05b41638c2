"""Bounds what it may cost to judge one object by a rule of the checkout. Steps are counted, not time, so that the
bound is the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass

STEPS = 50_000
"""For one rule on one object: about a second. A rule of the packaged set takes less than a hundred."""


class NotJudged(Exception):
    """A rule could not be evaluated on an object; the text says why, and holds nothing of the object."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final
        """Whether it is about the rule rather than about the object, so that other objects need not be tried."""


@dataclass(slots=True)
class Budget:
    """How many steps are left."""

    left: int = STEPS

    def spend(self, steps: int = 1) -> None:
        """Take some steps.

        Raises:
            NotJudged: there are not so many left.
        """
        self.left -= steps
        if self.left < 0:
            raise NotJudged(f"it takes more than {STEPS:,} steps; make the rule simpler", is_final=True)
