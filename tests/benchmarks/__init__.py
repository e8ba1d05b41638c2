"""Speed and size, as ratios to a floor that is measured beside them in the same run. `python -m tests.benchmarks`.

Every module here has `measure() -> list[Measurement]`. None of them is a test: a busy machine must not fail a suite.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One ratio that was measured."""

    name: str
    ratio: float
    """How many times the floor; 1.0 is the floor itself."""
    bound: float | None = None
    """The ratio that must not be exceeded; None when nothing was promised."""
    detail: str = ""
    """What was measured against what, with units."""

    @property
    def verdict(self) -> str:
        """`ok` or `over` where there is a bound."""
        if self.bound is None:
            return "-"
        return "ok" if self.ratio <= self.bound else "over"
