"""Reads one workspace for an audit: what it offers, its TensorBoards, and one template at a time with its jobs.

A part that may not be read becomes a sentence in `SiteFacts.unread` instead of a failure: the rest is still worth it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.audit.inference import Defaults
from reconciler.audit.snapshot import Board, Offered, SiteFacts, Template, Unreadable, Use, Version
from reconciler.audit.usage import TemplateUsage, gpu_count, template_usage
from reconciler.errors import ApiError, BadAnswer, Forbidden, NotFound
from reconciler.kinds.check import Problem, entries, mapping, without_value
from reconciler.kinds.jobtemplate.answers import ALL, fetch_with_rows, list_templates
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    LiveVersion,
    raw_digest,
)
from reconciler.kinds.jobtemplate.canonical import resource_id as template_id_of
from reconciler.kinds.jobtemplate.equality import holds
from reconciler.kinds.jobtemplate.launches import launches
from reconciler.kinds.jobtemplate.rules import CHECKS
from reconciler.kinds.offers import Offers
from reconciler.kinds.tensorboard.canonical import GONE, RUNNING, DesiredBoard, sensitive_in_row, status_of
from reconciler.kinds.tensorboard.canonical import KIND_NAME as BOARD
from reconciler.live.operations import (
    GET_CODE_SOURCE,
    GET_DATASET,
    GET_JOB,
    LIST_CODE_SOURCES,
    LIST_DATASETS,
    LIST_ECS_SPECS,
    LIST_IMAGES,
    LIST_JOBS,
    LIST_TENSORBOARDS,
    LIST_WORKSPACES,
)
from reconciler.live.port import Operation, Service
from reconciler.model import FieldPath, JsonObject, Resource, ResourceId
from reconciler.model.moments import THE_BEGINNING
from reconciler.secrets.record import shown
from reconciler.secrets.trees import plain_secrets, redact, redact_text

_IDS_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedWorkspace:
    """A workspace to audit, the way to it, and what Git says about it."""

    facts: SiteFacts
    """Which workspace it is."""
    service: Service
    offers: Offers
    """Its instance types, for GPU hours."""
    desired: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    """What the manifests of this workspace describe, of all kinds."""


def workspaces(service: Service) -> list[JsonObject]:
    """Every workspace that the identity may see (ListWorkspaces)."""
    return service.rows(LIST_WORKSPACES)


def survey(audited: AuditedWorkspace) -> SiteFacts:
    """The site with what it offers, and with what could not be read."""
    service, workspace = audited.service, audited.facts.workspace_id
    unread: list[str] = []

    def ids(operation: Operation, key: str, *scopes: Mapping[str, str]) -> frozenset[str] | None:
        try:
            rows = [row for scope in scopes for row in service.rows(operation, **scope)]
        except (Forbidden, NotFound) as error:
            unread.append(_refusal(operation, error))
            return None
        return frozenset(str(row[key]) for row in rows if row.get(key))

    own = {"WorkspaceId": workspace}
    known = ids(LIST_WORKSPACES, "WorkspaceId", {})
    if known is not None and workspace not in known:
        return replace(audited.facts, gone=True, offered=Offered(workspaces=known), unread=tuple(unread))
    offered = Offered(
        workspaces=known,
        # Official images are listed without a workspace, custom ones with it.
        images=ids(LIST_IMAGES, "ImageUri", {}, own),
        datasets=ids(LIST_DATASETS, "DatasetId", own),
        code_sources=ids(LIST_CODE_SOURCES, "CodeSourceId", own),
        gpus=_instance_types(service, unread),
    )
    return replace(audited.facts, offered=offered, unread=tuple(unread))


def _instance_types(service: Service, unread: list[str]) -> Mapping[str, float] | None:
    try:
        # Never a SortBy: the service has answered documented values with 400.
        rows = service.rows(LIST_ECS_SPECS)
    except (Forbidden, NotFound) as error:
        unread.append(_refusal(LIST_ECS_SPECS, error))
        return None
    return {str(row["InstanceType"]): float(row.get("Gpu") or 0) for row in rows if row.get("InstanceType")}


def _refusal(operation: Operation, error: ApiError) -> str:
    """Without addresses and request ids: the same refusal reads the same tomorrow."""
    return f"{operation.name} was refused ({error.code}); it needs {operation.ram_action}"


def template_names(audited: AuditedWorkspace) -> list[tuple[str, str]]:
    """Id and name of every template of the workspace."""
    rows = list_templates(audited.service, audited.facts.workspace_id)
    return [(row["TemplateId"], row.get("TemplateName") or "") for row in rows]


def read_template(audited: AuditedWorkspace, site: SiteFacts, template_id: str) -> Template | Unreadable | None:
    """One template with all its versions and how they are used; None when it vanished since it was listed."""
    try:
        live, rows = fetch_with_rows(audited.service, template_id, ALL)
    except NotFound:
        return None
    except BadAnswer as error:
        return Unreadable(redact_text(error.message))
    described: Resource[DesiredTemplate] | None = audited.desired.get(template_id_of(live.name))
    newest_first = [live.versions[number] for number in sorted(live.versions, reverse=True)]
    usage = _usage(audited, live, newest_first)
    default = live.versions.get(live.default_version)
    return Template(
        site=site.key,
        id=template_id,
        name=live.name,
        default=live.default_version,
        created=live.created,
        modified=live.modified,
        created_by=live.created_by,
        modified_by=live.modified_by,
        last_used=live.last_used,
        owner=live.marks.project,
        manifest=described.where if described else None,
        recorded=live.marks.version,
        pinned=live.marks.pin,
        metadata=redact(live.metadata),
        versions=tuple(_version(live, each, described) for each in newest_first),
        use=None if usage is None else {number: _use(usage, number) for number in usage.versions},
        users=len({job.user for job in usage.jobs}) if usage else 0,
        problems=tuple(problems_of(rows[live.default_version], live.sensitive)) if default else (),
        gone=frozenset(_gone(audited.service, site.offered, default.content)) if default else frozenset(),
    )


def _version(live: LiveTemplate, version: LiveVersion, described: Resource[DesiredTemplate] | None) -> Version:
    return Version(
        number=version.number,
        created=version.created,
        created_by=version.created_by,
        digest=raw_digest(version),
        in_git=described is not None and holds(live, version.number, described.body),
        by_console=version.by_console,
        content=shown(version.content, live.sensitive, "content"),
        constraints=shown(version.constraints, live.sensitive, "constraints"),
    )


def _usage(audited: AuditedWorkspace, live: LiveTemplate, versions: list[LiveVersion]) -> TemplateUsage | None:
    try:
        rows = launches(audited.service, audited.facts.workspace_id, live.template_id)
    except Forbidden:
        return None
    return template_usage(versions, Defaults.of(live), rows, gpu_count(audited.offers))


def _use(usage: TemplateUsage, number: int) -> Use:
    of = usage.versions[number]
    return Use(
        jobs=of.jobs,
        users=of.users,
        gpu_hours=of.gpu_hours,
        confidence={each.value: count for each, count in of.confidence.items() if count},
        last=of.last,
    )


def problems_of(row: JsonObject, sensitive: frozenset[FieldPath] = frozenset()) -> Iterable[Problem]:
    """What the checks on manifests say about an element of Versions; no value of a secret gets into their texts.

    They see it as it is, not in canonical form: a constraint may well name a field that is empty.
    """
    content, constraints = row.get("Content"), row.get("Constraints") or {}
    spec = {"content": json.loads(content) if isinstance(content, str) else content, "constraints": constraints}
    hidden = sensitive | frozenset(plain_secrets(spec))
    for check in CHECKS:
        for problem in check(spec):
            problem = without_value(problem, spec, hidden)  # noqa: PLW2901 - what is left of it
            yield replace(problem, summary=redact_text(problem.summary), hint=redact_text(problem.hint))
    for path in plain_secrets(constraints):
        summary = "a value among the constraints looks like a secret"
        yield Problem(code="DLC115", path=("constraints", *path), summary=summary)


def _gone(service: Service, offered: Offered, content: JsonObject) -> Iterable[str]:
    """Datasets and code sources that neither the workspace's list nor the service itself knows."""
    named = [
        (GET_DATASET, offered.datasets, source.get("DataSourceId")) for _, source in entries(content, "DataSources")
    ]
    named.append((GET_CODE_SOURCE, offered.code_sources, mapping(content.get("CodeSource")).get("CodeSourceId")))
    for operation, listed, id in named:
        if isinstance(id, str) and id and listed is not None and id not in listed and _is_gone(service, operation, id):
            yield id


