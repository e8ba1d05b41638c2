"""From a workspace and its service to a Plan, with whom each action reaches; and the Plan of some resources only."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.kinds.survey import Offers, Survey
from reconciler.live import Service
from reconciler.live.parallel import side_by_side
from reconciler.model import Action, Plan, ResourceId
from reconciler.pipeline.workspace import Settings, Workspace, scope_of

if TYPE_CHECKING:
    from reconciler.manifests import Desired, Project
    from reconciler.plan.build import Changed, Selection, Sides


def make_plan(settings: Settings, workspace: Workspace, service: Service, selection: Selection) -> Plan:
    """Compare a target's manifests with what the service has, and find out whom each action reaches.

    Raises:
        ServiceError: the live side could not be read completely.
    """
    sides = _read(settings, workspace, service)
    plan = _compared(workspace, sides, selection)
    survey = Survey(
        service=service, workspace_id=workspace.target.workspace_id, now=settings.now(), offers=Offers(service)
    )
    actions = side_by_side(
        lambda action: _with_impact(action, sides, survey), plan.actions, width=service.calls_in_flight
    )
    shard = plan.shard and replace(plan.shard, revision=settings.revision)
    return replace(plan, actions=tuple(actions), shard=shard)


def plan_again(settings: Settings, workspace: Workspace, service: Service, selection: Selection) -> Plan:
    """The plan a saved one is compared with: nobody reads it, so whom it reaches is not found out.

    Raises:
        ServiceError: the live side could not be read completely.
    """
    return _compared(workspace, _read(settings, workspace, service), selection)


def _read(settings: Settings, workspace: Workspace, service: Service) -> Sequence[Sides]:
    from reconciler.plan.build import Sides  # noqa: PLC0415

    sides = []
    for kind in KINDS:
        scope = scope_of(settings, workspace, kind.name)
        desired = {id: resource for id, resource in workspace.desired.resources.items() if id.kind == kind.name}
        sides.append(Sides(kind=kind, scope=scope, desired=desired, reading=kind.read(service, scope, desired)))
    return sides


def _compared(workspace: Workspace, sides: Sequence[Sides], selection: Selection) -> Plan:
    from reconciler.plan.build import build_plan  # noqa: PLC0415

    return build_plan(workspace.project.name, workspace.target, workspace.project.limits, sides, selection)


def _with_impact(action: Action, sides: Sequence[Sides], survey: Survey) -> Action:
    side = next(side for side in sides if side.kind.name == action.id.kind)
    desired = side.reading.completed.get(action.id) or side.desired.get(action.id)
    return replace(action, impact=side.kind.impact(survey, action, desired, side.reading.resources.get(action.id)))


def changed_since(settings: Settings, workspace: Workspace, revision: str) -> Changed:
    """Which resources the manifests ask something else of than they did at a Git revision.

    Both sides are loaded and compared, so that a changed value or override counts for exactly the resources that use
    it. A change of the target itself, of what is pruned or of the stamp counts for all.

    Raises:
        UsageError: not in a Git repository, or no such revision.
    """
    from reconciler.manifests import load_desired, load_project  # noqa: PLC0415
    from reconciler.manifests.revisions import resolve, write_project  # noqa: PLC0415
    from reconciler.plan.build import Changed  # noqa: PLC0415

    project = workspace.project
    commit = resolve(project.root, revision)
    name = workspace.target.name
    with tempfile.TemporaryDirectory(prefix="dlc-reconciler-") as folder:
        if not write_project(project.root, project.path.name, commit, Path(folder)):
            return Changed(commit)
        former = load_project(Path(folder) / project.path.name)
        if _reach(former, name) != _reach(project, name):
            return Changed(commit)
        environ = settings.environment()
        then, now = _asked(load_desired(former, name, kinds=KINDS, environ=environ)), _asked(workspace.desired)
    return Changed(commit, frozenset(id for id in now.keys() | then.keys() if now.get(id) != then.get(id)))


def _reach(project: Project, target: str) -> object:
    """What in a project file bears upon every resource of a target."""
    spec = project.targets.get(target)
    return (project.name, spec and spec.target, project.prune, project.stamp)


def _asked(desired: Desired) -> Mapping[ResourceId, object]:
    """What the manifests ask of each resource; the manifest's name is written on live templates too."""
    return {
        id: (kind.digest(resource), resource.where.file)
        for kind in KINDS
        for id, resource in desired.resources.items()
        if id.kind == kind.name
    }


def merge_plans(plans: Mapping[str, Plan]) -> Plan:
    """The whole plan from the plans of all shards, each under the name of its file.

    Raises:
        PlanFileError: they are not all the shards of one plan.
    """
    from reconciler.plan.shard import merge  # noqa: PLC0415

    return merge(plans, KINDS)
