"""Watching a job: its pods, log lines and events over a window, and following it to its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import datetime, timedelta

from reconciler.errors import NotFound, ReconcilerError
from reconciler.jobs.lookup import get_job
from reconciler.jobs.states import WAITING, has_ended, name_of, status_of
from reconciler.jobs.windows import CLOCKS_APART, Window
from reconciler.kinds.base import Site
from reconciler.live.operations import GET_JOB_EVENTS, GET_POD_EVENTS, GET_POD_LOGS
from reconciler.model import JsonObject
from reconciler.model.moments import moment_of
from reconciler.model.quick import dataclass

MOST_LINES = 2000
"""How many lines GetPodLogs gives at most by default; a follower asks for as many each time."""


def life_of(job: JsonObject, now: datetime) -> Window:
    """Return the window from the job's creation to its end, or to now. It is a little longer, because times are
    whole seconds and clocks differ."""
    start = moment_of(job.get("GmtCreateTime")) or now - timedelta(days=7)
    end = moment_of(job.get("GmtFinishTime")) or now
    return Window(start - timedelta(seconds=1), max(end, start) + CLOCKS_APART)


def pods_of(job: JsonObject, wanted: str = "") -> list[JsonObject]:
    """Return the job's pods, or the one that an id, or the end of one ("worker-0"), names.

    Raises:
        ReconcilerError: there are none yet, or none of that name.
    """
    pods = [pod for pod in job.get("Pods") or () if pod.get("PodId")]
    if not pods:
        why = "it is still waiting for resources" if status_of(job) in WAITING else "it ended before any was made"
        raise ReconcilerError(f"{name_of(job)} is {status_of(job)} and has no pods: {why}")
    if not wanted:
        return pods
    named = [pod for pod in pods if pod["PodId"] == wanted] or [
        pod for pod in pods if str(pod["PodId"]).endswith(f"-{wanted}")
    ]
    if not named:
        names = ", ".join(str(pod["PodId"]) for pod in pods[:8])
        raise ReconcilerError(f"{name_of(job)} has no pod {wanted!r}", hint=f"Its pods: {names}.")
    return named


def pod_logs(site: Site, job_id: str, pod: JsonObject, window: Window, most: int) -> JsonObject:
    """Return the answer of GetPodLogs: the newest lines of one pod in a window.

    Raises:
        ServiceError: the call failed.
    """
    answer = site.service.call(GET_POD_LOGS, job_id, pod["PodId"], **window.fields, **_uid(pod), MaxLines=most)
    return {**answer, "PodId": pod["PodId"]}


def job_events(site: Site, job_id: str, window: Window, most: int) -> JsonObject:
    """Return the answer of GetJobEvents: the newest events of a job in a window."""
    return site.service.call(GET_JOB_EVENTS, job_id, **window.fields, MaxEventsNum=most)


def pod_events(site: Site, job_id: str, pod: JsonObject, window: Window, most: int) -> JsonObject:
    """Return the answer of GetPodEvents: the newest events of one pod in a window."""
    answer = site.service.call(GET_POD_EVENTS, job_id, pod["PodId"], **window.fields, **_uid(pod), MaxEventsNum=most)
    return {**answer, "PodId": pod["PodId"]}


def _uid(pod: JsonObject) -> JsonObject:
    return {"PodUid": pod["PodUid"]} if pod.get("PodUid") else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a follower sees when the job comes into a state."""

    job: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What a follower sees when a pod has written new lines."""

    pod_id: str
    lines: Sequence[str]
    has_gap: bool = False
    """Whether lines came faster than they were read, so that some before these were missed."""


@dataclass(slots=True)
class _Tail:
    """What was read of one incarnation of a pod."""

    start: datetime
    seen: list[str] = field(default_factory=list)
    is_whole: bool = False
    """Whether the incarnation was read after its end."""


def follow(site: Site, job_id: str, pod: str = "") -> Iterator[Change | Lines]:
    """Yield what happens to a job, as it happens, until it has ended. The last item is a Change that says how it ended.

    Raises:
        ReconcilerError: no such job, or no such pod.
        ServiceError: a call failed.
    """
    tails: dict[tuple[str, str], _Tail] = {}
    status = ""
    while True:
        job = get_job(site, job_id)
        ended = has_ended(job)
        if status_of(job) != status and not ended:
            yield Change(job=job)
        status = status_of(job)
        if job.get("Pods"):
            yield from _new_lines(site, job, pod, tails)
        if ended:
            yield Change(job=job)
            return
        site.patience.sleep(site.patience.interval)


def _new_lines(site: Site, job: JsonObject, wanted: str, tails: dict[tuple[str, str], _Tail]) -> Iterator[Lines]:
    life = life_of(job, site.now())
    for newest in pods_of(job, wanted):
        for pod in (*(newest.get("HistoryPods") or ()), newest):
            tail = tails.setdefault((newest["PodId"], pod.get("PodUid") or ""), _Tail(life.start))
            if tail.is_whole:
                continue
            new, has_gap = _read_on(site, job["JobId"], {**pod, "PodId": newest["PodId"]}, tail, life)
            tail.is_whole = pod is not newest
            if new:
                yield Lines(pod_id=newest["PodId"], lines=new, has_gap=has_gap)


def _read_on(site: Site, job_id: str, pod: JsonObject, tail: _Tail, life: Window) -> tuple[list[str], bool]:
    """Return the lines since the last look, and whether some before them were missed."""
    now = site.now()
    window = Window(tail.start, max(now, life.end) + timedelta(seconds=1))
    try:
        lines = list(pod_logs(site, job_id, pod, window, MOST_LINES)["Logs"])
    except NotFound:
        return [], False  # the pod has not started, or another one has replaced it
    new = appended(tail.seen, lines)
    has_gap = bool(tail.seen) and bool(lines) and len(new) == len(lines)
    tail.seen = (tail.seen + new)[-MOST_LINES:]
    if len(lines) >= MOST_LINES:
        tail.start = now - timedelta(minutes=1)
    return new, has_gap


def appended(seen: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Return the lines that come after those that were seen. The longest end of `seen` with which `lines` begins was
    seen already."""
    for count in range(min(len(seen), len(lines)), 0, -1):
        if list(seen[len(seen) - count :]) == list(lines[:count]):
            return list(lines[count:])
    return list(lines)
