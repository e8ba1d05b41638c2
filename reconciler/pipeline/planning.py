"""From a workspace and its service to a Plan with whom each action reaches, and to the Plan of some resources only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from reconciler.kinds.base import AnyKind, Kind, Kinds, Scope, Site
from reconciler.kinds.results import Reading
from reconciler.live import Service
from reconciler.live.parallel import side_by_side
from reconciler.manifests import Desired
from reconciler.manifests.absence import Absences
from reconciler.manifests.broken import BrokenManifest, protected
from reconciler.manifests.prefixes import endangered, other_prefixes
from reconciler.manifests.workspaces import place_of
from reconciler.model import Action, Finding, Plan, Reason, Resource, ResourceId
from reconciler.pipeline.changed import is_about_few, read_whole
from reconciler.pipeline.known import remembering
from reconciler.pipeline.leaving_out import left_out
from reconciler.pipeline.proofs import check_again, proved, within_spending
from reconciler.pipeline.sites import sites_of
from reconciler.pipeline.soak import soaked
from reconciler.pipeline.workspace import Settings, Workspace, reckoned_with, scope_of
from reconciler.plan.build import Sides, build_plan, finding_order
from reconciler.plan.selection import Selection

Described = Mapping[ResourceId, Resource[Any]]


def make_plan(settings: Settings, workspace: Workspace, service: Service, selection: Selection) -> Plan:
    """Compare a target's manifests with what the service has, and find out whom each action reaches.

    Warnings of loading the manifests are among its findings.

    Raises:
        UsageError: a version is to be proved anew that needs no proof.
        ServiceError: the live side could not be read completely.
    """
    check_again(settings, workspace)
    sides = _read(settings, workspace, service, selection)
    plan = _compared(settings, workspace, service, sides, selection)
    sites = sites_of(settings, workspace, service)
    later = [action for each in plan.waiting for action in each.actions]
    actions = side_by_side(
        lambda action: _with_impact(action, sides, sites[action.id.kind]),
        (*plan.actions, *later),
        width=service.calls_in_flight,
    )
    shard = plan.shard and replace(plan.shard, revision=settings.revision())
    found = sorted((*plan.findings, *_endangered(settings.kinds, workspace, plan)), key=finding_order)
    findings = (*told_of_manifests(settings, workspace), *read_whole(workspace, selection), *found)
    return replace(_with_actions(plan, actions), findings=findings, shard=shard)


def _with_actions(plan: Plan, actions: Sequence[Action]) -> Plan:
    """Return the plan with other texts for its actions, in their order: those that are done now, then those that
    wait."""
    found = iter(actions)
    now = tuple(next(found) for _ in plan.actions)
    return replace(
        plan,
        actions=now,
        waiting=tuple(replace(each, actions=tuple(next(found) for _ in each.actions)) for each in plan.waiting),
    )


def told_of_manifests(settings: Settings, workspace: Workspace) -> Sequence[Finding]:
    """Return the findings about manifests in a plan. Errors of manifests that were left out are among them, and
    block nothing."""
    apart = {item for each in reckoned_with(settings, workspace) for item in each.shown.findings}
    return [item for item in workspace.desired.findings if item not in apart]


def _endangered(kinds: Kinds, workspace: Workspace, plan: Plan) -> Iterator[Finding]:
    """Yield warnings about objects that are deleted because of the prefix of their names and may belong to another
    project."""
    prefixed = {kind.name for kind in kinds if kind.prune_prefix}
    pruned = [
        action.id for action in plan.actions if action.id.kind in prefixed and action.reason is Reason.NOT_IN_MANIFESTS
    ]
    if not pruned:
        return
    spec = workspace.project.target(workspace.target.name).target
    place = place_of({"region": spec.region, "workspaceId": spec.workspace_id, "endpoint": spec.endpoint})
    others = other_prefixes(workspace.project, kinds)
    for id in pruned:
        if (warning := endangered(id, place, others)) is not None:
            yield warning


def plan_again(settings: Settings, workspace: Workspace, service: Service, selection: Selection) -> Plan:
    """Return the plan with which a saved one is compared. Nobody reads it, so it does not say whom its actions reach.

    Raises:
        UsageError: a version is to be proved anew that needs no proof.
        ServiceError: the live side could not be read completely.
    """
    return plan_with_sides(settings, workspace, service, selection)[0]


def plan_with_sides(
    settings: Settings, workspace: Workspace, service: Service, selection: Selection
) -> tuple[Plan, Sequence[Sides]]:
    """Return `plan_again`, and both sides as they were read.

    Raises:
        UsageError: a version is to be proved anew that needs no proof.
        ServiceError: the live side could not be read completely.
    """
    check_again(settings, workspace)
    sides = _read(settings, workspace, service, selection)
    return _compared(settings, workspace, service, sides, selection), sides


def _read(settings: Settings, workspace: Workspace, service: Service, selection: Selection) -> Sequence[Sides]:
    absences, sides = Absences(workspace.project, workspace.desired, settings.allow_absent), []
    wrong = reckoned_with(settings, workspace)
    broken = frozenset(each.shown.id for each in wrong if each.shown.id is not None)
    few = is_about_few(workspace, selection)
    told = dict(workspace.desired.asked.items())
    for kind in settings.kinds:
        scope = remembering(scope_of(settings, workspace, kind), settings.cache.entries, service, kind)
        desired = workspace.desired.of_kind(kind.name)
        digests = {id: told[id][0] for id in desired}
        asked = _covered(desired, selection) if few else None
        reading = _reading(service, scope, kind, desired, asked)
        doubt = partial(_doubt, wrong, absences, settings.kinds, kind)
        sides.append(
            Sides(kind=kind, scope=scope, desired=desired, digests=digests, reading=reading, doubt=doubt, broken=broken)
        )
    return sides


def _covered(desired: Described, selection: Selection) -> Described:
    """Return those of the resources that a selection covers. No other is made."""
    found = {id: desired[id] for id in sorted(selection.among(desired.keys()))}
    return {id: each for id, each in found.items() if selection.fits(each)}


def _reading(
    service: Service, scope: Scope, kind: AnyKind, desired: Described, asked: Described | None
) -> Reading[Any, Any]:
    """Return the live side of the few resources that are `asked` for; None: everything."""
    if asked is not None and not asked:
        return Reading()
    if asked is None or kind.read_some is None:
        return kind.read(service, scope, desired)
    return kind.read_some(service, scope, asked)


def _doubt(
    wrong: Sequence[BrokenManifest], absences: Absences, kinds: Kinds, kind: Kind[Any, Any], live: Resource[Any]
) -> Finding | None:
    recorded = kind.ownership.recorded(live) if kind.ownership is not None else ""
    names = [each.name for each in kinds]
    return protected(live.id, recorded, wrong, names) or absences.doubt(live.id, recorded)


def _compared(
    settings: Settings, workspace: Workspace, service: Service, sides: Sequence[Sides], selection: Selection
) -> Plan:
    plan = build_plan(workspace.project.name, workspace.target, workspace.project.limits, sides, selection)
    plan = replace(
        plan,
        actions=tuple(_with_abstract(action, workspace.desired) for action in plan.actions),
        broken=left_out(settings, workspace, selection),
        waived=len(workspace.desired.waived),
        switched_off=len(workspace.desired.off),
    )
    plan = soaked(settings, workspace, proved(settings, workspace, service, plan, sides))
    return within_spending(workspace, plan)


def _with_abstract(action: Action, desired: Desired) -> Action:
    """The action; when it deletes what a manifest describes no longer because it became abstract, with a note of it."""
    where = desired.abstract.get(action.id)
    if where is None or action.reason is not Reason.NOT_IN_MANIFESTS:
        return action
    return replace(action, notes=(*action.notes, f"its manifest is abstract now, and describes no object: {where}"))


def _with_impact(action: Action, sides: Sequence[Sides], site: Site) -> Action:
    side = next(side for side in sides if side.kind.name == action.id.kind)
    desired = side.reading.completed.get(action.id) or side.desired.get(action.id)
    return replace(action, impact=side.kind.impact(site, action, desired, side.reading.resources.get(action.id)))
