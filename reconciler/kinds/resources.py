"""GPU, CPU and memory of one job of a content, over all its pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.kinds.offers import Market, Offer
from reconciler.model import JobResources, JsonObject, JsonValue
from reconciler.model.expressions import expression

_QUANTITY = expression(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([A-Za-z]{0,3})\s*")
_CORES = {"": 1.0, "m": 0.001}
_GIB = {
    **{unit: 1024.0**power / 1024**3 for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti"), start=1)},
    **{unit: 1000.0**power / 1024**3 for power, unit in enumerate(("K", "M", "G", "T"), start=1)},
}


def resources(content: JsonObject, offers: Market) -> JobResources | None:
    """Return what a job takes, from ResourceConfig or from the instance types; None when the content has no JobSpecs.

    The content must be safe to show. A hidden value counts as unknown.
    """
    specs = content.get("JobSpecs")
    if not isinstance(specs, list) or not all(isinstance(spec, Mapping) for spec in specs):
        return None
    pods = [(_pods(spec), _pod(spec, offers)) for spec in specs]
    instances: dict[str, int] = {}
    for spec, (count, _) in zip(specs, pods, strict=True):
        name = spec.get("EcsSpec")
        if isinstance(name, str) and count is not None:
            instances[name] = instances.get(name, 0) + count
    return JobResources(
        gpu=_total((count, pod.gpu) for count, pod in pods),
        cpu=_total((count, pod.cpu) for count, pod in pods),
        memory_gib=_total((count, pod.memory_gib) for count, pod in pods),
        instances=dict(sorted(instances.items())),
    )


def _pods(spec: JsonObject) -> int | None:
    count = spec.get("PodCount", 1)
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _pod(spec: JsonObject, offers: Market) -> Offer:
    """Return what one pod takes."""
    unknown = Offer(gpu=None, cpu=None, memory_gib=None)
    config, instance_type = spec.get("ResourceConfig"), spec.get("EcsSpec")
    if isinstance(config, Mapping):
        return Offer(
            gpu=_quantity(config.get("GPU", "0"), _CORES),
            cpu=_quantity(config.get("CPU"), _CORES),
            memory_gib=_quantity(config.get("Memory"), _GIB),
        )
    return (offers.find(instance_type) if isinstance(instance_type, str) else None) or unknown


def _quantity(value: JsonValue, units: Mapping[str, float]) -> float | None:
    found = _QUANTITY.fullmatch(str(value))
    if found is None or found.group(2) not in units:
        return None
    return float(found.group(1)) * units[found.group(2)]


def _total(parts: Iterable[tuple[int | None, float | None]]) -> float | None:
    total = 0.0
    for count, amount in parts:
        if count is None or amount is None:
            return None
        total += count * amount
    total = round(total, 3)
    return int(total) if total.is_integer() else total
