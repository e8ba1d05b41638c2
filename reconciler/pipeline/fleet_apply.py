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
from reconciler.pipeline.applying import Run, apply_plan, check_allowed, confirmed_now
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.connecting import connected
from reconciler.pipeline.many_targets import Narrowing
from reconciler.pipeline.members import WIDTH, Members, attempted, of_target
from reconciler.pipeline.workspace import Settings, Workspace
from reconciler.plan.codec import plan_id
from reconciler.plan.safety import Allowances


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


def apply_each(settings: Settings, members: Members, fleet: Fleet, run: FleetRun) -> FleetReport:
    """Execute these plans, and nothing else. What waited for another target is judged again when its wave begins.

    A target that fails stops no other one, but targets that wait for it go on waiting.
    """
    return _Waves(settings, members, run).apply(fleet)


class _Waves:
    """One execution: the results of the targets so far."""

    def __init__(self, settings: Settings, members: Members, run: FleetRun) -> None:
        self._settings = settings
        self._members = members
        self._workspaces = members.workspaces
        self._run = run
        self._gave_up = threading.Event()
        self._asked_once = AskedOnce()

    def apply(self, fleet: Fleet) -> FleetReport:
        plans = {plan.target.name: plan for plan in fleet.plans}
        ended = {each.target: each for each in fleet.failed}
        done: dict[str, ApplyReport | Failure] = dict(ended)
        for at, wave in enumerate(waves(self._members.project, plans)):
            self._asked_once = AskedOnce()  # the waves before this one have changed the answers
            results = side_by_side(partial(self._one, later=at > 0), [plans[name] for name in wave], width=WIDTH)
            done |= dict(zip(wave, results, strict=True))
        in_order = [done[name] for name in self._members.chosen.names if name in done]
        return FleetReport(
            fleet_id=self._run.document_id,
            reports=tuple(each for each in in_order if isinstance(each, ApplyReport)),
            failed=tuple(each for each in in_order if isinstance(each, Failure)),
            interrupted=self._run.halt.is_set(),
        )

    def _one(self, plan: Plan, *, later: bool) -> ApplyReport | Failure:
        workspace = self._workspaces[plan.target.name]
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
            if later:
                selection = run.narrowing.of(settings, workspace)
                plan = confirmed_now(settings, workspace, service, plan, selection=selection, shrink=run.shrink)
            check_allowed(plan, run.allowances)
            with run.run_of(plan, LinkedHalt(run.halt)) as own:
                return apply_plan(settings, workspace, service, plan, own)
