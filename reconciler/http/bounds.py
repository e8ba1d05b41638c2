"""How long a request to a host of somebody else may take: a code host, a chat. The service has options of its own.

Times are in seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from reconciler.errors import ServiceError
from reconciler.http.retry import repeat
from reconciler.http.transport import Timeouts, Transport
from reconciler.model.address import Address
from reconciler.model.quick import dataclass

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds of one request, and the clock."""

    connect: float = 10.0
    read: float = 30.0
    patience: float = 180.0
    """For all attempts and all waits of the request together."""
    tries: int = 4
    """How many attempts may fail for one cause."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    """Returns the seconds since 1970, for limits that end at a moment and for signatures."""

    def transport(self, address: Address, environ: Mapping[str, str] = os.environ) -> Transport:
        """Return the one connection to a host; the environment names proxies and certificates."""
        return Transport(
            address, connections=1, timeouts=Timeouts(connect=self.connect, read=self.read), environ=environ
        )

    def repeat(
        self,
        send: Callable[[float], ResultT],
        *,
        operation: str,
        repeatable: bool,
        pause: Callable[[ServiceError, int], float],
    ) -> ResultT:
        """Call `send` until it succeeds, fails for good, or uses up the bounds.

        Args:
            send: makes one attempt, which ends before a moment of `time.monotonic`.
            operation: what is done, for messages.
            repeatable: whether sending it twice does no harm.
            pause: returns the seconds to wait after an error that names none, given how many there were.

        Raises:
            ServiceError: the error of the last attempt.
        """
        until = time.monotonic() + self.patience
        return repeat(
            lambda: send(until),
            operation=operation,
            repeatable=repeatable,
            most=lambda _cause: self.tries,
            wait=lambda error, failed: wait_after(error, failed, pause),
            until=until,
            clock=time.monotonic,
            sleep=self.sleep,
        )


def wait_after(error: ServiceError, failed: int, pause: Callable[[ServiceError, int], float]) -> float:
    """Return the seconds that the host asks to wait; where it asks nothing, a pause of our own."""
    asked = getattr(error, "retry_after", 0.0)
    return float(asked) if asked else pause(error, failed)
