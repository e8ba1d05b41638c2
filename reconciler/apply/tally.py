"""Counts the writes of one action: an error before the first write has changed nothing, whatever the error says."""

from __future__ import annotations

from reconciler.errors import ServiceError
from reconciler.live.port import Operation, Service
from reconciler.live.wrapping import WrappedService
from reconciler.model import JsonObject, JsonValue


class Tally(WrappedService):
    """A `port.Service` that counts the writes which the service accepted, or may have accepted."""

    def __init__(self, service: Service, writes: int = 0) -> None:
        super().__init__(service)
        self.writes = writes

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        try:
            answer = super().call(operation, *ids, **fields)
        except ServiceError as error:
            self.writes += error.ambiguous and not operation.repeatable
            raise
        self.writes += not operation.repeatable
        return answer
