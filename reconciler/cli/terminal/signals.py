"""What signals do: before anything is written they end the command; during an apply they only stop new actions.

The signals are SIGINT, SIGTERM and SIGHUP. Python itself ignores SIGPIPE: a write to an output that is gone fails, and
that failure is reported.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOTICE = b"\nInterrupted: no new action starts, those in flight finish. Once more to stop at once.\n"

NOTHING_WRITTEN = "nothing was written"
"""What an interrupt before the first write says."""

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Make all of them end the command as SIGINT does: by an exception, so that a lock is given back on the way out."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt(NOTHING_WRITTEN)

    with _handling(on_signal):
        yield


@contextmanager
def halting() -> Iterator[threading.Event]:
    """Yield an event that the first signal sets; the second signal ends the process at once.

    A terminal that closes may send SIGHUP twice, by its shell and by the kernel; that does not count as two requests.
    """
    halt = threading.Event()
    seen: list[int] = []

    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        if seen and number != signal.SIGHUP:
            os._exit(128 + number)
        seen.append(number)
        halt.set()
        with contextlib.suppress(OSError):  # the terminal itself may be gone
            os.write(2, NOTICE)

    with _handling(on_signal):
        yield halt


@contextmanager
def _handling(handler: Handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may install handlers; a host that runs commands elsewhere keeps its own
        return
    # A person who starts a command by `nohup` wants it to continue after the terminal is closed.
    wanted = [number for number in NUMBERS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
    former = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)
