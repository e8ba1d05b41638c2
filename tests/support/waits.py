"""Waits of the program take no time in this process: what would be slept is added to its clock instead.

The program takes its `sleep` and its clock as parameters, so that a test about waiting hands in its own. All others,
above all those that run whole commands, would sleep for nothing: before the fourth try of a request that fails each
time, or between two looks at a service that stands still.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from reconciler.ci.order import requests_of
from reconciler.http.bounds import Bounds
from reconciler.kinds.base import Patience
from reconciler.live.connection import ConnectionOptions
from reconciler.pipeline.workspace import Settings

WAITING: tuple[Any, ...] = (
    requests_of,
    Bounds.__init__,
    ConnectionOptions.__init__,
    Patience.__init__,
    Settings.__init__,
)
"""Whatever takes `sleep` or a clock and has Python's as the default; `tests/test_architecture.py` finds all of them."""


class SkippedTime:
    """A clock that goes on by itself and by all that was slept on it. For several threads."""

    def __init__(self) -> None:
        self._slept = 0.0
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        """Go on by so many seconds at once, and let other threads run."""
        with self._lock:
            self._slept += seconds
        time.sleep(0)

    def monotonic(self) -> float:
        """As `time.monotonic`, with what was slept."""
        return time.monotonic() + self._slept


def skip_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one clock for all that wait skip what they would sleep."""
    skipped = SkippedTime()
    for each in WAITING:
        for name, value in each.__kwdefaults__.items():
            if value is time.sleep:
                monkeypatch.setitem(each.__kwdefaults__, name, skipped.sleep)
            elif value is time.monotonic:
                monkeypatch.setitem(each.__kwdefaults__, name, skipped.monotonic)
