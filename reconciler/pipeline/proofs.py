"""Which versions a plan has to prove, and who proves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.errors import UsageError
from reconciler.kinds.offers import Offers
from reconciler.kinds.order import ordered
from reconciler.kinds.proof import Need
from reconciler.live import Service
from reconciler.model import Action, Plan, Proving
from reconciler.model.lazily import later
from reconciler.model.nearest import meant
from reconciler.pipeline.sites import site_of
from reconciler.pipeline.workspace import Settings, Workspace, redactor_of
from reconciler.plan.build import Sides, finding_order
from reconciler.plan.safety import spending_findings

if TYPE_CHECKING:
    from reconciler.verification.planned import with_proofs
    from reconciler.verification.prover import Prover
    from reconciler.verification.verdict import words
else:  # most plans have nothing to prove
    with_proofs = later("reconciler.verification.planned", "with_proofs")
    Prover = later("reconciler.verification.prover", "Prover")
    words = later("reconciler.verification.verdict", "words")

_FEW = 10
EVERY = "*"
"""The word for all templates, where versions are to be proved anew."""


def check_again(settings: Settings, workspace: Workspace) -> None:
    """Refuse to prove anew what asks for no proof: the name of a plan file may have been taken for that of a template.

    Raises:
        UsageError: with the nearest name.
    """
    wanted = sorted(settings.again - {EVERY})
    if not wanted:
        return
    resources, proving = workspace.desired.resources, {id.name for id in workspace.desired.proving}
    for name in wanted:
        if name in proving:
            continue
        is_there = name in {id.name for id in resources}
        wrong = "asks for no proof" if is_there else f"is the name of no template{meant(name, proving)}"
        hint = "Without a name all are meant. Such an option goes last, or has `=`: `apply plan.json --verify-again`."
        if proving:
            hint = f"Templates with spec.verify: {', '.join(sorted(proving)[:_FEW])}. {hint}"
        raise UsageError(f'--verify-again: "{name}" {wrong}', hint=hint)


def proved(settings: Settings, workspace: Workspace, service: Service, plan: Plan, sides: Sequence[Sides]) -> Plan:
    """Return the plan with a `verify` before each action that publishes something unproved.

    Raises:
        ServiceError: the jobs could not be listed.
    """
    needs = {action.key: need for action in plan.actions if (need := _need(action, sides)) is not None}
    if not needs:
        return plan
    actions = with_proofs(plan.actions, needs, prover_of(settings, workspace, service), Offers(service))
    return replace(plan, actions=ordered(actions, settings.kinds))


def within_spending(workspace: Workspace, plan: Plan) -> Plan:
    """Return the plan with a finding where its verifications may take more than the project allows. What waits takes
    nothing.

    A shard is not judged.
    """
    broken = spending_findings(plan.actions, workspace.project.limits) if plan.shard is None else ()
    return replace(plan, findings=tuple(sorted((*plan.findings, *broken), key=finding_order))) if broken else plan


def _need(action: Action, sides: Sequence[Sides]) -> Need | None:
    side = next(side for side in sides if side.kind.name == action.id.kind)
    desired = side.reading.completed.get(action.id) or side.desired.get(action.id)
    return side.kind.needs(side.scope, action, desired, side.reading.resources.get(action.id))


def prover_of(
    settings: Settings,
    workspace: Workspace,
    service: Service,
    halted: Callable[[], bool] = lambda: False,
    told: Callable[[str, str, str], None] | None = None,
) -> Prover:
    """Return the prover of a target's versions.

    Args:
        settings: whether to wait, and what is to be proved anew.
        workspace: the target.
        service: the service behind it.
        halted: whether the run is to end.
        told: is told of each look at a job: the template, the job's id, its state.
    """
    site = site_of(settings, workspace.project.name, workspace.target, service)
    hide = redactor_of(settings, workspace)
    prover = Prover(site=site, waits=settings.waits, again=settings.again, halted=halted, hide=hide)
    if told is None:
        return prover
    return replace(
        prover, told=lambda attempt, job, verdict: told(attempt.template, job, hide(words(verdict))), said=told
    )


def is_to_be_launched(action: Action) -> bool:
    """Return whether this action is a verification whose job does not exist yet."""
    return action.verification is not None and action.verification.state is Proving.LAUNCH