def _is_gone(service: Service, operation: Operation, id: str) -> bool:
    """What is shared from another workspace or private to somebody else is not listed, but found by its id."""
    try:
        service.call(operation, id)
    except NotFound:
        return True
    except Forbidden:
        return False
    return False


def read_boards(audited: AuditedWorkspace) -> list[Board]:
    """Every TensorBoard of the workspace, however old, with the template its job came from."""
    rows = audited.service.rows(
        LIST_TENSORBOARDS,
        WorkspaceId=audited.facts.workspace_id,
        StartTime=THE_BEGINNING,
        SortBy="GmtCreateTime",
        Order="desc",
    )
    rows = [row for row in rows if status_of(row) not in GONE]
    jobs = _jobs(audited, sorted({str(row["JobId"]) for row in rows if row.get("JobId")}))
    return [_board(audited, row, jobs) for row in rows]


def _board(audited: AuditedWorkspace, row: JsonObject, jobs: Mapping[str, JsonObject | None]) -> Board:
    job_id, name = str(row.get("JobId") or ""), str(row.get("DisplayName") or "")
    job = jobs.get(job_id)
    described: Resource[DesiredBoard] | None = audited.desired.get(ResourceId(BOARD, name))
    seconds = str(row.get("Duration") or "")
    running = status_of(row) in RUNNING and seconds.isascii() and seconds.isdigit()
    return Board(
        site=audited.facts.key,
        id=row["TensorboardId"],
        name=name,
        status=status_of(row),
        accessibility=str(row.get("Accessibility") or "").upper(),
        created=str(row.get("GmtCreateTime") or ""),
        user=str(row.get("UserId") or ""),
        manifest=described.where if described else None,
        content=redact(
            {key: value for key, value in row.items() if key not in ("Token", "TensorboardUrl")},
            sensitive=sensitive_in_row(described) if described else frozenset(),
        ),
        running_hours=round(int(seconds) / 3600, 2) if running else None,
        job_id=job_id,
        job_gone=job_id in jobs and job is None,
        template_id=str(job.get("TemplateId") or "") if job else "",
    )


def _jobs(audited: AuditedWorkspace, ids: list[str]) -> Mapping[str, JsonObject | None]:
    """The jobs of these ids; None for those that are gone. Only ListJobs says which template a job came from."""
    found: dict[str, JsonObject | None] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        try:
            rows = audited.service.rows(
                LIST_JOBS, WorkspaceId=audited.facts.workspace_id, StartTime=THE_BEGINNING, JobIds=",".join(some)
            )
        except Forbidden:
            return {}
        found |= {str(row["JobId"]): row for row in rows}
        found |= {id: None for id in some if id not in found and _is_gone(audited.service, GET_JOB, id)}
    return {id: None if job is not None and job.get("IsDeleted") is True else job for id, job in found.items()}
