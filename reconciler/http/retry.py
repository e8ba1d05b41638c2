"""When a failed request is made again, and after how long. Everything that is repeated is repeated by this module.

Attempts are counted for each cause alone, so that a throttled hour does not use up the patience for one broken gateway;
one bound in time holds for all of them together. Nothing ambiguous is ever repeated for a write.
"""

from __future__ import annotations

import enum
import random
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import (
    AnswerLost,
    BadAnswer,
    ConnectionFailed,
    ServerFailed,
    ServiceError,
    Throttled,
    UntrustedServer,
)
from reconciler.model.quick import dataclass

ResultT = TypeVar("ResultT")


class Cause(enum.StrEnum):
    """Why an attempt failed, as far as it matters for repeating it."""

    THROTTLED = "throttled"
    SERVER = "server failed"
    CONNECTION = "no connection"
    LATE = "no answer in time"
    LOST = "answer lost"
    UNUSABLE = "unusable answer"
    FINAL = "final"
    """Repeating would not help."""


_CAUSES: tuple[tuple[type[ServiceError], Cause], ...] = (
    (UntrustedServer, Cause.FINAL),
    (Throttled, Cause.THROTTLED),
    (ServerFailed, Cause.SERVER),
    (ConnectionFailed, Cause.CONNECTION),
    (BadAnswer, Cause.UNUSABLE),
    (AnswerLost, Cause.LOST),
)
_NEVER_SENT_OR_REFUSED = frozenset({Cause.THROTTLED, Cause.CONNECTION})
"""Causes after which the request certainly had no effect, so that a write may be sent again too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How many attempts each cause allows, and how long to wait between them; times in seconds."""

    attempts: int = 5
    """The number of attempts for each cause but throttling, the first one included."""
    throttled_attempts: int = 12
    first_wait: float = 0.5
    longest_wait: float = 20.0

    def most(self, cause: Cause) -> int:
        """Return how many attempts may fail for this cause."""
        return self.throttled_attempts if cause is Cause.THROTTLED else self.attempts

    def wait(self, error: ServiceError, failed: int) -> float:
        """Return the seconds to wait: exponential backoff with full jitter, on top of what the server asks for.

        `failed` counts the failures of this cause.
        """
        hint = getattr(error, "retry_after", 0.0)
        return float(hint) + random.uniform(0, min(self.longest_wait, self.first_wait * 2.0 ** min(failed - 1, 60)))  # nosec B311 # spreads waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """One attempt that failed and will be made again, for `-v` and logs."""

    operation: str
    attempt: int
    """The number of the attempt over all causes, from 1."""
    error: ServiceError
    wait: float
    """Seconds until the next attempt."""


def say_nothing(_retry: Retry) -> None:
    """Listen to retries without telling anybody; the default."""


def cause_of(error: ServiceError) -> Cause:
    """Return why an attempt failed. A redirect is final: the same request would only be redirected again."""
    if 300 <= (error.status or 0) < 400:
        return Cause.FINAL
    if isinstance(error, AnswerLost) and error.late:
        return Cause.LATE
    return next((cause for kind, cause in _CAUSES if isinstance(error, kind)), Cause.FINAL)


def may_repeat(error: ServiceError, *, repeatable: bool) -> bool:
    """Return whether the same call may be sent again. A write is not repeated while it is unknown whether it
    happened."""
    cause = cause_of(error)
    return cause in _NEVER_SENT_OR_REFUSED or (repeatable and cause is not Cause.FINAL)


def repeat(
    send: Callable[[], ResultT],
    *,
    operation: str,
    repeatable: bool,
    most: Callable[[Cause], int],
    wait: Callable[[ServiceError, int], float],
    until: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    on_retry: Callable[[Retry], None] = say_nothing,
) -> ResultT:
    """Call `send` until it succeeds, fails for good, or uses up the attempts of a cause or the time.

    Args:
        send: makes one attempt.
        most: bounds the attempts of each cause.
        wait: returns the seconds to wait after an error, given how many errors of its cause there were.
        until: the moment of `clock` after which nothing is tried again.

    Raises:
        ServiceError: the error of the last attempt.
    """
    failed: Counter[Cause] = Counter()
    while True:
        try:
            return send()
        except ServiceError as error:
            cause = cause_of(error)
            failed[cause] += 1
            if not may_repeat(error, repeatable=repeatable) or failed[cause] >= most(cause):
                raise
            pause = wait(error, failed[cause])
            if clock() + pause >= until:
                raise
            retry = Retry(operation=operation, attempt=failed.total(), error=error, wait=pause)
        on_retry(retry)
        sleep(pause)
