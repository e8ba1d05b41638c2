"""How fast calls may be sent: a token bucket for each operation, and a limit on how many are in flight at once.

Both are halved once for each time the service throttles, and grow again in small steps while it does not. The caller
does the waiting: `Pacer.reserve` returns how long, so that tests need no real clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

SLOWEST = 1.0
STEP_UP = 0.005


class Pacer:
    """A token bucket for one operation, shared by threads: `rate` calls a second, a tenth of it at once.

    Calls are booked in order of arrival, so no thread starves and nobody wakes to find the token gone.
    """

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._ceiling = rate
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock()
        self._slowed_at = float("-inf")

    @property
    def rate(self) -> float:
        """The calls allowed in a second at present."""
        return self._rate

    def reserve(self) -> float:
        """Book the next call and return the seconds to wait before sending it."""
        with self._lock:
            now = self._clock()
            burst = max(1.0, self._rate / 10)
            earliest = max(now, self._next - (burst - 1) / self._rate)
            self._next = max(self._next, now) + 1 / self._rate
            return earliest - now

    def slow_down(self, started: float, wait: float) -> None:
        """Note that a call which started at that moment was throttled: halve the rate, and send nothing for `wait`
        seconds."""
        with self._lock:
            now = self._clock()
            if started > self._slowed_at:
                self._slowed_at = now
                self._rate = max(min(SLOWEST, self._ceiling), self._rate / 2)
            burst = max(1.0, self._rate / 10)
            self._next = max(self._next, now + wait + (burst - 1) / self._rate)

    def speed_up(self) -> None:
        """Note that a call was not throttled: raise the rate a little, up to the one it began with."""
        with self._lock:
            self._rate = min(self._ceiling, self._rate + self._ceiling * STEP_UP)


class Gate:
    """Limits how many calls are in flight at once; additive increase, multiplicative decrease. Safe for several
    threads."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._limit = float(most)
        self._clock = clock
        self._inside = 0
        self._changed = threading.Condition()
        self._slowed_at = float("-inf")

    @property
    def limit(self) -> int:
        """How many calls may be in flight at present."""
        return int(self._limit)

    def enter(self, timeout: float) -> bool:
        """Wait for a place, at most `timeout` seconds, and return whether there was one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._inside < self.limit, timeout):
                return False
            self._inside += 1
            return True

    def leave(self, started: float, *, throttled: bool) -> None:
        """Give the place back. A throttled call that started after the last reduction halves the limit."""
        with self._changed:
            self._inside -= 1
            if not throttled:
                self._limit = min(float(self._most), self._limit + 1 / self._limit)
            elif started > self._slowed_at:
                self._slowed_at = self._clock()
                self._limit = max(1.0, self._limit / 2)
            self._changed.notify_all()


class Pace:
    """How fast one identity calls the service in one region: a pacer for each operation, and one gate. Safe for
    several threads."""

    def __init__(self, rate: float, calls_in_flight: int, clock: Callable[[], float]) -> None:
        self.gate = Gate(calls_in_flight, clock)
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._pacers: dict[str, Pacer] = {}

    def pacer(self, operation: str) -> Pacer:
        """Return the pacer of an operation, by its official name."""
        with self._lock:
            if operation not in self._pacers:
                self._pacers[operation] = Pacer(self._rate, self._clock)
            return self._pacers[operation]


class Paces:
    """The paces of a run, shared by all its connections: the service limits accounts and regions, not workspaces."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[Hashable, Pace] = {}

    def of(self, caller: Hashable, make: Callable[[], Pace]) -> Pace:
        """Return the pace of a caller, which is an identity and a region. It is made at the first request for it."""
        with self._lock:
            if caller not in self._paces:
                self._paces[caller] = make()
            return self._paces[caller]
