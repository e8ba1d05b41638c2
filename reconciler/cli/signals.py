"""SIGINT and SIGTERM: before anything is written they end the command; during an apply they only stop new actions."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM)
NOTICE = b"\nInterrupted: no new action starts, those in flight finish. Once more to stop at once.\n"

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def ending_in_order() -> Iterator[None]:
    """SIGTERM ends the command like SIGINT does: by an exception, so that a lock is given back on the way out."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    with _handling(on_signal):
        yield


@contextmanager
def halting() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; the second ends the process at once."""
    halt = threading.Event()
    seen: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        if seen:
            os._exit(128 + number)
        seen.append(number)
        halt.set()
        os.write(2, NOTICE)

    with _handling(on_signal):
        yield halt


@contextmanager
def _handling(handler: Handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may install handlers; a host that runs commands elsewhere keeps its own
        return
    former = {number: signal.signal(number, handler) for number in NUMBERS}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)
