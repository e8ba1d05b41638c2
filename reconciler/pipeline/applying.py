"""Whether a plan may be executed (saved for this place, still valid, allowed), and its execution."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from reconciler.apply.execute import ExecutionContext, Watcher, execute
from reconciler.apply.tally import Tally
from reconciler.errors import Forbidden, PlanFileError, ReconcilerError, RefusedError
from reconciler.kinds.base import by_name
from reconciler.kinds.proof import Asked
from reconciler.live import Service
from reconciler.model import ActionKey, ApplyReport, Broken, Plan, ResourceId, Status, Target
from reconciler.model.quick import dataclass
from reconciler.pipeline.planning import plan_again, told_of_manifests
from reconciler.pipeline.proofs import is_to_be_launched, prover_of
from reconciler.pipeline.sites import sites_of
from reconciler.pipeline.workspace import Settings, Workspace, scope_of
from reconciler.plan.codec import plan_id
from reconciler.plan.selection import Selection
from reconciler.plan.stale import compare, manifest_differences
from reconciler.verification.prover import Prover
from reconciler.verification.sweep import sweep


def check_saved(saved: Plan, workspace: Workspace) -> None:
    """Refuse a saved plan that is not whole, was made for something else, or was made from other manifests.

    Raises:
        PlanFileError: with every difference.
    """
    if saved.shard is not None:
        raise PlanFileError(
            f"the plan is shard {saved.shard} and not whole: its deletions and limits are not decided",
            hint="Join all shards with `plan merge FILES --out plan.json` and apply that.",
        )
    if saved.target.name != workspace.target.name:
        raise PlanFileError(
            f"the plan is for target {saved.target.name}, not {workspace.target.name}",
            hint="Name its target: `--target`.",
        )
    if saved.project != workspace.project.name or _place(saved.target) != _place(workspace.target):
        raise PlanFileError(
            f"the plan is for {saved.project} at {_shown(saved.target)},"
            f" this is {workspace.project.name} at {_shown(workspace.target)}",
            hint="Where a plan goes is said by the project file, --target and --endpoint, never by the plan. Repeat the"
            " options it was made with, or make it again.",
        )
    current = {str(id): digest for id, (digest, _) in workspace.desired.asked.items()}
    differences = manifest_differences(saved, current)
    if differences:
        raise PlanFileError(
            "the manifests are not the ones the plan was made from", reasons=differences, hint="Make the plan again."
        )


def confirmed_now(
    settings: Settings, workspace: Workspace, service: Service, saved: Plan, *, selection: Selection, shrink: bool
) -> Plan:
    """Return the plan that is made now, when it asks for exactly what a saved one says. The saved one is not used
    further.

    So nothing in a plan file is ever done or believed: it can only differ, and then it is refused.

    Whether something waits for other targets is judged again, too.

    Raises:
        PlanFileError: it was made without waiting for other targets, and this run is to wait.
        RefusedError: what the plan touches moved since it was made; nothing was written.
        ServiceError: the live side could not be read completely.
    """
    if saved.without_soak and not settings.without_soak:
        again = f"--without-soak {shlex.quote(saved.without_soak)}"
        raise PlanFileError(
            f"the plan was made with {again}, this run waits for other targets",
            hint="Add the option here too, or make the plan again without it.",
        )
    fresh = plan_again(settings, workspace, service, selection)
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
    if saved.broken != fresh.broken:
        raise PlanFileError(
            "the manifests with errors are not those that the plan left out",
            reasons=_different(saved.broken, fresh.broken),
            hint="Make the plan again.",
        )
    return replace(fresh, findings=(*told_of_manifests(settings, workspace), *fresh.findings))


def _different(then: Sequence[Broken], now: Sequence[Broken]) -> list[str]:
    gone = [f"{each.where}: was left out, with other errors or for another reason" for each in then if each not in now]
    return [*gone, *(f"{each.where}: has these errors only now" for each in now if each not in then)]


def check_narrowing(saved: Plan, selection: Selection) -> None:
    """Refuse a saved plan that was narrowed in another way than this run: the command line says which part is meant.

    Raises:
        PlanFileError: with the options to add.
    """
    wanted = _options(saved.selection, saved.names, saved.changed_since)
    given = _options(selection.as_text, selection.names, selection.revision)
    if wanted != given:
        hint = f"Run it with `{wanted}`" if wanted else "Run it without --select, --name and --changed-since"
        raise PlanFileError(
            f"the plan was made with {wanted or 'no selection'}, this run has {given or 'none'}",
            hint=f"{hint}, or make the plan again.",
        )


def _options(labels: Sequence[str], names: Sequence[str], revision: str) -> str:
    """Return a selection in the form of command-line options."""
    words = [f"--select {shlex.quote(label)}" for label in sorted(set(labels))]
    words += [f"--name {shlex.quote(name)}" for name in names]
    return " ".join([*words, *([f"--changed-since {shlex.quote(revision)}"] if revision else [])])


def _nobody(template: str, job: str, state: str) -> None:
    """Do nothing with a look at a verification; the default listener."""
    del template, job, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How to execute: who watches, how many actions run at the same time, what stops them."""

    watcher: Watcher
    width: int = 8
    fail_fast: bool = False
    told: Callable[[str, str, str], None] = _nobody
    """Is told of each look at a verification: the template, the id of its job, the state."""
    halt: threading.Event = field(default_factory=threading.Event)


