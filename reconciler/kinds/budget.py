"""Limits what it may cost to judge one object by a rule of the checkout.

Steps are counted, not time, so that the limit is the same on every machine.
"""

from __future__ import annotations

from reconciler.model.quick import dataclass

STEPS = 50_000
"""The steps for one rule on one object, which take about a second. A rule of the packaged set needs fewer than a
hundred."""


class NotJudged(Exception):
    """A rule could not be evaluated on an object. The text says why, and quotes nothing of the object."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final
        """Whether the rule is the reason, not the object, so that other objects need not be tried."""


@dataclass(slots=True)
class Budget:
    """How many steps are left."""

    left: int = STEPS

    def spend(self, steps: int = 1) -> None:
        """Use up some steps.

        Raises:
            NotJudged: there are not that many left.

        Raises:
            NotJudged: there are not so many left.
        """
        self.left -= steps
        if self.left < 0:
            raise NotJudged(f"it takes more than {STEPS:,} steps; make the rule simpler", is_final=True)
