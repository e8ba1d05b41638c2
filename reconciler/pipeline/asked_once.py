"""What targets that others wait for were asked in one look at many targets, by themselves and by the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.kinds.results import Standing
from reconciler.live.exchange import Exchange
from reconciler.model import Resource, ResourceId

Wanted = Mapping[ResourceId, Resource[Any]]
Standings = Mapping[ResourceId, Standing]
Way = tuple[str, str, str]
"""Region, endpoint and profile: all targets with the same are asked alike."""


class AskedOnce:
    """Asks each target for each of its resources once, however many targets wait for it. Safe for several threads.

    It is for one look only: whatever is written afterwards can change the answers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._targets: dict[str, _Target] = {}
        self._exchanges: dict[Way, Exchange] = {}

    def exchange(self, way: Way) -> Exchange:
        """Return what the targets themselves and those that wait for them hand over to each other."""
        with self._lock:
            return self._exchanges.setdefault(way, Exchange())

    def standings(self, target: str, wanted: Wanted, ask: Callable[[Wanted], Standings]) -> Standings:
        """Return the standings of resources of a target; `ask` brings those that nobody asked for yet.

        Raises:
            ReconcilerError: the target cannot be read, now or when it was asked before.
        """
        with self._lock:
            there = self._targets.setdefault(target, _Target())
        return there.standings(wanted, ask)


class _Target:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[ResourceId, Standing] = {}
        self._failed: ReconcilerError | None = None

    def standings(self, wanted: Wanted, ask: Callable[[Wanted], Standings]) -> Standings:
        with self._lock:
            new = {id: resource for id, resource in wanted.items() if id not in self._known}
            if new and self._failed is None:
                try:
                    self._known |= ask(new)
                except ReconcilerError as error:
                    self._failed = error
            if new and self._failed is not None:
                raise self._failed
            return {id: self._known[id] for id in wanted if id in self._known}
