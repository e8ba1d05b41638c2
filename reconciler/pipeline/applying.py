"""Whether a plan may be executed - saved for this place, still valid, allowed - and executing it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.errors import PlanFileError, RefusedError
from reconciler.kinds import KINDS
from reconciler.kinds.base import Patience, Site
from reconciler.live import Service
from reconciler.model import ApplyReport, Plan, Target
from reconciler.model.address import EMULATOR
from reconciler.pipeline.workspace import Settings, Workspace, scope_of

if TYPE_CHECKING:
    from reconciler.apply.execute import Watcher
    from reconciler.plan.safety import Allowances


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
            scope=scope_of(settings, workspace, kind.name),
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


def _place(target: Target) -> Sequence[str]:
    return (target.name, target.region, target.workspace_id, target.endpoint)


def _shown(target: Target) -> str:
    at = f" through {target.endpoint}" if target.endpoint else ""
    return f"{target.name} ({target.region}, workspace {target.workspace_id}{at})"