def apply_plan(settings: Settings, workspace: Workspace, service: Service, plan: Plan, run: Run) -> ApplyReport:
    """Execute exactly this plan; the report has an outcome for every action.

    Raises:
        Forbidden: nobody may create the jobs that should prove versions; nothing was written.
    """
    prover = prover_of(settings, workspace, service, run.halt.is_set, run.told)
    sites = sites_of(settings, workspace, service, prover)
    written = _launch_the_first(settings, workspace, service, plan, replace(prover, waits=False))
    report = execute(
        plan,
        plan_id(plan),
        ExecutionContext(
            kinds=settings.kinds,
            sites=sites,
            desired=workspace.desired.resources,
            watcher=run.watcher,
            width=run.width,
            halt=run.halt,
            fail_fast=run.fail_fast,
            written=written,
        ),
    )
    if not report.interrupted:
        _sweep(settings, workspace, prover, _unpublished(plan, report))
    return report


def _sweep(settings: Settings, workspace: Workspace, prover: Prover, unpublished: frozenset[str]) -> None:
    """Remove the verifications that no run continues with. Nothing is asked of the service where no manifest has
    one."""
    asked = _proofs(settings, workspace)
    # A manifest with errors may ask for the proof that is under way.
    if asked and not workspace.desired.broken:
        sweep(prover, workspace.project.name, list(asked.values()), unpublished)


def _proofs(settings: Settings, workspace: Workspace) -> Mapping[ResourceId, Asked]:
    """Return which proofs the manifests ask for."""
    desired, kinds = workspace.desired, by_name(settings.kinds)
    scopes = {name: scope_of(settings, workspace, kind) for name, kind in kinds.items()} if desired.proving else {}
    asked = {id: kinds[id.kind].asked(scopes[id.kind], desired.resources[id]) for id in sorted(desired.proving)}
    return {id: proof for id, proof in asked.items() if proof is not None}


def to_execute(workspace: Workspace, plan: Plan) -> Workspace:
    """Return the workspace with what `apply_plan` needs of it, for exactly this plan: the contents of all other
    resources are let go."""
    needed = workspace.desired.proving | {action.id for action in plan.actions}
    return replace(workspace, desired=workspace.desired.only(needed))


def _unpublished(plan: Plan, report: ApplyReport) -> frozenset[str]:
    """Return the names whose default may not yet be what is asked: not done, waiting, left out of the plan, or
    refused in it."""
    undone = {outcome.action.id.name for outcome in report.outcomes if outcome.status is not Status.DONE}
    aside = {each.id.name for each in plan.waiting} | {id.name for id in plan.left_out}
    refused = {finding.subject.name for finding in plan.findings if finding.severity == "error" and finding.subject}
    return frozenset(undone | aside | refused)


def _launch_the_first(
    settings: Settings, workspace: Workspace, service: Service, plan: Plan, prover: Prover
) -> Mapping[ActionKey, int]:
    """Launch the first verification before anything is written, so that an identity that may not create jobs is refused
    in time.

    The action of the verification does the rest: it takes up the job, or repeats why there is none.

    Returns:
        How many writes were made for which action.

    Raises:
        Forbidden: nobody may create jobs; nothing was written.
    """
    first = next((action for action in plan.actions if is_to_be_launched(action)), None)
    if first is None:
        return {}
    kind, tally = by_name(settings.kinds)[first.id.kind], Tally(service)
    site = replace(sites_of(settings, workspace, service, prover)[kind.name], service=tally)
    try:
        kind.perform(site, first, workspace.desired.resources.get(first.id), first.observed)
    except ReconcilerError as error:
        if isinstance(error.__cause__, Forbidden):
            raise error.__cause__ from None
    return {first.key: tally.writes}


def _place(target: Target) -> Sequence[str]:
    return (target.name, target.region, target.workspace_id, target.endpoint)


def _shown(target: Target) -> str:
    at = f" through {target.endpoint}" if target.endpoint else ""
    return f"{target.name} ({target.region}, workspace {target.workspace_id}{at})"
