"""What an apply did."""

from __future__ import annotations

import enum
from dataclasses import field

from reconciler.model.action import Action
from reconciler.model.plan import Target
from reconciler.model.quick import dataclass
from reconciler.model.values import APART, WHEN_SET


class Status(enum.StrEnum):
    """How an action ended. The word completes the sentence "the action was …" ("is …" for the last two)."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETAINED = "retained"
    STALE = "stale"
    UNKNOWN = "unknown"
    HELD = "held"
    """What should become the default did not prove itself."""
    WAITING = "waiting"
    """The action is under way or waits for something; a later apply continues it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one action. Every action of a plan has one, also those that were never tried."""

    action: Action = field(metadata=APART)
    status: Status
    detail: str = ""
    """What was written ("version 4 is default"), or why nothing was."""
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
    """Why apply did not wait until other targets have had a default for long enough; empty: it waited."""

    @property
    def is_complete(self) -> bool:
        """True when every action is done, or was retained by the service's own refusal."""
        return not self.interrupted and all(
            outcome.status in (Status.DONE, Status.RETAINED, Status.WAITING) for outcome in self.outcomes
        )

    def count(self, status: Status) -> int:
        """Return how many actions ended this way."""
        return sum(outcome.status is status for outcome in self.outcomes)
