"""Examines a job in trouble as a person would: its status, then events, logs and events of pods, each up to a limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reconciler.errors import NotFound
from reconciler.jobs.lookup import get_job
from reconciler.jobs.patterns import Cause, Trace, likely_causes
from reconciler.jobs.watch import job_events, life_of, pod_events, pod_logs
from reconciler.jobs.windows import Window
from reconciler.kinds.base import Site
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Limits of what is examined."""

    events: int = 30
    lines: int = 100
    pods: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PodEvidence:
    """What one pod shows."""

    pod: JsonObject
    logs: Sequence[str]
    events: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What a job showed, and what it means."""

    job: JsonObject
    window: Window
    events: Sequence[str]
    pods: Sequence[PodEvidence]
    pods_left_out: int
    causes: tuple[Cause, ...]


def diagnose(site: Site, job_id: str, caps: Caps) -> Diagnosis:
    """Examine a job. Pods that failed come first.

    Raises:
        NotFound: there is no such job.
        ServiceError: a call failed.
    """
    job = get_job(site, job_id)
    window = life_of(job, site.now())
    events = job_events(site, job_id, window, caps.events)["Events"]
    named = " ".join((str(job.get("ReasonMessage") or ""), *events))
    suspects = sorted(job.get("Pods") or (), key=lambda pod: _suspicion(pod, named))
    pods = [_evidence(site, job_id, pod, window, caps) for pod in suspects[: caps.pods]]
    return Diagnosis(
        job=job,
        window=window,
        events=events,
        pods=pods,
        pods_left_out=max(0, len(suspects) - caps.pods),
        causes=likely_causes(list(_traces(job, events, pods))),
    )


def _suspicion(pod: JsonObject, named: str) -> tuple[int, int, str, str]:
    """Return a key that sorts pods: evicted and failed ones first, of them those that the warnings of the job name,
    then by end."""
    ranks = {"Failed": 1, "Unknown": 2, "Pending": 3, "Running": 4, "Succeeded": 5}
    rank = 0 if pod.get("SubStatus") == "Evicted" else ranks.get(str(pod.get("Status")), 2)
    pod_id = str(pod.get("PodId"))
    mentions = len(re.findall(rf"{re.escape(pod_id)}(?![\w-])", named))
    return rank, -mentions, str(pod.get("GmtFinishTime") or ""), pod_id


def _evidence(site: Site, job_id: str, pod: JsonObject, window: Window, caps: Caps) -> PodEvidence:
    try:
        logs = pod_logs(site, job_id, pod, window, caps.lines)["Logs"]
        events = pod_events(site, job_id, pod, window, caps.events)["Events"]
    except NotFound:
        logs, events = [], []  # the pod was deleted meanwhile
    return PodEvidence(pod=pod, logs=logs, events=events)


def _traces(job: JsonObject, events: Sequence[str], pods: Sequence[PodEvidence]) -> Iterator[Trace]:
    reason = " ".join(str(job.get(key)) for key in ("ReasonCode", "ReasonMessage") if job.get(key))
    if reason:
        yield Trace(where="reason", text=reason)
    yield from (Trace(where="events", text=line) for line in events)
    for one in pods:
        yield from (Trace(where=f"logs of {one.pod['PodId']}", text=line) for line in reversed(one.logs))
        yield from (Trace(where=f"events of {one.pod['PodId']}", text=line) for line in one.events)


def as_document(found: Diagnosis) -> JsonObject:
    """Return the diagnosis as plain data, with the service's own names where it has some."""
    return {
        **found.window.fields,
        "Job": found.job,
        "Events": list(found.events),
        "Pods": [
            {"PodId": one.pod.get("PodId"), "Logs": list(one.logs), "Events": list(one.events)} for one in found.pods
        ],
        "PodsLeftOut": found.pods_left_out,
        "Causes": [
            {
                "Cause": each.cause,
                "Advice": each.advice,
                "Where": each.trace.where,
                "Line": each.trace.text,
                "Count": each.count,
            }
            for each in found.causes
        ],
    }
