"""Tags of jobs, by which ListJobs can filter. The service tags nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.errors import ServiceError
from reconciler.jobs.changes import wait_for
from reconciler.kinds.attempt import tags_of
from reconciler.kinds.base import Site
from reconciler.live.operations import TAG_RESOURCES, UNTAG_RESOURCES
from reconciler.model import JsonObject

MOST = 20
"""The most tags in one call."""


def tag(site: Site, job_id: str, added: Mapping[str, str], removed: Sequence[str]) -> JsonObject:
    """Add and remove tags, wait until the job shows it, and return the job as it is then. Doing it twice changes
    nothing more.

    Raises:
        ServiceError: a call failed, or the change does not show in time.
    """
    if added:
        pairs = [{"Key": key, "Value": value} for key, value in added.items()]
        site.service.call(TAG_RESOURCES, RegionId=site.region, ResourceType="Job", ResourceId=[job_id], Tag=pairs)
    if removed:
        site.service.call(UNTAG_RESOURCES, ResourceType="Job", ResourceId=[job_id], TagKey=list(removed))

    def shows(job: JsonObject) -> bool:
        tags = tags_of(job)
        return added.items() <= tags.items() and not set(removed) & tags.keys()

    job = wait_for(site, job_id, shows)
    if job is None or not shows(job):
        raise ServiceError(f"{job_id}: the tags were accepted but do not show", operation="TagResources")
    return job
