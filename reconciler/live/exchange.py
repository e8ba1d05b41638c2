"""Two sides of a run that ask one service about the same objects: what one side was answered serves the other, too."""

from __future__ import annotations

import enum
import json
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.live.port import Operation, Service
from reconciler.live.wrapping import WrappedService
from reconciler.model import JsonObject, JsonValue

MOST_KEPT = 8_000_000
"""How many bytes of answers wait for the other side, packed. The oldest give way, and are asked for once more."""


class Side(enum.Enum):
    """On whose behalf a service is asked."""

    OWN = "own"
    """The target's own, which is planned or audited."""
    WAITING = "waiting"
    """That of the targets that come after it."""


class Exchange:
    """The answers about single objects that one side was given and the other one has not asked for yet. Each is handed
    over once and then forgotten, so that what a side asks a second time is looked at anew. Safe for several threads.

    Args:
        most: how many bytes of packed answers are kept.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: dict[str, tuple[Side, bytes]] = {}  # by question, the oldest first
        self._size = 0
        self._lock = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._askers: Counter[str] = Counter()

    def over(self, service: Service, side: Side) -> Service:
        """Return the service as one side asks it. Listings go by the exchange: both sides may want to look anew."""
        return _OneSide(service, self, side)

    def answer(self, side: Side, question: str, ask: Callable[[], JsonObject]) -> JsonObject:
        """Return the answer that the other side was given; where there is none, `ask`. Whoever asks the same meanwhile
        waits for it.

        Raises:
            ServiceError: see `port.Service.call`; the other side asks again then.
        """
        with self._turn(question):
            packed = self._handed_over(side, question)
            if packed is not None:
                found: JsonObject = json.loads(zlib.decompress(packed))
                return found
            answer = ask()
            self._keep(side, question, zlib.compress(json.dumps(answer).encode(), 1))
            return answer

    @contextmanager
    def _turn(self, question: str) -> Iterator[None]:
        """The time in which nobody else asks this question."""
        with self._lock:
            turn = self._turns.setdefault(question, threading.Lock())
            self._askers[question] += 1
        try:
            with turn:
                yield
        finally:
            with self._lock:
                self._askers[question] -= 1
                if not self._askers[question]:
                    del self._turns[question], self._askers[question]

    def _handed_over(self, side: Side, question: str) -> bytes | None:
        """Take the answer that the other side left, if there is one. One that this side left itself is forgotten."""
        with self._lock:
            by, packed = self._kept.pop(question, (side, b""))
            self._size -= len(packed)
            return packed if by is not side else None

    def _keep(self, side: Side, question: str, packed: bytes) -> None:
        with self._lock:
            self._kept[question] = side, packed
            self._size += len(packed)
            while self._size > self._most:
                _, oldest = self._kept.pop(next(iter(self._kept)))
                self._size -= len(oldest)


class _OneSide(WrappedService):
    def __init__(self, service: Service, exchange: Exchange, side: Side) -> None:
        super().__init__(service)
        self._exchange = exchange
        self._side = side

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        if not (operation.repeatable and ids):
            return self._service.call(operation, *ids, **fields)
        question = repr((operation.name, ids, sorted(fields.items())))
        return self._exchange.answer(self._side, question, lambda: self._service.call(operation, *ids, **fields))
