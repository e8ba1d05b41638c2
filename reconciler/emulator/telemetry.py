"""What a job leaves while it lives: events, log lines, metrics, results of sanity checks.

All of it is computed from the job, its states and a window of time, so that it is the same at every look and nothing
grows. `watch_calls` has the operations.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from .clock import show_seconds
from .job_life import Progress
from .jobs import Job
from .pods import Pod
from .wire import JsonObject, present

LOG_INTERVAL = 2.0
"""Seconds between two lines of a running training program."""
SANITY_PHASES = ("CheckInit", "DeviceCheck", "SingleNodeCommCheck", "TwoNodeCommCheck", "AllNodeCommCheck")
_EVENTS = {
    "Creating": "Normal JobCreated Job {job} is created.",
    "Queuing": "Normal JobEnqueued Job {job} is waiting for resources.",
    "Bidding": "Normal JobBidding Job {job} is bidding for spot instances.",
    "EnvPreparing": "Normal JobDequeued Resources are allocated, the environment is being prepared.",
    "SanityChecking": "Normal SanityCheckStarted The sanity check has started.",
    "Running": "Normal JobRunning Job {job} is running.",
    "Restarting": "Warning JobRestarting Job {job} is restarting.",
    "Stopping": "Normal JobStopping Job {job} is being stopped.",
    "SucceededReserving": "Normal JobReserving Job {job} has succeeded, its resources are kept for a while.",
    "FailedReserving": "Normal JobReserving Job {job} has failed, its resources are kept for a while.",
    "Succeeded": "Normal JobSucceeded Job {job} has succeeded.",
    "Failed": "Warning JobFailed Job {job} has failed.",
    "Stopped": "Normal JobStopped Job {job} is stopped.",
}
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Window:
    """The moments that a call asks for, both ends included. Nothing lies after the present moment."""

    start: float
    end: float

    def holds(self, moment: float) -> bool:
        """Return whether a moment lies in the window. The service shows whole seconds, so only these count."""
        return math.floor(self.start) <= moment <= self.end


def struck(job: Job, progress: Progress) -> float | None:
    """Return when the job's mishap shows: when it leaves the phase in which it happens, or at once where the job
    stays in it."""
    mishap = job.mishap
    if mishap is None:
        return None
    if mishap.ends_in == mishap.phase:
        return progress.entered(mishap.phase)
    ends = (mishap.ends_in, f"{mishap.ends_in}Reserving")
    before = [state for state, _ in progress.steps]
    return progress.entered(*ends) if mishap.phase in before else None


def reason(job: Job, progress: Progress, culprit: Pod | None) -> tuple[str, str]:
    """Return ReasonCode and ReasonMessage of the job's present state."""
    mishap = job.mishap
    if progress.status == "Stopped" and job.stop_asked is None and job.fixed is None:
        return "JobMaxRunningTimeReached", "The job reached its maximum running time."
    if progress.status == "Stopped":
        return "JobStoppedByUser", "The job was stopped."
    life = job.life
    if life is not None and (life.code or life.message) and progress.status == life.steps[-1][0]:
        return life.code, life.message
    shows = mishap is not None and struck(job, progress) is not None
    if mishap is not None and shows and progress.status in (mishap.ends_in, f"{mishap.ends_in}Reserving"):
        return mishap.code, _filled(mishap.message, culprit)
    if progress.status.startswith("Failed"):
        return "JobFailed", "The job failed."
    return "", ""


def job_events(job: Job, progress: Progress, pods: Sequence[Pod]) -> list[tuple[float, str]]:
    """Return moment and text of the job's events, oldest first."""
    events = [(moment, 1, _EVENTS[state].format(job=job.id)) for state, moment in progress.steps]
    events += [(pod.created, 2, f"Normal SuccessfulCreatePod Created pod {pod.id}.") for pod in pods]
    moment, mishap = struck(job, progress), job.mishap
    if moment is not None and mishap is not None:
        culprit = next((pod for pod in pods if pod.is_culprit), None)
        rank = 3 if mishap.ends_in == mishap.phase else 0
        events += [(moment, rank, _filled(text, culprit)) for text in mishap.job_events]
    return [(moment, text) for moment, _, text in sorted(events, key=lambda event: event[:2])]


def pod_events(job: Job, progress: Progress, pod: Pod) -> list[tuple[float, str]]:
    """Return moment and text of one incarnation's events, oldest first."""
    image = pod.spec.get("Image", "")
    events = [
        (pod.created, f"Normal Scheduled Successfully assigned {pod.id} to {pod.node}."),
        (pod.created, f'Normal Pulling Pulling image "{image}".'),
    ]
    if pod.running is not None:
        events += [
            (pod.running, f'Normal Pulled Successfully pulled image "{image}".'),
            (pod.running, "Normal Started Started container."),
        ]
    moment, mishap = struck(job, progress), job.mishap
    if moment is not None and mishap is not None and pod.is_culprit and pod.ended == moment:
        events += [(moment, _filled(text, pod)) for text in mishap.pod_events]
    if pod.ended is not None:
        events.append((pod.ended, f"Normal Killing Stopping container of {pod.id}."))
    return events


