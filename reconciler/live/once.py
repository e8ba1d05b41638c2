"""A service that is asked each question once: for commands that look at the same objects from several sides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from reconciler.live.port import Operation, Service
from reconciler.live.wrapping import WrappedService
from reconciler.model import JsonObject, JsonValue

AnswerT = TypeVar("AnswerT")


class Once(WrappedService):
    """A `port.Service` whose reads are answered from what they were answered before. Nothing may be written by it."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._answers: dict[str, object] = {}
        self._lock = threading.Lock()

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`.

        Raises:
            ValueError: the operation writes.
        """
        if not operation.repeatable:
            raise ValueError(f"{operation.name} writes")
        key = repr(("call", operation.name, ids, sorted(fields.items())))
        return self._answer(key, lambda: self._service.call(operation, *ids, **fields))

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`."""
        key = repr(("rows", operation.name, ids, sorted(fields.items())))
        return list(self._answer(key, lambda: self._service.rows(operation, *ids, **fields)))

    def _answer(self, key: str, ask: Callable[[], AnswerT]) -> AnswerT:
        """The answer that is known, else the service's; two threads that ask at once may both ask it."""
        with self._lock:
            known = self._answers.get(key)
        if known is None:
            known = ask()
            with self._lock:
                self._answers[key] = known
        return known  # type: ignore[return-value]
