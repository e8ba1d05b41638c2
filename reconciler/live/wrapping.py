"""A service around another one: the base of those that count, watch or keep some of the calls."""

from __future__ import annotations

from reconciler.live.port import Operation, Service
from reconciler.model import JsonObject, JsonValue


class WrappedService:
    """A `port.Service` that hands every call on to another one."""

    def __init__(self, service: Service) -> None:
        self._service = service

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
        return self._service.call(operation, *ids, **fields)

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`."""
        return self._service.rows(operation, *ids, **fields)
