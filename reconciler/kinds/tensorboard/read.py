"""Reading live TensorBoards, and the newest job of a template for boards that follow one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.codes import finding
from reconciler.kinds.base import Reading, Scope
from reconciler.kinds.identity import match
from reconciler.kinds.jobtemplate.launches import newest_launch
from reconciler.kinds.tensorboard.canonical import (
    GONE,
    KIND_NAME,
    DesiredBoard,
    LiveBoard,
    fits,
    live_resource,
    status_of,
)
from reconciler.kinds.waiting import age
from reconciler.live.operations import LIST_JOB_TEMPLATES, LIST_TENSORBOARDS
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import Finding, JsonObject, Resource, ResourceId, SourceRef
from reconciler.model.moments import THE_BEGINNING

Board = Resource[DesiredBoard]


def read(service: Service, scope: Scope, desired: Mapping[ResourceId, Board]) -> Reading[DesiredBoard, LiveBoard]:
    """The live TensorBoards that manifests describe or the project's prefix covers.

    Raises:
        IncompleteListing: not every TensorBoard of the workspace could be listed.
        ServiceError: a call failed.
    """
    rows = [row for row in boards(service, scope) if status_of(row) not in GONE]
    followed = _followed(service, scope, {id: board for id, board in desired.items() if scope.share.covers(id)})
    wanted = {**desired, **followed.completed}
    leftovers = _leftovers(rows, wanted)
    superseded = {row["TensorboardId"] for row in leftovers.values()}
    found = match(
        KIND_NAME,
        [row for row in rows if row["TensorboardId"] not in superseded],
        wanted,
        name_field="DisplayName",
        id_field="TensorboardId",
    ).of_share(scope.share)
    chosen = {
        id: live_resource(id.name, LiveBoard(row=row, leftover=leftovers.get(id))) for id, row in found.chosen.items()
    }
    pruned, pruned_twice = _under_prefix(scope, found.others)
    unmanaged = {id for id, _ in found.others if id not in pruned}
    return Reading(
        resources={**chosen, **pruned},
        completed=followed.completed,
        unmanaged=tuple(sorted(unmanaged)),
        findings=(*found.findings, *followed.findings, *pruned_twice),
        refused=found.refused | followed.refused,
    )


def boards(service: Service, scope: Scope, name: str = "") -> list[JsonObject]:
    """All TensorBoards of the workspace however old, or those whose name matches fuzzily."""
    fields = {"DisplayName": name} if name else {}
    return service.rows(
        LIST_TENSORBOARDS,
        WorkspaceId=scope.workspace_id,
        StartTime=THE_BEGINNING,
        SortBy="GmtCreateTime",
        Order="desc",  # new boards come first, so rows that shift while paging come twice instead of never
        **fields,
    )


def _under_prefix(
    scope: Scope, others: Iterable[tuple[ResourceId, JsonObject]]
) -> tuple[dict[ResourceId, Resource[LiveBoard]], list[Finding]]:
    """TensorBoards that the project owns by their name's prefix and that no manifest describes."""
    groups: dict[ResourceId, list[JsonObject]] = {}
    for id, row in others:
        if scope.prune and scope.prune_prefix and id.name.startswith(scope.prune_prefix):
            groups.setdefault(id, []).append(row)
    single = {id: live_resource(id.name, LiveBoard(row=rows[0])) for id, rows in groups.items() if len(rows) == 1}
    findings = [
        finding(
            "DLC203",
            f"several live objects have this name: {', '.join(sorted(row['TensorboardId'] for row in rows))}",
            subject=id,
        )
        for id, rows in groups.items()
        if len(rows) > 1
    ]
    return single, findings


def _leftovers(rows: list[JsonObject], desired: Mapping[ResourceId, Board]) -> dict[ResourceId, JsonObject]:
    """Old boards of replacements that were cut short: of two boards of one name the younger is what the manifest
    asks for and the older is not. Anything less clear stays an ambiguity for a person."""
    by_name: dict[str, list[JsonObject]] = {}
    for row in rows:
        by_name.setdefault(row.get("DisplayName") or "", []).append(row)
    found = {}
    for id, resource in desired.items():
        pair = sorted(by_name.get(id.name, ()), key=lambda row: age(row, "TensorboardId"))
        if len(pair) != 2 or resource.body.remote_id:
            continue
        old, new = pair
        if fits(resource.body, new) and not fits(resource.body, old):
            found[id] = old
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    """The boards that follow a template, with its newest job filled in."""

    completed: dict[ResourceId, Board]
    findings: tuple[Finding, ...]
    refused: frozenset[ResourceId]


def _followed(service: Service, scope: Scope, desired: Mapping[ResourceId, Board]) -> _Followed:
    followers = [resource for resource in desired.values() if resource.body.job_template]
    names = sorted({resource.body.job_template for resource in followers})
    answers = side_by_side(lambda name: _newest_job(service, scope, name), names, width=service.calls_in_flight)
    newest = dict(zip(names, answers, strict=True))
    completed: dict[ResourceId, Board] = {}
    findings = []
    for resource in followers:
        answer = newest[resource.body.job_template]
        if answer.job_id:
            content = {**resource.body.content, "JobId": answer.job_id}
            completed[resource.id] = replace(resource, body=replace(resource.body, content=content))
        elif resource.body.state != "absent":
            where = resource.origin if isinstance(resource.origin, SourceRef) else None
            findings.append(
                finding(answer.code, answer.problem, subject=resource.id, where=where, path=("spec", "job"))
            )
    refused = frozenset(problem.subject for problem in findings if problem.subject is not None)
    return _Followed(completed=completed, findings=tuple(findings), refused=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class _NewestJob:
    job_id: str = ""
    code: str = ""
    problem: str = ""


def _newest_job(service: Service, scope: Scope, template: str) -> _NewestJob:
    rows = service.rows(LIST_JOB_TEMPLATES, WorkspaceId=scope.workspace_id, TemplateName=template)
    named = [row for row in rows if row.get("TemplateName") == template]
    if not named:
        return _NewestJob(code="DLC214", problem=f'there is no live template "{template}"')
    if len(named) > 1:
        ids = ", ".join(sorted(row["TemplateId"] for row in named))
        return _NewestJob(code="DLC203", problem=f'several live templates are called "{template}": {ids}')
    newest = newest_launch(service, scope.workspace_id, named[0]["TemplateId"])
    if not newest:
        return _NewestJob(code="DLC206", problem=f'no job was launched from template "{template}" yet')
    return _NewestJob(job_id=newest)
