"""Finding jobs: listings over a window that is always said, and one job by its id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from reconciler.errors import NotFound, ReconcilerError
from reconciler.jobs.site import Site
from reconciler.jobs.states import name_of
from reconciler.jobs.windows import Window
from reconciler.live.operations import GET_JOB, LIST_JOBS
from reconciler.model import JsonObject
from reconciler.model.moments import instant
from reconciler.model.nearest import nearest

SUGGESTIONS_DAYS = 30


def list_jobs(place: Site, window: Window, filters: JsonObject) -> list[JsonObject]:
    """The jobs that were created in a window, newest first; filters are ListJobs fields.

    Raises:
        ServiceError: the listing could not be read to its end.
    """
    return place.service.rows(
        LIST_JOBS, WorkspaceId=place.workspace_id, **window.fields, SortBy="GmtCreateTime", Order="desc", **filters
    )


def get_job(place: Site, job_id: str) -> JsonObject:
    """One job with its pods and its history.

    Raises:
        NotFound: there is none; the hint names the nearest ones.
        ReconcilerError: it belongs to another workspace than the target's.
    """
    try:
        job = place.service.call(GET_JOB, job_id)
    except NotFound as error:
        error.hint = suggestion(place, job_id)
        raise
    other = str(job.get("WorkspaceId") or place.workspace_id)
    if other != place.workspace_id:
        raise ReconcilerError(
            f"{name_of(job)} belongs to workspace {other}, the target is workspace {place.workspace_id}",
            hint="Name the right one with `--target`.",
        )
    return job


def suggestion(place: Site, wanted: str) -> str:
    """Which jobs were probably meant: those of that name, else those with the nearest ids; never fails."""
    now = place.now()
    window = Window(now - timedelta(days=SUGGESTIONS_DAYS), now)
    try:
        rows = list_jobs(place, window, {})
    except ReconcilerError:
        return ""
    named = [row["JobId"] for row in rows if row.get("DisplayName") == wanted]
    if named:
        return f'"{wanted}" is the name of {", ".join(named[:3])}; jobs are addressed by their id.'
    return closest(wanted, [row["JobId"] for row in rows], f"the jobs since {instant(window.start)} were searched")


def closest(wanted: str, ids: Sequence[str], searched: str) -> str:
    """`Did you mean …?`, with what was searched; says so too when nothing comes near."""
    close = nearest(wanted, ids, 3)
    return f"Did you mean {' or '.join(close)}? ({searched})" if close else f"No id comes near it ({searched})."