def shown_events(events: Sequence[tuple[float, str]], window: Window, most: int) -> list[str]:
    """Return the newest events of a window as the service writes them."""
    lines = [f"{show_seconds(moment)} {text}" for moment, text in events if window.holds(moment)]
    return lines[-most:] if most else []


def log_lines(job: Job, progress: Progress, pod: Pod, window: Window, most: int) -> list[str]:
    """Return the newest lines that one incarnation wrote in a window."""
    if pod.running is None or not most:
        return []
    end = window.end if pod.ended is None else min(pod.ended, window.end)
    lines = [(pod.running, f"+ {pod.spec.get('UserCommand') or job.body['UserCommand']}")]
    last = math.floor((end - pod.running) / LOG_INTERVAL)
    first = max(1, math.ceil((math.floor(window.start) - pod.running) / LOG_INTERVAL), last - most + 1)
    lines += [(pod.running + step * LOG_INTERVAL, _training_line(pod, step)) for step in range(first, last + 1)]
    lines += [(pod.ended, text) for text in _last_words(job, progress, pod) if pod.ended is not None]
    return [text for moment, text in lines if window.holds(moment)][-most:]


def _last_words(job: Job, progress: Progress, pod: Pod) -> Iterator[str]:
    moment, mishap = struck(job, progress), job.mishap
    if mishap is not None and pod.is_culprit and pod.ended is not None and pod.ended == moment:
        yield from mishap.log
    elif job.life is not None and job.life.log and pod.is_culprit and progress.status == job.life.steps[-1][0]:
        yield from job.life.log
    elif pod.status == "Succeeded":
        yield "training finished"


def _training_line(pod: Pod, step: int) -> str:
    moment = datetime.fromtimestamp((pod.running or 0) + step * LOG_INTERVAL, UTC)
    loss = 2.5 / (1 + step / 10) + _noise(pod.uid, step) * 0.05
    return f"{moment:%Y-%m-%d %H:%M:%S} step {step * 10} loss {loss:.4f}"


def metrics(pod: Pod, kind: str, window: Window, step: int) -> list[JsonObject]:
    """Return the series of one pod: a point for each step from its start, while it ran. Times are milliseconds."""
    if pod.running is None:
        return []
    end = window.end if pod.ended is None else min(pod.ended, window.end)
    first = max(0, math.ceil((window.start - pod.running) / step))
    last = math.floor((end - pod.running) / step)
    return [
        {"Time": int((pod.running + index * step) * 1000), "Value": _value(pod, kind, index)}
        for index in range(first, last + 1)
    ]


_SCALES = {
    "GpuCoreUsage": (88.0, 8.0),
    "GpuMemoryUsage": (71.0, 2.0),
    "CpuCoreUsage": (43.0, 12.0),
    "MemoryUsage": (52.0, 3.0),
    "NetworkInputRate": (2.4e6, 9e5),
    "NetworkOutputRate": (1.1e6, 4e5),
    "DiskReadRate": (8.0e6, 5e6),
    "DiskWriteRate": (6.0e5, 5e5),
}
METRIC_TYPES = frozenset(_SCALES)


def _value(pod: Pod, kind: str, index: int) -> float:
    middle, spread = _SCALES[kind]
    warm_up = 1 - math.exp(-(index + 1) / 2)
    return round(middle * warm_up + spread * (_noise(pod.uid + kind, index) - 0.5), 3)


def sanity_results(job: Job, progress: Progress, now: float) -> list[list[JsonObject]]:
    """Return for each check its phases so far. A job without the check has none; each start of the job is one check."""
    starts = [
        (since, now if until is None else until) for state, since, until in progress.history() if state == _CHECKING
    ]
    nodes = sum(spec.get("PodCount", 1) for spec in job.body["JobSpecs"])
    phases = SANITY_PHASES if nodes > 1 else SANITY_PHASES[:3]
    is_over = progress.status != _CHECKING
    return [
        list(_check(number, phases, since, until, is_over=is_over or number < len(starts)))
        for number, (since, until) in enumerate(starts, start=1)
    ]


_CHECKING = "SanityChecking"


def _check(number: int, phases: Sequence[str], since: float, until: float, *, is_over: bool) -> Iterator[JsonObject]:
    share = (until - since) / len(phases)
    for index, phase in enumerate(phases if is_over else phases[:1]):
        yield present(
            CheckNumber=number,
            FinishedAt=_china_time(since + (index + 1) * share) if is_over else None,
            Message="" if is_over else "in progress",
            Phase=phase,
            StartedAt=_china_time(since + index * share),
            Status="Succeeded" if is_over else "Running",
        )


def _china_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, _CHINA).isoformat(timespec="microseconds")


def _filled(text: str, pod: Pod | None) -> str:
    if pod is None:
        return text.format(pod="", image="", node="")
    return text.format(pod=pod.id, image=pod.spec.get("Image", ""), node=pod.node)


def _noise(key: str, index: int) -> float:
    """Return a number from 0 to 1 that is always the same for the same key and index."""
    digest = hashlib.sha256(f"{key}/{index}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
