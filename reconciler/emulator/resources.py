"""What a job asks for over all its pods: GPUs, CPUs and GiB, by instance type or out of a quota."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .catalogue import entries
from .jobs import Job
from .service import Service
from .wire import JsonObject

Offers = Mapping[str, JsonObject]
"""What ListEcsSpecs offers, by instance type."""


def offers_of(service: Service) -> Offers:
    """Return the instance types on offer."""
    return {entry["InstanceType"]: entry for entry in entries(service, "ecsspec")}


def requested(job: Job, offers: Offers) -> dict[str, float]:
    """Return the sums by the names GPU, CPU and Memory."""
    total = {"GPU": 0.0, "CPU": 0.0, "Memory": 0.0}
    for spec in job.body["JobSpecs"]:
        offer, config = offers.get(spec.get("EcsSpec") or "", {}), spec.get("ResourceConfig") or {}
        one = config or {"GPU": offer.get("Gpu"), "CPU": offer.get("Cpu"), "Memory": offer.get("Memory")}
        for name in total:
            total[name] += spec.get("PodCount", 1) * _number(one.get(name))
    return total


def _number(value: object) -> float:
    match = re.match(r"[0-9]+(\.[0-9]+)?", str(value or ""))
    return float(match.group()) if match else 0.0
