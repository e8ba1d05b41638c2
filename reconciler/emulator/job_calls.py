"""The operations that create, list, read, update, stop and delete jobs. State is in `jobs`; `watch_calls` has the
other reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from . import job_life, jobs, templates
from .clock import show_seconds
from .content import JOB_FIELDS, JOB_TYPES, check_content, check_job, merge
from .errors import invalid, unknown_template
from .job_answers import details, item, pick, restarts
from .paging import PAGING, WEEK, Page, Where, descending
from .resources import offers_of, requested
from .service import Call, Operation, Service
from .wire import JsonObject, Query

_PATH = "/api/v1/jobs"
_SORTS = {
    "DisplayName": "DisplayName",
    "JobType": "JobType",
    "Status": "Status",
    "GmtCreateTime": "GmtCreateTime",
    "GmtFinishTime": "GmtFinishTime",
}
_TIMES = frozenset({"GmtCreateTime", "GmtFinishTime", "GmtRunningTime", "GmtStoppedTime", "GmtSubmittedTime"})
_LISTING = PAGING | {
    "Accessibility", "BusinessUserId", "Caller", "Description", "DisplayName", "DisplayNameSearchMode",
    "EnableAssignNode", "EndTime", "FromAllWorkspaces", "ImageSearch", "JobId", "JobIds", "JobType",
    "NumericRangeField", "NumericRangeMax", "NumericRangeMin", "OversoldInfo", "PaymentType", "PipelineId",
    "ReasonSearch", "ResourceId", "ResourceIds", "ResourceQuotaName", "ShowOwn", "StartTime", "Status", "Tags",
    "TemplateId", "TimeRangeField", "UserCommandSearch", "UserIdForFilter", "Username", "WorkspaceId",
}  # fmt: skip


def create(call: Call) -> JsonObject:
    """Answer CreateJob, with or without a template."""
    body, service = dict(call.body), call.service
    template_id, number = body.pop("TemplateId", None), body.pop("TemplateVersion", None)
    workspace = service.workspace(body.get("WorkspaceId"))
    with service.store.write() as db:
        if template_id is None:
            check_job(body)
            job = jobs.create(service, workspace=workspace, body=body)
        else:
            template = templates.find(db, template_id)
            if template.workspace != workspace:
                raise unknown_template(template_id)
            version = templates.version(db, template, template.default_version if number is None else number)
            merged = merge(check_content(version.content), version.constraints or {}, body)
            check_job(merged)
            job = jobs.create(service, workspace=workspace, body=merged, template=(template.id, template.name))
    return {"JobId": job.id}


def get(call: Call) -> JsonObject:
    """Answer GetJob: shows neither the template nor its version."""
    service = call.service
    with service.store.read() as db:
        job = jobs.find(db, call.path["JobId"])
    sums = requested(job, offers_of(service))
    answer = details(job, service) | pick(job.body, "CustomEnvs", "Description")
    answer |= {
        "RequestCPU": int(sums["CPU"]),
        "RequestGPU": sums["GPU"],
        "RequestMemory": sums["Memory"],
        "RestartRecord": restarts(job, service),
    }
    if call.query.boolean("NeedDetail") is False:
        for name in ("Pods", "JobSpecs", "RestartRecord"):
            answer.pop(name)
    return answer


def list_all(call: Call) -> JsonObject:
    """Answer ListJobs: the last seven days unless StartTime says otherwise."""
    query, service = call.query, call.service
    page = Page.parse(query, service.profile, last_page=service.profile.last_page)
    sort, reverse = query.choice("SortBy", frozenset(_SORTS)) or "GmtCreateTime", descending(query, "desc")
    now = service.clock.now()
    start, end = query.time("StartTime", now - WEEK), query.time("EndTime", now)
    range_field = query.choice("TimeRangeField", _TIMES) or "GmtCreateTime"
    where = _where(query, service)
    if range_field == "GmtCreateTime":
        where.add("created BETWEEN ? AND ?", start, end)
    if service.profile.listing_delay:
        where.add("created <= ?", now - service.profile.listing_delay)
    keep = _filters(query, service)
    if range_field != "GmtCreateTime":
        low, high = show_seconds(start), show_seconds(end)
        keep.append(lambda item: low <= item.get(range_field, "") <= high)
    direction = "DESC" if reverse else "ASC"
    order = f"created {direction}, seq {direction}"
    offers = offers_of(service)
    with service.store.read() as db:
        if not keep and sort == "GmtCreateTime":
            rows = where.rows(db, "job", order, page)
            total = where.count(service.store, "job")
            return page.answer("Jobs", [item(jobs.from_row(row), service, offers) for row in rows], total)
        found = where.rows(db, "job", order)
    items = [
        each for each in (item(jobs.from_row(row), service, offers) for row in found) if all(ok(each) for ok in keep)
    ]
    items.sort(key=lambda item: str(item.get(sort, "")), reverse=reverse)
    return page.answer("Jobs", page.cut(items), len(items))


def _where(query: Query, service: Service) -> Where:
    where = Where()
    everywhere = query.boolean("FromAllWorkspaces")
    if everywhere and not query.boolean("ShowOwn"):
        raise invalid("FromAllWorkspaces needs ShowOwn=true.", "FromAllWorkspaces")
    where.equal(
        workspace=None if everywhere else service.workspace(query.text("WorkspaceId")),
        template=query.text("TemplateId"),
        type=query.choice("JobType", JOB_TYPES),
    )
    where.contains("folded", (query.text("DisplayName") or "").strip("*") or None)
    ids = (query.text("JobId"),) if query.text("JobId") else query.words("JobIds")
    if ids:
        where.add(f"id IN ({','.join('?' * len(ids))})", *(str(word).lower() for word in ids))
    return where


def _filters(query: Query, service: Service) -> list[Callable[[JsonObject], bool]]:
    """Return the filters that need the computed item."""
    keep: list[Callable[[JsonObject], bool]] = []
    status = query.choice("Status", job_life.STATES)
    if status:
        keep.append(lambda item: item["Status"] == status)
    for name in ("Accessibility", "ResourceId"):
        wanted = query.text(name)
        if wanted:
            keep.append(lambda item, name=name, wanted=wanted: item.get(name) == wanted)  # type: ignore[misc]
    user = query.text("UserIdForFilter") or (service.profile.user_id if query.boolean("ShowOwn") else None)
    if user:
        keep.append(lambda item: item["UserId"] == user)
    command = query.text("UserCommandSearch")
    if command:
        keep.append(lambda item: command.casefold() in item["UserCommand"].casefold())
    tags: dict[str, Any] | None = query.json("Tags", "object")
    if tags:
        keep.append(lambda item: tags.items() <= ((item.get("Settings") or {}).get("Tags") or {}).items())
    return keep


def update(call: Call) -> JsonObject:
    """Answer UpdateJob: it widens access, resizes elastic jobs, and changes priority later or, outside its window,
    not at all."""
    body, service = call.body, call.service
    if body.get("Accessibility", "PUBLIC") != "PUBLIC":
        raise invalid("Accessibility can only be widened to PUBLIC.", "Accessibility")
    if "Priority" in body and not 1 <= body["Priority"] <= 9:
        raise invalid("Priority must be 1 to 9.", "Priority")
    now = service.clock.now()
    with service.store.write() as db:
        job = jobs.find(db, call.path["JobId"])
        changes = pick(body, "Accessibility", "Description", "UserCommand")
        status = job_life.progress(job, now, service.profile).status
        if job.body["JobType"] == "ElasticBatchJob" and status == "Running":
            changes["JobSpecs"] = _resized(job.body["JobSpecs"], body.get("JobSpecs", ()))
        after = replace(job, body={**job.body, **changes})
        if "Priority" in body and job.body.get("ResourceId") and status in service.profile.priority_states:
            after = replace(after, priority=body["Priority"], priority_at=now + service.profile.priority_delay)
        jobs.save(db, after)
    return {"JobId": job.id}


def _resized(specs: Sequence[JsonObject], wanted: Sequence[JsonObject]) -> list[JsonObject]:
    """Return the specs with the PodCount that was asked for their roles; everything else stays."""
    counts = {spec.get("Type"): spec["PodCount"] for spec in wanted if "PodCount" in spec}
    return [{**spec, "PodCount": counts.get(spec.get("Type"), spec.get("PodCount", 1))} for spec in specs]


def stop(call: Call) -> JsonObject:
    """Answer StopJob."""
    with call.service.store.write() as db:
        jobs.stop(call.service, db, jobs.find(db, call.path["JobId"]))
    return {"JobId": call.path["JobId"]}


def delete(call: Call) -> JsonObject:
    """Answer DeleteJob: only of a job that has ended."""
    with call.service.store.write() as db:
        jobs.delete(call.service, db, jobs.find(db, call.path["JobId"]))
    return {"JobId": call.path["JobId"]}


OPERATIONS = (
    Operation(action="CreateJob", method="POST", path=_PATH, answer=create, body=JOB_FIELDS),
    Operation(action="ListJobs", method="GET", path=_PATH, answer=list_all, query=_LISTING),
    Operation(action="GetJob", method="GET", path=_PATH + "/{JobId}", answer=get, query=frozenset({"NeedDetail"})),
    Operation(
        action="UpdateJob",
        method="PUT",
        path=_PATH + "/{JobId}",
        answer=update,
        body={
            "Accessibility": "string",
            "Description": "string",
            "JobSpecs": "array",
            "Priority": "integer",
            "UserCommand": "string",
        },
    ),
    Operation(action="StopJob", method="POST", path=_PATH + "/{JobId}/stop", answer=stop),
    Operation(action="DeleteJob", method="DELETE", path=_PATH + "/{JobId}", answer=delete),
)
