"""The only place where stages meet: manifests, live service, plan, apply. It wires; it decides nothing itself.

open_workspace --> Workspace(project, target, desired)
connected      --> Service (the official endpoint, an address, or the embedded emulator)
make_plan      --> Plan with impact; plan_again --> Plan, to compare a saved one with
changed_since  --> Changed       check_saved --> Plan          apply_plan --> ApplyReport
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ManifestError, PlanFileError, ProjectError, RefusedError
from reconciler.kinds import JOB_TEMPLATE, KINDS, TENSORBOARD
from reconciler.kinds.base import Patience, Scope, Share, Site
from reconciler.kinds.secrets import redact_text
from reconciler.kinds.survey import Offers, Survey
from reconciler.live import ConnectionOptions, CredentialsSpec, Service
from reconciler.live.parallel import side_by_side
from reconciler.model import Action, ApplyReport, Finding, Plan, ResourceId, Severity, Target

if TYPE_CHECKING:
    from reconciler.apply.execute import Watcher
    from reconciler.emulator import Emulator
    from reconciler.manifests import Desired, Project
    from reconciler.plan.build import Changed, Selection, Sides
    from reconciler.plan.safety import Allowances

EMULATOR = "emulator"
"""The endpoint that stands for the embedded emulator."""

STATE_FILE = Path(".dlc-reconciler") / "emulator.sqlite3"
"""Where the embedded emulator keeps its state, beside the project file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a command was told: built once by the command line."""

    project_file: Path
    target: str = ""
    """Empty: the project's only target."""
    endpoint: str = ""
    """Stands in for the target's own endpoint; "emulator" for the embedded one."""
    credentials: CredentialsSpec = field(default_factory=CredentialsSpec)
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    verify: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    revision: str = ""
    """The Git revision to record on what is written."""
    share: Share = field(default_factory=Share)
    """The part of all resources to plan."""
    wait: float = 300.0
    """Seconds to wait for a TensorBoard to reach a state."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """What launches of the last days and ages are counted from."""
    secrets: set[str] = field(default_factory=set, repr=False)
    """Values that no text may show, wherever they come back: grows while manifests are read."""
    clock: Callable[[], float] = time.monotonic
    """What `wait` is measured by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One target of a project with the desired side loaded and valid."""

    project: Project
    target: Target
    desired: Desired


def open_project(settings: Settings) -> Project:
    """The project file.

    Raises:
        ProjectError, ManifestError: it is missing or wrong.
    """
    from reconciler.manifests import load_project  # noqa: PLC0415

    return load_project(settings.project_file)


def choose_target(project: Project, name: str) -> str:
    """The target a command means: the named one, or the only one there is.

    Raises:
        ProjectError: several targets and none named.
    """
    if name:
        return name
    if len(project.targets) == 1:
        return next(iter(project.targets))
    raise ProjectError(f"which target? {project.name} has {', '.join(project.targets)}", hint="Add `--target NAME`.")


def open_workspace(settings: Settings) -> Workspace:
    """Load a target's desired side.

    Raises:
        ProjectError: no such target, or no project.
        ManifestError: with every error in every manifest.
    """
    from reconciler.manifests import ProcessEnvironment, load_desired  # noqa: PLC0415

    project = open_project(settings)
    name = choose_target(project, settings.target)
    desired = load_desired(
        project, name, kinds=KINDS, environ=ProcessEnvironment(settings.environ, met=settings.secrets)
    )
    errors = [finding for finding in desired.findings if finding.severity is Severity.ERROR]
    if errors:
        raise ManifestError(desired.findings)
    target = project.targets[name].target
    return Workspace(
        project=project,
        target=replace(target, endpoint=settings.endpoint or target.endpoint),
        desired=desired,
    )


def validate(settings: Settings) -> tuple[Finding, ...]:
    """Every finding of every manifest, for the named target or for all of them, without a service.

    `${env.NAME}` need not be set: a value that only the pipeline has cannot be checked here, which is a warning.
    """
    from reconciler.manifests import ManifestSet, UnknownEnvironment  # noqa: PLC0415

    project = open_project(settings)
    names = [settings.target] if settings.target else list(project.targets)
    manifests, environ = ManifestSet(project, KINDS), UnknownEnvironment(settings.environ)
    found = {finding: None for name in names for finding in manifests.desired(name, environ).findings}
    return tuple(found)


@contextmanager
def connected(settings: Settings, workspace: Workspace) -> Iterator[Service]:
    """The service behind a target; closed, and the embedded emulator stopped, at the end.

    Raises:
        ProjectError: the embedded emulator cannot use its state file.
    """
    from reconciler.live import connect  # noqa: PLC0415

    target = workspace.target
    options = replace(settings.connection, hide=lambda text: redact_text(text, tuple(settings.secrets)))
    if target.endpoint != EMULATOR:
        with connect(target, settings.credentials, options, environ=settings.environ) as service:
            yield service
        return
    with (
        _embedded(workspace.project) as emulator,
        connect(replace(target, endpoint=emulator.url), CredentialsSpec(), options, environ={}) as service,
    ):
        yield service


def _embedded(project: Project) -> Emulator:
    """The embedded emulator with the project's own state file; the workspaces of all targets exist in it."""
    from reconciler.emulator import Emulator, Profile, StateFileError  # noqa: PLC0415

    known = frozenset(spec.target.workspace_id for spec in project.targets.values())
    state = project.root / STATE_FILE
    try:
        state.parent.mkdir(exist_ok=True)
        return Emulator(state, profile=Profile(workspaces=known))
    except (OSError, StateFileError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ProjectError(
            f"the emulator cannot keep its state in {STATE_FILE}: {reason}", hint="Move that file out of the way."
        ) from error


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
        scope = _scope(settings, workspace, kind.name)
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
    from reconciler.manifests import ProcessEnvironment, load_desired, load_project  # noqa: PLC0415
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
        environ = ProcessEnvironment(settings.environ, met=settings.secrets)
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


def check_saved(saved: Plan, workspace: Workspace) -> None:
    """Refuse a saved plan that is not whole, was made for something else, or from other manifests.

    Raises:
        PlanFileError: with every difference.
    """
    from reconciler.plan.stale import manifest_differences  # noqa: PLC0415

    if saved.shard is not None:
        raise PlanFileError(
            f"the plan is shard {saved.shard} and not whole: its deletions and limits are not decided",
            hint="Join all shards with `plan merge FILES --out plan.json` and apply that.",
        )
    if saved.project != workspace.project.name or _place(saved.target) != _place(workspace.target):
        raise PlanFileError(
            f"the plan is for {saved.project} at {_shown(saved.target)},"
            f" this is {workspace.project.name} at {_shown(workspace.target)}",
            hint="Apply it where it was made for, or make the plan again.",
        )
    current = {
        str(id): kind.digest(resource)
        for kind in KINDS
        for id, resource in workspace.desired.resources.items()
        if id.kind == kind.name
    }
    differences = manifest_differences(saved, current)
    if differences:
        raise PlanFileError(
            "the manifests are not the ones the plan was made from", reasons=differences, hint="Make the plan again."
        )


def still_valid(saved: Plan, fresh: Plan, *, shrink: bool) -> Plan:
    """The part of a saved plan that is still to be done, when nothing else moved.

    Raises:
        RefusedError: what the plan touches moved since it was made; nothing was written.
    """
    from reconciler.plan.stale import compare  # noqa: PLC0415

    staleness = compare(saved, fresh)
    if staleness.moved:
        raise RefusedError(
            "the plan is stale: live objects moved since it was made", reasons=staleness.moved, hint="Make it again."
        )
    if staleness.already_done and not shrink:
        raise RefusedError(
            "part of the plan is already done",
            reasons=staleness.already_done,
            hint="Add `--allow-shrink` to do the rest of it.",
        )
    return staleness.remaining


def check_allowed(plan: Plan, allowances: Allowances) -> None:
    """Refuse a plan with errors in it, or with a broken limit that nobody allowed by number.

    Raises:
        RefusedError: with every reason.
    """
    from reconciler.plan.safety import refusals  # noqa: PLC0415

    reasons = refusals(plan, allowances)
    if reasons:
        raise RefusedError(
            f"the plan is blocked by {len(reasons)} finding{'s' if len(reasons) != 1 else ''}",
            reasons=[f"{each.code} {each.subject or ''}: {each.summary}".replace(" :", ":") for each in reasons],
            hint=reasons[0].hint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How to execute: who watches, how many side by side, what stops it."""

    watcher: Watcher
    width: int = 8
    fail_fast: bool = False
    halt: threading.Event = field(default_factory=threading.Event)


def apply_plan(settings: Settings, workspace: Workspace, service: Service, plan: Plan, run: Run) -> ApplyReport:
    """Execute exactly this plan; the report has an outcome for every action."""
    from reconciler.apply.execute import Workshop, execute  # noqa: PLC0415
    from reconciler.plan.codec import plan_id  # noqa: PLC0415

    sites = {
        kind.name: Site(
            service=service,
            scope=_scope(settings, workspace, kind.name),
            patience=_patience(settings, workspace.target),
            revision=settings.revision,
        )
        for kind in KINDS
    }
    return execute(
        plan,
        plan_id(plan),
        Workshop(
            kinds=KINDS,
            sites=sites,
            desired=workspace.desired.resources,
            watcher=run.watcher,
            width=run.width,
            halt=run.halt,
            fail_fast=run.fail_fast,
        ),
    )


def _patience(settings: Settings, target: Target) -> Patience:
    """The emulator changes states within a second; looking at it every two would only make people wait."""
    interval = 0.1 if target.endpoint == EMULATOR else 2.0
    return Patience(interval=interval, deadline=settings.wait, sleep=settings.sleep, clock=settings.clock)


def _scope(settings: Settings, workspace: Workspace, kind: str) -> Scope:
    prune = workspace.project.prune
    pruned = {JOB_TEMPLATE.name: prune.job_templates, TENSORBOARD.name: prune.tensor_boards}
    return Scope(
        project=workspace.project.name,
        workspace_id=workspace.target.workspace_id,
        prune=pruned[kind],
        prune_prefix=prune.tensor_board_prefix,
        stamp=workspace.project.stamp,
        verify=settings.verify,
        share=settings.share,
    )


def _place(target: Target) -> Sequence[str]:
    return (target.name, target.region, target.workspace_id, target.endpoint)


def _shown(target: Target) -> str:
    at = f" through {target.endpoint}" if target.endpoint else ""
    return f"{target.name} ({target.region}, workspace {target.workspace_id}{at})"
