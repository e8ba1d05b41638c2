"""A job that ran well as the manifest of a template, so that others launch the same."""

from __future__ import annotations

from reconciler.errors import RefusedError
from reconciler.jobs.hidden import hiding
from reconciler.jobs.lookup import get_job, job_called, row_of
from reconciler.jobs.states import has_succeeded, name_of, status_of
from reconciler.kinds.attempt import is_verification
from reconciler.kinds.base import Site
from reconciler.kinds.jobtemplate.canonical import comparable, resource_id
from reconciler.kinds.jobtemplate.fields import CREATE_JOB_FIELDS
from reconciler.kinds.results import LiveManifest
from reconciler.model import ResourceId

_OF_THE_RUN = frozenset({"DisplayName", "TemplateId", "TemplateVersion", "WorkspaceId"})
_LONGEST_RUN = "JobMaxRunningTimeMinutes"


def manifest_of_job(site: Site, wanted: str) -> tuple[ResourceId, LiveManifest]:
    """Return the template that a job would be launched from, with the name of the job, and what its manifest asks for.

    What belongs to the run stays out: its name, the template that it came from, its workspace and its state.

    Args:
        site: the workspace of the job.
        wanted: the id of the job, or a name that no other job has.

    Raises:
        RefusedError: the job did not succeed, or it verified a version and so ran something smaller.
        ReconcilerError: there is no such job, or several have this name.
        ServiceError: a call failed.
    """
    job = get_job(site, job_called(site, wanted))
    if not has_succeeded(job):
        hint = "Name a job that succeeded: what did not run to its end is nothing to launch again."
        raise RefusedError(f"{name_of(job)} did not succeed, its state is {status_of(job)}", hint=hint)
    if is_verification(job):
        hint = "Name the template instead: `dlc-reconciler export NAME`."
        raise RefusedError(f"{name_of(job)} verified a version, so it may have run something smaller", hint=hint)
    row = row_of(site, str(job["JobId"]))
    content = {key: job[key] for key in CREATE_JOB_FIELDS - _OF_THE_RUN if job.get(key) not in (None, "", [], {})}
    if row.get(_LONGEST_RUN):
        content[_LONGEST_RUN] = row[_LONGEST_RUN]
    notes = [f"it has the name of job {job['JobId']}; give the template a name of its own"]
    if row.get("TemplateName"):
        notes.append(f"the job was launched from template {row['TemplateName']}; check that this is not a copy of it")
    name = str(job.get("DisplayName") or job["JobId"])
    hidden = frozenset(("content", *path) for path in hiding(site, job).paths)
    spec = {"content": comparable(content, {})}
    return resource_id(name), LiveManifest(metadata={}, spec=spec, sensitive=hidden, notes=tuple(notes))
