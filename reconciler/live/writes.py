"""Makes one write on a service without idempotency tokens: it is done once, found again, or reported as unknown.

No write of this program may be repeated in any other way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import AnswerLost, ServiceError

FoundT = TypeVar("FoundT")


def _always(_lost: ServiceError) -> bool:
    return True


def write_once(
    send: Callable[[], FoundT],
    landed: Callable[[], FoundT | None],
    *,
    sleep: Callable[[float], None],
    looks: int = 5,
    tries: int = 3,
    interval: float = 2.0,
    again: Callable[[ServiceError], bool] = _always,
) -> FoundT:
    """Send a write. When its answer is lost, look whether it happened before anything else is done.

    Args:
        send: makes the write and returns what it made. Only its `ambiguous` errors lead to a look.
        landed: looks for the write's own trace; what it made, or None when it is not to be seen. It must recognise
            this very write (a nonce, a digest, a number that did not exist before), never something like it.
        sleep: waits before each look but the first, `interval` seconds.
        looks: how many looks in vain count as proof that the write did not happen. They must outlast the service's lag.
        tries: how often to send at most. 1 means: never send again, only look.
        again: whether this loss, and looks in vain, allow to send again. A write that makes a new object each time
            must not be sent again as long as the first one may still arrive.

    Returns:
        What `send` or `landed` returned. Exactly one write has happened.

    Raises:
        AnswerLost: it is not known whether the write happened, or it did not in all tries; at most one did.
        ServiceError: an error of `send` that is not ambiguous; this try wrote nothing.
    """
    sent = 0
    while sent < tries:
        sent += 1
        try:
            return send()
        except ServiceError as error:
            if not error.ambiguous:
                raise
            lost = error
        found = _look(landed, lost, sleep=sleep, looks=looks, interval=interval)
        if found is not None:
            return found
        if not again(lost):
            break
    raise AnswerLost(
        f"{lost.message}; it is not to be seen after {sent} {'try' if sent == 1 else 'tries'}",
        operation=lost.operation,
        status=lost.status,
        code=lost.code,
        request_id=lost.request_id,
        hint="plan again: what did happen will be seen then",
    ) from lost


def _look(
    landed: Callable[[], FoundT | None],
    lost: ServiceError,
    *,
    sleep: Callable[[float], None],
    looks: int,
    interval: float,
) -> FoundT | None:
    """Return what the write made; None when `looks` looks did not find it.

    A look that fails shows nothing and is made again.
    """
    in_vain = 0
    for count in range(2 * looks):
        if count:
            sleep(interval)
        try:
            found = landed()
        except ServiceError as error:
            blind: ServiceError = error
            continue
        if found is not None:
            return found
        in_vain += 1
        if in_vain == looks:
            return None
    raise AnswerLost(
        f"{lost.message}; looking for it failed too: {blind.message}",
        operation=lost.operation,
        status=lost.status,
        request_id=lost.request_id,
        hint="plan again: what did happen will be seen then",
    ) from lost
