"""Lists instance types that can be rented. They are filtered and sorted here, because the service refuses its own
sort orders."""

from __future__ import annotations

from reconciler.kinds.base import Site
from reconciler.live.operations import LIST_ECS_SPECS
from reconciler.model import JsonObject, JsonValue
from reconciler.model.quick import dataclass

SORTS = {"name": "InstanceType", "gpu": "Gpu", "cpu": "Cpu", "memory": "Memory"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which instance types are asked for; zero and empty mean any."""

    accelerator: str = ""
    gpu_type: str = ""
    """A part of GpuType, in any case."""
    name: str = ""
    """A part of InstanceType."""
    gpus: int = 0
    cpus: int = 0
    memory: int = 0
    """In GiB."""
    available: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The instance types that fit, and how many there are altogether."""

    rows: list[JsonObject]
    offered: int


def ecs_specs(site: Site, wanted: Wanted, *, sort: str, descending: bool) -> Found:
    """Return the instance types of ListEcsSpecs that fit, by a key of `SORTS` and by name.

    Raises:
        ServiceError: the listing could not be read to its end.
    """
    offered = site.service.rows(LIST_ECS_SPECS)
    rows = [row for row in offered if _fits(row, wanted)]
    rows.sort(key=lambda row: str(row.get("InstanceType")))
    if sort != "name":
        rows.sort(key=lambda row: _number(row.get(SORTS[sort])), reverse=descending)
    elif descending:
        rows.reverse()
    return Found(rows=rows, offered=len(offered))


def _fits(row: JsonObject, wanted: Wanted) -> bool:
    return (
        (not wanted.accelerator or row.get("AcceleratorType") == wanted.accelerator)
        and wanted.gpu_type.lower() in str(row.get("GpuType") or "").lower()
        and wanted.name.lower() in str(row.get("InstanceType") or "").lower()
        and _number(row.get("Gpu")) >= wanted.gpus
        and _number(row.get("Cpu")) >= wanted.cpus
        and _number(row.get("Memory")) >= wanted.memory
        and (not wanted.available or row.get("IsAvailable") is not False)
    )


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
