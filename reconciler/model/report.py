"""What an apply did."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from reconciler.model.action import Action
from reconciler.model.plan import Target
from reconciler.model.values import APART, WHEN_SET


class Status(enum.StrEnum):
    """How an action ended; completes the sentence "the action was …" (or "is …" for the last two)."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETAINED = "retained"
    STALE = "stale"
    UNKNOWN = "unknown"
    HELD = "held"
    """What was to become the default did not prove itself."""
    WAITING = "waiting"
    """It is under way, or waits for something; a later apply goes on with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one action; every action of a plan gets one, also those never tried."""

    action: Action = field(metadata=APART)
    status: Status
    detail: str = ""
    """What was written ("version 4 is default") or why not."""
    error: str = ""
    """The service's error code, when it gave one."""
    request_id: str = ""
    seconds: float = 0.0
    writes: int = 0
    """How many writes the service accepted or may have accepted; 0: the action changed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """What an apply did, action by action, in the plan's order."""

    plan_id: str
    target: Target
    outcomes: tuple[Outcome, ...] = field(metadata=APART)
    interrupted: bool = False
    without_soak: str = field(default="", metadata=WHEN_SET)
    """Why it was not waited for other targets to have had a default long enough; empty: it was."""

    @property
    def is_complete(self) -> bool:
        """True when every action is done, or was retained by the service's own refusal."""
        return not self.interrupted and all(
            outcome.status in (Status.DONE, Status.RETAINED, Status.WAITING) for outcome in self.outcomes
        )

    def count(self, status: Status) -> int:
        """Return how many actions ended this way."""
        return sum(outcome.status is status for outcome in self.outcomes)
