"""The instance types of the region, and what one pod has on each.

They only inform people, so a list that cannot be read counts as an empty one and never stops a plan.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

from reconciler.errors import ServiceError
from reconciler.live.operations import LIST_ECS_SPECS
from reconciler.live.port import Service
from reconciler.model import JsonValue
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one pod has on an instance type; None where the service does not say. Memory in GiB."""

    gpu: float | None
    cpu: float | None
    memory_gib: float | None


class Market(Protocol):
    """Knows what one pod has on an instance type."""

    def find(self, instance_type: str) -> Offer | None:
        """Return the instance type; None when nothing is known about it."""
        ...


class Offers:
    """The instance types of the region by name. They are listed once, when the first one is asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._table: Mapping[str, Offer] | None = None

    def find(self, instance_type: str) -> Offer | None:
        """Return the instance type; None when the service does not offer it or we may not list it."""
        with self._lock:
            if self._table is None:
                self._table = self._listed()
        return self._table.get(instance_type)

    def _listed(self) -> Mapping[str, Offer]:
        try:
            # Never a SortBy: the service has answered documented values with 400.
            rows = self._service.rows(LIST_ECS_SPECS)
        except ServiceError:
            return {}
        return {
            str(row.get("InstanceType")): Offer(
                gpu=_number(row.get("Gpu")), cpu=_number(row.get("Cpu")), memory_gib=_number(row.get("Memory"))
            )
            for row in rows
        }


def _number(value: JsonValue) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
