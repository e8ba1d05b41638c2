"""How much the targets of a run hold at once: listed rows wait for their turn, so that memory does not grow with the
number of targets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_HELD = 40_000
"""How many live objects are held at once; one target may have more. Each takes about five kilobytes with its manifest
while it is compared."""


class HeldAtOnce:
    """Counts the objects that targets hold. Safe for several threads."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._holders: dict[Holder, int] = {}  # in the order in which they came
        self._changed = threading.Condition()

    @contextmanager
    def holder(self) -> Iterator[Holder]:
        """A target for the time of the block; afterwards it holds nothing."""
        holder = Holder(self)
        with self._changed:
            self._holders[holder] = 0
        try:
            yield holder
        finally:
            with self._changed:
                del self._holders[holder]
                self._changed.notify_all()

    def take(self, holder: Holder, count: int) -> None:
        """Wait until a holder may have so many objects more. The first of the holders never waits, so that there is
        always one that goes on; neither does one whose block has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._may_take(holder, count))
            if holder in self._holders:
                self._holders[holder] += count

    def _may_take(self, holder: Holder, count: int) -> bool:
        is_due = holder not in self._holders or holder is next(iter(self._holders))
        return is_due or sum(self._holders.values()) + count <= self._most


class Holder:
    """One target that holds objects."""

    def __init__(self, at_once: HeldAtOnce) -> None:
        self._at_once = at_once

    def take(self, count: int) -> None:
        """Wait until so many objects more may be held."""
        self._at_once.take(self, count)
