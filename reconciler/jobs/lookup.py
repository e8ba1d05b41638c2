"""Finds jobs: listings over a window that every answer names, and one job by its id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reconciler.errors import NotFound, ReconcilerError
from reconciler.jobs.states import name_of
from reconciler.jobs.windows import Window
from reconciler.kinds.base import Site
from reconciler.kinds.called import live_called
from reconciler.kinds.jobtemplate import JOB_TEMPLATE
from reconciler.kinds.results import LiveObject
from reconciler.live.operations import GET_JOB, LIST_JOBS
from reconciler.model import JsonObject
from reconciler.model.expressions import expression
from reconciler.model.moments import THE_BEGINNING, instant
from reconciler.model.nearest import nearest

SUGGESTIONS_DAYS = 30


def list_jobs(site: Site, window: Window, filters: JsonObject) -> list[JsonObject]:
    """Return the jobs that were created in a window, newest first; filters are ListJobs fields.

    Raises:
        ServiceError: the listing could not be read to its end.
    """
    return site.service.rows(
        LIST_JOBS, WorkspaceId=site.workspace_id, **window.fields, SortBy="GmtCreateTime", Order="desc", **filters
    )


_ID = expression(r"dlc(?=[a-z]*[0-9])[0-9a-z]+")
_MAY_BE_ID = expression(r"dlc[a-z]+")
"""What may be an id without any digit. Ids are random letters and digits, so this is rare but possible."""


def template_called(site: Site, wanted: str) -> LiveObject:
    """Return the live template that a name or an id means, as it is listed.

    Raises:
        ReconcilerError: there is none, or there are several.
    """
    rows = JOB_TEMPLATE.listing(site.service, site.scope)
    return live_called(rows, wanted, f"workspace {site.workspace_id}", JOB_TEMPLATE.noun)


def job_called(site: Site, wanted: str) -> str:
    """Return the id of the job that an id, or a name that no other job has, means. An id is not looked up.

    Raises:
        ReconcilerError: no job has this name, or several do.
    """
    if _ID.fullmatch(wanted):
        return wanted
    began = {"StartTime": THE_BEGINNING, "SortBy": "GmtCreateTime", "Order": "desc"}
    rows = site.service.rows(LIST_JOBS, WorkspaceId=site.workspace_id, DisplayName=wanted, **began)
    named = [str(row["JobId"]) for row in rows if row.get("DisplayName") == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        raise ReconcilerError(f'{len(named)} jobs are called "{wanted}": {", ".join(named[:3])}', hint=_BY_ID)
    if _MAY_BE_ID.fullmatch(wanted):
        return wanted
    raise ReconcilerError(f'there is no job "{wanted}" in workspace {site.workspace_id}', hint=suggestion(site, wanted))


_BY_ID = "Name one by its id; the newest comes first."


def row_of(site: Site, job_id: str) -> JsonObject:
    """Return a job as ListJobs shows it; empty where no such job is listed.

    It names the template of the job and its longest run, which GetJob leaves out (API.md 2.9, 4.1).

    Raises:
        ServiceError: a call failed.
    """
    rows = site.service.rows(LIST_JOBS, WorkspaceId=site.workspace_id, StartTime=THE_BEGINNING, JobIds=job_id)
    return next((row for row in rows if row["JobId"] == job_id), {})


def get_job(site: Site, job_id: str) -> JsonObject:
    """Return one job with its pods and its history.

    Raises:
        NotFound: there is none; the hint names the nearest ones.
        ReconcilerError: it belongs to another workspace than the target's.
    """
    try:
        job = site.service.call(GET_JOB, job_id)
    except NotFound as error:
        error.hint = suggestion(site, job_id)
        raise
    other = str(job.get("WorkspaceId") or site.workspace_id)
    if other != site.workspace_id:
        raise ReconcilerError(
            f"{name_of(job)} belongs to workspace {other}, the target is workspace {site.workspace_id}",
            hint="Name the right one with `--target`.",
        )
    return job


def suggestion(site: Site, wanted: str) -> str:
    """Return which jobs were probably meant: those with that name, else those with the nearest ids. It never fails."""
    now = site.now()
    window = Window(now - timedelta(days=SUGGESTIONS_DAYS), now)
    try:
        rows = list_jobs(site, window, {})
    except ReconcilerError:
        return ""
    named = [row["JobId"] for row in rows if row.get("DisplayName") == wanted]
    if named:
        return f'"{wanted}" is the name of {", ".join(named[:3])}. {_BY_ID}'
    known = [str(row.get(field)) for row in rows for field in ("JobId", "DisplayName")]
    return closest(wanted, known, f"the jobs since {instant(window.start)} were searched")


def closest(wanted: str, ids: Sequence[str], searched: str) -> str:
    """Return `Did you mean …?` together with what was searched; where nothing is near, it says so."""
    close = nearest(wanted, ids, 3)
    return f"Did you mean {' or '.join(close)}? ({searched})" if close else f"No id or name comes near it ({searched})."
