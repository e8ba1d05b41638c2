"""The states of a job, as GetJob and ListJobs spell them, and what each allows."""

from __future__ import annotations

from reconciler.model import JsonObject

TERMINAL = frozenset({"Succeeded", "Failed", "Stopped"})
RESERVING = frozenset({"SucceededReserving", "FailedReserving"})
"""The work is over; the resources are still held (Settings.JobReservedMinutes)."""
WAITING = frozenset({"Creating", "Queuing", "Bidding"})
"""States in which the job has no pods yet."""
STATES = (
    "Creating",
    "Queuing",
    "Bidding",
    "EnvPreparing",
    "SanityChecking",
    "Running",
    "Restarting",
    "Stopping",
    *sorted(RESERVING),
    *sorted(TERMINAL),
)
PRIORITY_STATES = frozenset({"Creating", "Queuing", "EnvPreparing"})
"""States before submission. Later the service answers a change of priority with success and drops it."""


def status_of(job: JsonObject) -> str:
    """Return the state; empty when the row has none."""
    return str(job.get("Status") or "")


def has_ended(job: JsonObject) -> bool:
    """Return whether nothing will run any more, so that the result is final."""
    return status_of(job) in TERMINAL | RESERVING


def has_succeeded(job: JsonObject) -> bool:
    """Return whether the work was done."""
    return status_of(job) in ("Succeeded", "SucceededReserving")


def name_of(job: JsonObject) -> str:
    """Return how messages name a job: `dlc123 "train-20260301-001"`."""
    return f'{job.get("JobId")} "{job.get("DisplayName") or ""}"'
