"""Speed and size, as ratios to a floor that is measured beside them in the same run. `python -m tests.benchmarks`.

Every module here has `measure() -> list[Measurement]`. None of them is a test: a busy machine must not fail a suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth(Measurement):
    """What one size cost; the ratio is its cost each against that of a tenth of it, so 1.0 is linear."""

    what: str
    templates: int
    columns: Mapping[str, float] = field(default_factory=dict)
    """What was measured, by the heading it has in a table."""
