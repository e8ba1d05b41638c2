"""The job types of CreateJob, and the roles that each has (JobSpecs[].Type). Both are case-sensitive."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_WORKERS = ("Worker", "Master")

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "TFJob": ("Chief", "Master", "PS", "Worker", "Evaluator", "GraphLearn"),
        "PyTorchJob": _WORKERS,
        "MPIJob": _WORKERS,
        "XGBoostJob": _WORKERS,
        "OneFlowJob": _WORKERS,
        "ElasticBatchJob": _WORKERS,
        "RayJob": ("Head", "Worker"),
        "SlurmJob": (),
        "DataJuicerJob": (),
    }
)
"""Roles by job type. A type without roles accepts any, because the service publishes none for it.

That a TFJob may have a Master is known from the `dlc` command line (API.md section 10).
"""

JOB_TYPES = tuple(ROLES)


def is_role(job_type: str, role: str) -> bool:
    """Return whether a known job type has the role. RayJob also has groups of workers, `Worker-<suffix>`.

    Raises:
        KeyError: not a job type.
    """
    roles = ROLES[job_type]
    if job_type == "RayJob" and role.startswith("Worker-"):
        return len(role) > len("Worker-")
    return not roles or role in roles


def describe_roles(job_type: str) -> str:
    """Return the legal roles of a known job type, for a sentence."""
    suffixed = ("Worker-<suffix>",) if job_type == "RayJob" else ()
    return ", ".join((*ROLES[job_type], *suffixed)) or "any"
