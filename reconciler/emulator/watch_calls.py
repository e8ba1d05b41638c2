"""The operations that look at a job and its pods: events, logs, metrics, sanity checks. `telemetry` computes the
data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import job_life, jobs, pods, telemetry, tokens
from .errors import invalid, not_found
from .job_life import Progress
from .jobs import Job
from .paging import WEEK, descending
from .pods import Pod
from .service import Call, Operation
from .telemetry import METRIC_TYPES, SANITY_PHASES, Window
from .wire import JsonObject, Query

JOB = "/api/v1/jobs/{JobId}"
POD = JOB + "/pods/{PodId}"
_DEFAULT_ITEMS = 2000
_MOST_EVENTS = 10_000
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_WINDOW = frozenset({"StartTime", "EndTime"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A job at the moment of a call."""

    job: Job
    progress: Progress
    now: float

    @property
    def replicas(self) -> Sequence[Sequence[Pod]]:
        """The incarnations of each replica, oldest first."""
        return pods.replicas(self.job, self.progress)


def seen_in(call: Call) -> Seen:
    """Return the job of a call. Raise 404 if there is none."""
    now = call.service.clock.now()
    with call.service.store.read() as db:
        job = jobs.find(db, call.path["JobId"])
    return Seen(job, job_life.progress(job, now, call.service.profile), now)


def pod_of(call: Call, seen: Seen) -> Pod:
    """Return the incarnation that PodId and PodUid name; without PodUid the newest one."""
    wanted, uid = call.path["PodId"], call.query.text("PodUid")
    for incarnations in seen.replicas:
        for pod in reversed(incarnations):
            if pod.id == wanted and uid in (None, pod.uid):
                return pod
    raise not_found("Pod", f"{wanted} of job {seen.job.id}")


def _window(query: Query, now: float, back: float = WEEK) -> Window:
    return Window(query.time("StartTime", now - back), min(now, query.time("EndTime", now)))


def _most(query: Query, name: str, largest: int | None = None) -> int:
    most = query.integer(name)
    if most is not None and most < 1:
        raise invalid(f"{name} must be at least 1.", name)
    if most is not None and largest is not None and most > largest:
        raise invalid(f"{name} must be at most {largest}.", name)
    return _DEFAULT_ITEMS if most is None else most


def job_events(call: Call) -> JsonObject:
    """Answer GetJobEvents: the last seven days unless StartTime says otherwise."""
    seen = seen_in(call)
    every = [pod for incarnations in seen.replicas for pod in incarnations]
    events = telemetry.job_events(seen.job, seen.progress, every)
    window = _window(call.query, seen.now)
    return {
        "JobId": seen.job.id,
        "Events": telemetry.shown_events(events, window, _most(call.query, "MaxEventsNum", _MOST_EVENTS)),
    }


def pod_events(call: Call) -> JsonObject:
    """Answer GetPodEvents."""
    seen = seen_in(call)
    pod = pod_of(call, seen)
    events = telemetry.pod_events(seen.job, seen.progress, pod)
    shown = telemetry.shown_events(
        events, _window(call.query, seen.now), _most(call.query, "MaxEventsNum", _MOST_EVENTS)
    )
    return {"JobId": seen.job.id, "PodId": pod.id, "PodUid": pod.uid, "Events": shown}


def pod_logs(call: Call) -> JsonObject:
    """Answer GetPodLogs: the newest lines of the window; asked as a file, one line with an address."""
    seen, query = seen_in(call), call.query
    pod = pod_of(call, seen)
    sidecars = [str(each.get("Name")) for each in (pod.spec.get("ExtraPodSpec") or {}).get("SideCarContainers") or ()]
    main, wanted = seen.job.body["JobType"].removesuffix("Job").lower(), query.words("Containers")
    most, window = _most(query, "MaxLines"), _window(query, seen.now)
    if query.boolean("DownloadToFile"):
        lines = [f"https://pai-dlc-logs.invalid/{pod.id}/{pod.uid}.log"]
    elif not wanted or main in wanted:
        lines = telemetry.log_lines(seen.job, seen.progress, pod, window, most)
    else:
        lines = []
    return {
        "JobId": seen.job.id,
        "PodId": pod.id,
        "PodUid": pod.uid,
        "Containers": ",".join(wanted),
        "ContainerInfo": {"MainContainer": main, "SidecarContainers": sidecars},
        "Logs": lines,
    }


