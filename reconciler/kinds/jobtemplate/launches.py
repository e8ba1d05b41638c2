"""The jobs that were launched from a template, as ListJobs shows them: the one place that decides about its window."""

from __future__ import annotations

from reconciler.kinds.jobtemplate.canonical import References
from reconciler.live.operations import LIST_JOBS
from reconciler.live.port import Service
from reconciler.model import JsonObject
from reconciler.model.moments import THE_BEGINNING

SHOWN = 10


def launches(service: Service, workspace_id: str, template_id: str, since: str = THE_BEGINNING) -> list[JsonObject]:
    """The rows of the jobs of a template, newest first: all of them however old, or those created `since` a moment.

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


def newest_launch(service: Service, workspace_id: str, template_id: str) -> str:
    """The id of the newest job of a template, however old; empty when there is none."""
    answer = service.call(
        LIST_JOBS,
        WorkspaceId=workspace_id,
        TemplateId=template_id,
        StartTime=THE_BEGINNING,
        SortBy="GmtCreateTime",
        Order="desc",
        PageNumber=1,
        PageSize=1,
    )
    return next((str(row["JobId"]) for row in answer["Jobs"]), "")


def references(service: Service, workspace_id: str, template_id: str) -> References:
    """The jobs that refer to a template: as long as there is one, the template is not deleted."""
    ids = [row["JobId"] for row in launches(service, workspace_id, template_id)]
    return References(job_ids=tuple(ids[:SHOWN]), count=len(ids))
