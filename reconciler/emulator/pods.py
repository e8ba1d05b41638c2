"""The pods of a job, computed from its states: one row of incarnations for each replica.

Pods exist from EnvPreparing on; a restart of the job ends them and makes new ones under the same PodId with another
PodUid. The wire form of GetJob and ListJobs is here too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from .clock import show_seconds
from .job_life import RESERVING, TERMINAL, Progress
from .jobs import Job
from .wire import JsonObject, present

MOST_REPLICAS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """One incarnation of one replica. Moments are seconds since the epoch, None while they are not reached."""

    id: str
    uid: str
    role: str
    spec: JsonObject
    created: float
    running: float | None
    ended: float | None
    status: str
    evicted: bool = False
    is_culprit: bool = False
    """Whether the mishap happens to this replica."""

    @property
    def node(self) -> str:
        """The node it runs on."""
        return f"node-{_number(self.uid, 9000) + 1000}"

    @property
    def ip(self) -> str:
        """Its address."""
        number = _number(self.uid, 60000)
        return f"10.0.{number // 250}.{number % 250 + 2}"


@dataclass(frozen=True, slots=True)
class _Span:
    created: float
    running: float | None = None
    ended: float | None = None
    status: str = "Pending"


def replicas(job: Job, progress: Progress) -> list[list[Pod]]:
    """Return the incarnations of each replica, oldest first; empty before the environment is prepared."""
    spans = _spans(progress)
    if not spans:
        return []
    places = [
        (place, spec, index)
        for place, spec in enumerate(job.body["JobSpecs"])
        for index in range(min(spec.get("PodCount", 1), MOST_REPLICAS))
    ]
    return [_incarnations(job, spans, *place, is_culprit=place == places[-1]) for place in places]


def current(job: Job, progress: Progress) -> list[Pod]:
    """Return the newest incarnation of every replica."""
    return [incarnations[-1] for incarnations in replicas(job, progress)]


def _incarnations(
    job: Job, spans: Sequence[_Span], place: int, spec: JsonObject, index: int, *, is_culprit: bool
) -> list[Pod]:
    role = str(spec.get("Type", "Worker")).lower()
    mishap = job.mishap
    return [
        Pod(
            id=f"{job.id}-{role}-{index}",
            uid=_uid(f"{job.id}/{place}/{index}/{number}"),
            role=role,
            spec=spec,
            created=span.created,
            running=span.running,
            ended=span.ended,
            status=span.status,
            evicted=is_culprit and span.status == "Failed" and mishap is not None and mishap.evicts,
            is_culprit=is_culprit,
        )
        for number, span in enumerate(spans)
    ]


def _spans(progress: Progress) -> list[_Span]:
    """Return when the job's pods were made, ran and ended: one span for each start of the job."""
    spans: list[_Span] = []
    alive: _Span | None = None
    for state, since in progress.steps:
        if state in ("EnvPreparing", "SanityChecking", "Running", "Restarting") and alive is None:
            alive = _Span(since)
        elif state == "Restarting" and alive is not None:
            spans.append(_Span(alive.created, alive.running, since, "Failed"))
            alive = _Span(since)
        if state == "Running" and alive is not None:
            alive = _Span(alive.created, alive.running or since, None, "Running")
        if state in TERMINAL | RESERVING | {"Stopping"}:
            if alive is None and not spans and state not in ("Stopping", "Stopped"):
                alive = _Span(since, since)
            if alive is not None:
                status = "Succeeded" if state.startswith("Succeeded") else "Failed"
                spans.append(_Span(alive.created, alive.running, since, status))
                alive = None
    return [*spans, alive] if alive is not None else spans


def show(incarnations: Sequence[Pod], now: float) -> JsonObject:
    """Return a replica as GetJob and ListJobs show it."""
    *history, newest = incarnations
    return {**_one(newest, now), **present(HistoryPods=[_one(pod, now) for pod in history] or None)}


def _one(pod: Pod, now: float) -> JsonObject:
    end = now if pod.ended is None else pod.ended
    return present(
        Duration=round(end - pod.running, 1) if pod.running is not None else 0.0,
        GmtCreateTime=show_seconds(pod.created),
        GmtFinishTime=None if pod.ended is None else show_seconds(pod.ended),
        GmtStartTime=None if pod.running is None else show_seconds(pod.running),
        Ip=pod.ip,
        NodeName=pod.node,
        PodId=pod.id,
        PodUid=pod.uid,
        ResourceType="ECS",
        Status=pod.status,
        SubStatus="Evicted" if pod.evicted else "Normal",
        Type=pod.role,
    )


def _number(text: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % below


def _uid(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
