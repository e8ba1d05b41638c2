"""Services that are asked each question once: for commands that look at the same objects from several sides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy
from typing import Generic, TypeVar

from reconciler.errors import Forbidden, NotFound
from reconciler.live.port import Operation, Service
from reconciler.live.wrapping import WrappedService
from reconciler.model import JsonObject, JsonValue

AnswerT = TypeVar("AnswerT")
Chosen = Callable[[Operation, JsonObject], bool]
"""Returns whether a question, an operation with its fields, is asked once. The answers stay in memory."""


def every_question(_operation: Operation, _fields: JsonObject) -> bool:
    """Choose all."""
    return True


class Answers:
    """What was answered so far. Connections that are answered alike may share it. Safe for several threads."""

    def __init__(self) -> None:
        self._answers: dict[str, _Answer[object]] = {}
        self._lock = threading.Lock()

    def of(self, key: str, ask: Callable[[], AnswerT]) -> AnswerT:
        """Return the answer to a question; `ask` is called where it is not known."""
        with self._lock:
            answer = self._answers.setdefault(key, _Answer())
        return answer.of(ask)  # type: ignore[return-value]


class Once(WrappedService):
    """A `port.Service` whose reads are answered from what they were answered before. Nothing may be written by it.

    Args:
        service: whom to ask.
        chosen: which questions are asked once.
        answers: what is known already, and takes what is answered; None: nothing yet.
    """

    def __init__(self, service: Service, chosen: Chosen = every_question, answers: Answers | None = None) -> None:
        super().__init__(service)
        self._chosen = chosen
        self._answers = Answers() if answers is None else answers

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`.

        Raises:
            ValueError: the operation writes.
        """
        if not operation.repeatable:
            raise ValueError(f"{operation.name} writes")
        if not self._chosen(operation, fields):
            return self._service.call(operation, *ids, **fields)
        key = _key("call", operation, ids, fields)
        return self._answers.of(key, lambda: self._service.call(operation, *ids, **fields))

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`."""
        if not self._chosen(operation, fields):
            return self._service.rows(operation, *ids, **fields)
        key = _key("rows", operation, ids, fields)
        return list(self._answers.of(key, lambda: self._service.rows(operation, *ids, **fields)))


class HandedOn(WrappedService):
    """A `port.Service` that two stages ask the same, one after the other. What the first was answered is given to the
    second one time, and then forgotten, so that it does not fill the memory. Nothing may be written by it."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._noted: dict[str, object] = {}

    def first(self) -> Service:
        """Return the service for the stage that asks first."""
        return _First(self._service, self._noted)

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        noted = self._noted.pop(_key("call", operation, ids, fields), None)
        return self._service.call(operation, *ids, **fields) if noted is None else noted  # type: ignore[return-value]

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`."""
        noted = self._noted.pop(_key("rows", operation, ids, fields), None)
        return self._service.rows(operation, *ids, **fields) if noted is None else noted  # type: ignore[return-value]


class _First(WrappedService):
    def __init__(self, service: Service, noted: dict[str, object]) -> None:
        super().__init__(service)
        self._noted = noted

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        answer = self._noted[_key("call", operation, ids, fields)] = self._service.call(operation, *ids, **fields)
        return answer

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        rows = self._noted[_key("rows", operation, ids, fields)] = self._service.rows(operation, *ids, **fields)
        return rows


def _key(how: str, operation: Operation, ids: tuple[str, ...], fields: JsonObject) -> str:
    return repr((how, operation.name, ids, sorted(fields.items())))


class _Answer(Generic[AnswerT]):
    """One answer. A refusal is one too; what failed is asked again. Threads that ask at once wait for the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given: list[AnswerT] = []
        self._refusal: Forbidden | NotFound | None = None

    def of(self, ask: Callable[[], AnswerT]) -> AnswerT:
        with self._lock:
            if self._refusal is not None:
                raise copy(self._refusal)
            if not self._given:
                try:
                    self._given.append(ask())
                except (Forbidden, NotFound) as error:
                    self._refusal = copy(error)  # without its traceback, which holds all that was at hand there
                    raise
            return self._given[0]
