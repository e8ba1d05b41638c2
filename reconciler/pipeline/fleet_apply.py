"""Executes the plans of many targets: wave after wave, and the targets of a wave at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import field, replace
from functools import partial

from reconciler.apply.execute import untried
from reconciler.fleet.waves import waves
from reconciler.live.parallel import side_by_side
from reconciler.model import ApplyReport, Failure, Fleet, FleetReport, Plan
from reconciler.model.quick import dataclass
from reconciler.pipeline.applying import Run, apply_plan, confirmed_now, to_execute
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.connecting import connected
from reconciler.pipeline.many_targets import Narrowing
from reconciler.pipeline.members import WIDTH, Members, attempted, of_target
from reconciler.pipeline.workspace import Settings, Workspace
from reconciler.plan.codec import plan_id
from reconciler.plan.safety import Allowances, check_allowed


class Awaiting:
    """The targets of an apply from their plans to their execution: of each target's manifests, what is still needed.

    A target of the first wave is executed as it was planned, so of its manifests only those are kept that its plan
    writes. One of a later wave is compared once more when its wave begins, which takes all of them; but not when there
    is nothing to do on it.
    """

    def __init__(self, members: Members) -> None:
        self._members = members
        self._first = frozenset(name for wave in waves(members.project, members.openings)[:1] for name in wave)
        self._workspaces: dict[str, Workspace] = {}
        self._whole: set[str] = set()

    @property
    def members(self) -> Members:
        """The targets, to be planned; of each that is planned, what nobody needs any more is let go."""
        return replace(self._members, let_go=self._planning_ended)

    def planned(self, workspace: Workspace, plan: Plan) -> None:
        """Keep what the execution of a plan needs."""
        name = workspace.target.name
        if name in self._first or not is_to_do(plan):
            self._workspaces[name] = to_execute(workspace, plan)
        else:
            self._whole.add(name)
            self._workspaces[name] = workspace

    def taken(self, name: str) -> Workspace:
        """Return the workspace of a planned target, which is kept no longer."""
        return self._workspaces.pop(name)

    def ended(self, name: str) -> None:
        """Take note that nothing more happens on a target."""
        if name in self._whole:
            self._members.let_go(name)

    def _planning_ended(self, name: str) -> None:
        if name not in self._whole:
            self._members.let_go(name)


def is_to_do(plan: Plan) -> bool:
    """Return whether there is anything to do, now or when other targets are done."""
    return not plan.is_empty or bool(plan.waiting)


class LinkedHalt(threading.Event):
    """The halt of one target, which is set by itself or together with that of the whole run."""

    def __init__(self, whole: threading.Event) -> None:
        super().__init__()
        self._whole = whole

    def is_set(self) -> bool:
        """Return whether nothing more may begin on this target."""
        return super().is_set() or self._whole.is_set()


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRun:
    """How to execute: how each target's plan is run and watched, and what stops all."""

    document_id: str
    """The id of the document that was reviewed, for the report."""
    run_of: Callable[[Plan, threading.Event], AbstractContextManager[Run]]
    """Returns the run of one target's plan, given the halt that it has to use."""
    allowances: Allowances
    narrowing: Narrowing
    shrink: bool = False
    fail_fast: bool = False
    halt: threading.Event = field(default_factory=threading.Event)


def apply_each(settings: Settings, awaiting: Awaiting, fleet: Fleet, run: FleetRun) -> FleetReport:
    """Execute these plans, and nothing else. What waited for another target is judged again when its wave begins.

    A target that fails stops no other one, but targets that wait for it go on waiting.
    """
    return _Waves(settings, awaiting, run).apply(fleet)


class _Waves:
    """One execution: the results of the targets so far."""

    def __init__(self, settings: Settings, awaiting: Awaiting, run: FleetRun) -> None:
        self._settings = settings
        self._project = awaiting.members.project
        self._awaiting = awaiting
        self._run = run
        self._gave_up = threading.Event()
        self._asked_once = AskedOnce()

    def apply(self, fleet: Fleet) -> FleetReport:
        plans = {plan.target.name: plan for plan in fleet.plans}
        ended = {each.target: each for each in fleet.failed}
        done: dict[str, ApplyReport | Failure] = dict(ended)
        for at, wave in enumerate(waves(self._project, plans)):
            self._asked_once = AskedOnce()  # the waves before this one have changed the answers
            results = side_by_side(partial(self._one, later=at > 0), [plans[name] for name in wave], width=WIDTH)
            done |= dict(zip(wave, results, strict=True))
        in_order = [done[name] for name in self._project.targets if name in done]
        return FleetReport(
            fleet_id=self._run.document_id,
            reports=tuple(each for each in in_order if isinstance(each, ApplyReport)),
            failed=tuple(each for each in in_order if isinstance(each, Failure)),
            interrupted=self._run.halt.is_set(),
        )

    def _one(self, plan: Plan, *, later: bool) -> ApplyReport | Failure:
        name = plan.target.name
        try:
            return self._executed(self._awaiting.taken(name), plan, later=later)
        finally:
            self._awaiting.ended(name)

    def _executed(self, workspace: Workspace, plan: Plan, *, later: bool) -> ApplyReport | Failure:
        if self._run.halt.is_set() or self._gave_up.is_set():
            return untried(plan, plan_id(plan), interrupted=self._run.halt.is_set())
        ended = attempted(lambda each: self._applied(each, plan, later=later), workspace)
        if self._run.fail_fast and (isinstance(ended, Failure) or not ended.is_complete):
            self._gave_up.set()
        return ended

    def _applied(self, workspace: Workspace, plan: Plan, *, later: bool) -> ApplyReport:
        run = self._run
        settings = of_target(replace(self._settings, asked_once=self._asked_once), plan.target.name)
        with connected(settings, workspace) as service:
            if later and is_to_do(plan):
                selection = run.narrowing.of(settings, workspace)
                plan = confirmed_now(settings, workspace, service, plan, selection=selection, shrink=run.shrink)
            check_allowed(plan, run.allowances)
            with run.run_of(plan, LinkedHalt(run.halt)) as own:
                return apply_plan(settings, workspace, service, plan, own)
