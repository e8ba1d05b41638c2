"""When a failed call is made again, and after how long. Nothing ambiguous is ever repeated for a write.

Exponential backoff with full jitter on top of the wait the service asks for; attempts and time are bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from reconciler.errors import (
    AnswerLost,
    ConnectionFailed,
    ServerFailed,
    ServiceError,
    Throttled,
    UntrustedServer,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how patiently; times in seconds."""

    attempts: int = 5
    throttled_attempts: int = 12
    first_wait: float = 0.5
    longest_wait: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """One attempt that failed and will be made again, for `-v` and logs."""

    operation: str
    attempt: int
    error: ServiceError
    wait: float
    """Seconds until the next attempt."""


def may_repeat(error: BaseException, *, repeatable: bool) -> bool:
    """Whether the same call may be sent again: never a write of which it is unknown whether it happened."""
    if isinstance(error, UntrustedServer):
        return False
    if isinstance(error, (ConnectionFailed, Throttled)):
        return True
    return repeatable and isinstance(error, (AnswerLost, ServerFailed)) and not 300 <= (error.status or 0) < 400


def repeat(
    send: Callable[[], ResultT],
    *,
    operation: str,
    repeatable: bool,
    policy: RetryPolicy,
    until: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    on_retry: Callable[[Retry], None],
) -> ResultT:
    """Call `send` until it succeeds, fails for good, or attempts or time (`until`, of `clock`) run out.

    Raises:
        ServiceError: the last attempt's.
    """
    # Almost every first attempt succeeds: without the machinery around it a call takes a tenth less processor time.
    try:
        return send()
    except ServiceError as error:
        failed = [error]

    def next_attempt() -> ResultT:
        if failed:
            raise failed.pop()
        return send()

    from tenacity import Retrying, retry_if_exception, wait_random_exponential  # noqa: PLC0415

    jitter = wait_random_exponential(multiplier=policy.first_wait, max=policy.longest_wait)

    def wait(state: RetryCallState) -> float:
        return float(getattr(_error(state), "retry_after", 0.0)) + jitter(state)

    def stop(state: RetryCallState) -> bool:
        most = policy.throttled_attempts if isinstance(_error(state), Throttled) else policy.attempts
        return state.attempt_number >= most or clock() + state.upcoming_sleep >= until

    def tell(state: RetryCallState) -> None:
        error = _error(state)
        if isinstance(error, ServiceError):
            on_retry(Retry(operation=operation, attempt=state.attempt_number, error=error, wait=state.upcoming_sleep))

    retrying = Retrying(
        retry=retry_if_exception(lambda error: may_repeat(error, repeatable=repeatable)),
        wait=wait,
        stop=stop,
        sleep=sleep,
        before_sleep=tell,
        reraise=True,
    )
    return retrying(next_attempt)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
