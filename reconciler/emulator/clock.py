"""The emulator's time. No other module says what "now" is.

Seconds since the epoch inside, ISO-8601 in UTC on the wire. Asynchronous states, default listing windows and automatic
stops all follow the clock that the emulator was given; nothing here waits.
"""

from __future__ import annotations

import functools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time in seconds since the epoch."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()


class FastClock:
    """The machine's clock, which runs `speed` times as fast from the start of this process on."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start = time.time()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._start + (time.time() - self._start) * self._speed


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start.timestamp()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._now

    def advance(self, seconds: float = 0.0, *, days: float = 0.0) -> None:
        """Move the clock forward (or back, with negative values)."""
        self._now += timedelta(days=days, seconds=seconds).total_seconds()

    def set(self, moment: datetime) -> None:
        """Move the clock to one moment; `moment` carries its time zone."""
        self._now = moment.timestamp()


def to_seconds(moment: datetime | float) -> float:
    """Return a moment as whole seconds, the precision that PAI-DLC shows."""
    return float(int(moment.timestamp() if isinstance(moment, datetime) else moment))


@functools.lru_cache(maxsize=1024)  # a page of a listing shows the same few moments again and again
def show_seconds(moment: float) -> str:
    """Return a moment as `2026-01-08T14:17:55Z`, the form of PAI-DLC."""
    return datetime.fromtimestamp(int(moment), UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> float:
    """Read minutes, seconds or fractions with any offset; a time without offset is UTC. ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
