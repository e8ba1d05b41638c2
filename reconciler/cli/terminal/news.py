"""Which looks at a job deserve a line, where every line stays: in the log of a pipeline, in a file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

AGAIN = 60.0
"""Seconds after which a state that lasts is reported once more."""


class News:
    """Remembers what was reported. A state of another sort than the last one of that job is news, and so is the same
    one after a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def is_new(self, job: str, state: str) -> bool:
        """Return whether a text such as "Running 2 of 15 min" has to be reported for a job now.

        Its first word is the sort of state.
        """
        kind, now = state.partition(" ")[0], self._clock()
        with self._lock:
            before, told = self._last.get(job, ("", now))
            if kind == before and now - told < AGAIN:
                return False
            self._last[job] = kind, now
            return True
