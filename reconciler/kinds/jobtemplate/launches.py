"""The jobs that were launched from a template, as ListJobs shows them. No other module chooses the window of that
listing."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.kinds.attempt import is_verification
from reconciler.kinds.jobtemplate.canonical import References
from reconciler.live.operations import LIST_JOBS
from reconciler.live.port import Service
from reconciler.model import JsonObject, JsonValue
from reconciler.model.moments import THE_BEGINNING
from reconciler.model.quick import dataclass

SHOWN = 10
_FIRST_PAGE = 10
_AT_ONCE = 50
"""How many jobs one listing asks for by id."""
SUCCEEDED = frozenset({"Succeeded", "SucceededReserving"})
"""States in which the work was done; resources may still be held."""
UNSUCCESSFUL = frozenset({"Failed", "Stopped", "FailedReserving"})
"""States in which a job that has never run will never run."""
_RAN = frozenset({"Running", "Restarting", "Succeeded", "SucceededReserving"})
"""States that only a job reaches which has run."""


def launches(service: Service, workspace_id: str, template_id: str, since: str = THE_BEGINNING) -> list[JsonObject]:
    """Return the rows of the jobs of a template, newest first: all of them, however old, or those created `since` a
    moment.

    Every question whether a template is used starts at THE_BEGINNING, which says why. A private job of somebody else
    may still be invisible (API.md, section 4.3); the service itself refuses to delete what such a job refers to.

    Raises:
        Forbidden: jobs may not be listed.
        IncompleteListing: not every job could be listed.
    """
    rows = service.rows(
        LIST_JOBS,
        WorkspaceId=workspace_id,
        TemplateId=template_id,
        StartTime=since,
        SortBy="GmtCreateTime",
        Order="desc",
    )
    return [row for row in rows if row.get("TemplateId", template_id) == template_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The ids of the newest jobs of a template; empty where there is none."""

    usable: str = ""
    """The newest job that did not end before it ran; it may still wait in the queue."""
    started: str = ""
    """The newest job that started running."""
    later: frozenset[str] = frozenset()
    """The jobs that were launched after `started`; none of them has run."""


def newest_jobs(service: Service, workspace_id: str, template_id: str) -> Newest:
    """Return the newest jobs of a template, however old. Jobs that only verified a version are left out.

    Usually one small page is enough; all jobs are listed only when none of the newest has run.
    """
    answer = service.call(
        LIST_JOBS,
        WorkspaceId=workspace_id,
        TemplateId=template_id,
        StartTime=THE_BEGINNING,
        SortBy="GmtCreateTime",
        Order="desc",
        PageNumber=1,
        PageSize=_FIRST_PAGE,
    )
    newest = _newest(answer["Jobs"])
    if newest.started or answer["TotalCount"] <= len(answer["Jobs"]):
        return newest
    return _newest(launches(service, workspace_id, template_id))


def _newest(rows: Iterable[JsonObject]) -> Newest:
    """Return the newest jobs among rows that are sorted from the newest on."""
    usable, later = "", set[str]()
    for row in rows:
        if is_verification(row):
            continue
        job, has_run = str(row["JobId"]), _has_run(row)
        usable = usable or (job if has_run or row.get("Status") not in UNSUCCESSFUL else "")
        if has_run:
            return Newest(usable=usable, started=job, later=frozenset(later))
        later.add(job)
    return Newest(usable=usable, later=frozenset(later))


def _has_run(row: JsonObject) -> bool:
    """Return whether a job started running, whatever became of it afterwards."""
    return bool(row.get("GmtRunningTime")) or row.get("Status") in _RAN


def launched_from(service: Service, workspace_id: str, template_id: str, jobs: Iterable[str]) -> frozenset[str]:
    """Return those of the jobs that were launched from a template. Only listings tell it (API.md, section 2.9)."""
    return _listed(service, jobs, WorkspaceId=workspace_id, TemplateId=template_id)


def still_there(service: Service, workspace_id: str, jobs: Iterable[str]) -> frozenset[str]:
    """Return those of the jobs that have not been deleted."""
    return _listed(service, jobs, WorkspaceId=workspace_id)


def _listed(service: Service, jobs: Iterable[str], **fields: JsonValue) -> frozenset[str]:
    """Return the ids of those jobs that a listing with these filters has."""
    ids = sorted(set(jobs))
    parts = [",".join(ids[start : start + _AT_ONCE]) for start in range(0, len(ids), _AT_ONCE)]
    rows = [row for part in parts for row in service.rows(LIST_JOBS, StartTime=THE_BEGINNING, JobIds=part, **fields)]
    return frozenset(str(row["JobId"]) for row in rows if row.get("IsDeleted") is not True)


def references(service: Service, workspace_id: str, template_id: str) -> References:
    """Return the jobs that refer to a template. While there is one, the template is not deleted."""
    ids = [row["JobId"] for row in launches(service, workspace_id, template_id)]
    return References(job_ids=tuple(ids[:SHOWN]), count=len(ids))