def job_metrics(call: Call) -> JsonObject:
    """Answer GetJobMetrics: only pay-as-you-go jobs on general computing still have data here."""
    seen, query = seen_in(call), call.query
    tokens.check(call.service, query.text("Token"), seen.job.id)
    kind = query.choice("MetricType", METRIC_TYPES)
    if kind is None:
        raise invalid("MetricType is required.", "MetricType")
    window, step = _window(query, seen.now, back=3600.0), _seconds(query.text("TimeStep") or "5m")
    body = seen.job.body
    if body.get("ResourceId") or not all(spec.get("EcsSpec") for spec in body["JobSpecs"]):
        return {"JobId": seen.job.id, "PodMetrics": []}
    series = [
        {"PodId": pod.id, "Metrics": telemetry.metrics(pod, kind, window, step)}
        for pod in pods.current(seen.job, seen.progress)
    ]
    return {"JobId": seen.job.id, "PodMetrics": [one for one in series if one["Metrics"]]}


def _seconds(text: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]{0,6})([smh]?)", text)
    if match is None:
        raise invalid("TimeStep is a number with s, m or h.", "TimeStep")
    return int(match.group(1)) * _UNITS[match.group(2)]


def sanity_results(call: Call) -> JsonObject:
    """Answer ListJobSanityCheckResults: a list for each check."""
    seen = seen_in(call)
    checks = telemetry.sanity_results(seen.job, seen.progress, seen.now)
    if descending(call.query, "desc"):
        checks.reverse()
    return {"SanityCheckResults": checks, "TotalCount": len(checks)}


def sanity_result(call: Call) -> JsonObject:
    """Answer GetJobSanityCheckResult: one check, or one phase of it."""
    seen, query = seen_in(call), call.query
    tokens.check(call.service, query.text("Token"), seen.job.id)
    number, phase = query.integer("SanityCheckNumber"), query.choice("SanityCheckPhase", frozenset(SANITY_PHASES))
    if number is None:
        raise invalid("SanityCheckNumber is required.", "SanityCheckNumber")
    checks = telemetry.sanity_results(seen.job, seen.progress, seen.now)
    if not 1 <= number <= len(checks):
        raise not_found("Sanity check", f"{number} of job {seen.job.id}")
    result = [item for item in checks[number - 1] if phase in (None, item["Phase"])]
    return {"JobId": seen.job.id, "SanityCheckResult": result}


def reading(action: str, path: str, answer: Callable[[Call], JsonObject], *query: str, **more: str) -> Operation:
    """Return the row of a GET with these query names."""
    return Operation(action=action, method="GET", path=path, answer=answer, query=frozenset(query), **more)  # type: ignore[arg-type]


OPERATIONS = (
    reading("GetJobEvents", JOB + "/events", job_events, "MaxEventsNum", *_WINDOW),
    reading("GetPodEvents", POD + "/events", pod_events, "MaxEventsNum", "PodUid", *_WINDOW),
    reading(
        "GetPodLogs", POD + "/logs", pod_logs, "Containers", "DownloadToFile", "MaxLines", "PodUid", *_WINDOW
    ),
    reading("GetJobMetrics", JOB + "/metrics", job_metrics, "MetricType", "TimeStep", "Token", *_WINDOW),
    reading(
        "ListJobSanityCheckResults", JOB + "/sanitycheckresults", sanity_results, "Order", request_id="RequestID",
    ),
    reading(
        "GetJobSanityCheckResult", JOB + "/sanitycheckresult", sanity_result, "SanityCheckNumber", "SanityCheckPhase",
        "Token", request_id="RequestID",
    ),
)  # fmt: skip
