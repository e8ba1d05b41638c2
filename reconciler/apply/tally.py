"""Counts the writes of one action: an error before the first write has changed nothing, whatever the error says."""

from __future__ import annotations

from reconciler.errors import ServiceError
from reconciler.live.port import Operation, Service
from reconciler.model import JsonObject, JsonValue


class Tally:
    """A `port.Service` that counts the writes which the service accepted, or may have accepted."""

    def __init__(self, service: Service, writes: int = 0) -> None:
        self._service = service
        self.writes = writes

    @property
    def calls_in_flight(self) -> int:
        """See `port.Service.calls_in_flight`."""
        return self._service.calls_in_flight

    @property
    def place(self) -> str:
        """See `port.Service.place`."""
        return self._service.place

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        try:
            answer = self._service.call(operation, *ids, **fields)
        except ServiceError as error:
            self.writes += error.ambiguous and not operation.repeatable
            raise
        self.writes += not operation.repeatable
        return answer

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`."""
        return self._service.rows(operation, *ids, **fields)
