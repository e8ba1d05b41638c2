"""Who uses which version of a template: jobs, users and GPU-hours of each version, inferred with a stated confidence.

Pure functions over rows of ListJobs; `inference` decides which version a job ran.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from reconciler.kinds.history import Confidence, LaunchedJob, Usage, VersionUsage
from reconciler.kinds.jobtemplate.audit.inference import Defaults, VersionMatcher
from reconciler.kinds.jobtemplate.canonical import LiveVersion
from reconciler.kinds.offers import Offers
from reconciler.kinds.resources import resources
from reconciler.model import JsonObject, JsonValue
from reconciler.model.moments import in_time

GpuCount = Callable[[JsonObject], float | None]
"""Returns how many GPUs a job takes over all its pods; None when that is not known."""


def template_usage(
    versions: Sequence[LiveVersion],
    defaults: Defaults,
    rows: Iterable[JsonObject],
    gpus: GpuCount | None = None,
) -> Usage:
    """Return the usage of a template by version, from all its versions and the ListJobs rows of its jobs.

    Raises:
        ValueError: no versions.
    """
    matcher, count = VersionMatcher(versions, defaults), gpus or requested_gpus
    jobs = sorted((_launched(row, matcher, count) for row in rows), key=_newest_first, reverse=True)
    by_version: dict[int, list[LaunchedJob]] = {version.number: [] for version in versions}
    for job in jobs:
        by_version[job.inference.version].append(job)
    return Usage(
        versions={number: summed(number, by_version[number]) for number in sorted(by_version)}, jobs=tuple(jobs)
    )


def summed(version: int, jobs: Sequence[LaunchedJob]) -> VersionUsage:
    """Return the jobs of one version taken together."""
    hours = [job.gpu_hours for job in jobs if job.gpu_hours is not None]
    sure = Counter(job.inference.confidence for job in jobs)
    times = [job.created for job in jobs if job.created]
    return VersionUsage(
        version=version,
        jobs=len(jobs),
        users=len({job.user for job in jobs}),
        gpu_hours=round(sum(hours), 3),
        gpu_unknown=len(jobs) - len(hours),
        confidence={confidence: sure[confidence] for confidence in Confidence},
        first=min(times, default="", key=in_time),
        last=max(times, default="", key=in_time),
    )


def requested_gpus(row: JsonObject) -> float | None:
    """Return the GPUs over all pods that the service counted itself (RequestGPU, a number as text)."""
    return _number(row.get("RequestGPU"))


def gpu_count(offers: Offers) -> GpuCount:
    """Return a function that counts a job's GPUs: RequestGPU where it is above zero, else what the pods' resources
    or instance types have."""

    def count(row: JsonObject) -> float | None:
        requested = requested_gpus(row)
        if requested:
            return requested
        taken = resources(row, offers)
        return taken.gpu if taken is not None and taken.gpu is not None else requested

    return count


def _launched(row: JsonObject, matcher: VersionMatcher, gpus: GpuCount) -> LaunchedJob:
    count, seconds = gpus(row), _number(row.get("Duration"))
    return LaunchedJob(
        job_id=str(row.get("JobId") or ""),
        created=str(row.get("GmtCreateTime") or ""),
        user=str(row.get("UserId") or row.get("Username") or ""),
        status=str(row.get("Status") or ""),
        gpu_hours=None if count is None or seconds is None else round(count * seconds / 3600, 3),
        inference=matcher.infer(row),
    )


def _newest_first(job: LaunchedJob) -> tuple[object, str]:
    return (in_time(job.created), job.job_id)


def _number(value: JsonValue) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < float("inf") else None
