"""Reads the metrics of a job, pod by pod, and says why there are none."""

from __future__ import annotations

from reconciler.errors import ReconcilerError
from reconciler.jobs.states import WAITING, name_of, status_of
from reconciler.jobs.windows import Window
from reconciler.kinds.base import Site
from reconciler.live.operations import GET_JOB_METRICS
from reconciler.model import JsonObject

TYPES = (
    "GpuCoreUsage",
    "GpuMemoryUsage",
    "CpuCoreUsage",
    "MemoryUsage",
    "NetworkInputRate",
    "NetworkOutputRate",
    "DiskReadRate",
    "DiskWriteRate",
)
POINTS = 60
"""How many points a series has, approximately, when no step is given."""


def step_for(window: Window) -> str:
    """Return a TimeStep that gives about `POINTS` points: whole minutes, or seconds for short windows."""
    seconds = max(1, round((window.end - window.start).total_seconds() / POINTS))
    return f"{seconds}s" if seconds < 60 else f"{round(seconds / 60)}m"


def job_metrics(site: Site, job: JsonObject, kind: str, window: Window, step: str) -> JsonObject:
    """Return the answer of GetJobMetrics, with at least one point.

    Raises:
        ReconcilerError: there is nothing to show; the message says why.
        ServiceError: the call failed.
    """
    answer = site.service.call(
        GET_JOB_METRICS, job["JobId"], MetricType=kind, **window.fields, TimeStep=step or step_for(window)
    )
    series = [pod for pod in answer["PodMetrics"] if pod.get("Metrics")]
    if not series:
        raise ReconcilerError(_why_empty(job, kind, window))
    return {**answer, "PodMetrics": series}


def _why_empty(job: JsonObject, kind: str, window: Window) -> str:
    what = f"{name_of(job)} has no {kind} {window}"
    if status_of(job) in WAITING or not job.get("GmtRunningTime"):
        return f"{what}: it is {status_of(job)} and has not run"
    if job.get("ResourceId"):
        return (
            f"{what}: the service keeps metrics only of pay-as-you-go jobs on general computing; those of jobs on a "
            "quota moved to CloudMonitor, whose console shows them"
        )
    return f"{what}: no pod ran then, the data is no longer kept, or it moved to CloudMonitor"
