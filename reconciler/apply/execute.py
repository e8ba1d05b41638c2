"""Executes the actions of a Plan.

    for each phase:  chains side by side;  in a chain:  fresh look -> as planned? -> write -> outcome
                                                                 \\-> no: stale, nothing written

One failure does not stop independent actions; what depends on it is skipped; nothing is deleted in a run in which
anything failed. Every action of the plan gets an outcome, also after an interrupt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Protocol

from reconciler.apply.tally import Tally
from reconciler.errors import Held, ReconcilerError, ServiceError, StaleError, StillWaiting, missing_package
from reconciler.kinds.base import Kind, Site
from reconciler.kinds.order import Chain, phases
from reconciler.kinds.results import Performed
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import (
    Action,
    ActionKey,
    ApplyReport,
    JsonObject,
    Outcome,
    Plan,
    Resource,
    ResourceId,
    Status,
    Verb,
    Waiting,
)
from reconciler.model.quick import dataclass

BAD = frozenset({Status.FAILED, Status.SKIPPED, Status.STALE, Status.UNKNOWN, Status.HELD})
"""How actions end after which nothing is deleted and nothing that depends on them is tried."""

PLAN_AGAIN = "plan again: what did happen will be seen then"


class Watcher(Protocol):
    """Is told what happens. Progress displays and logs implement it; it is called from several threads."""

    def started(self, action: Action) -> None:
        """The action is about to be tried."""

    def finished(self, outcome: Outcome) -> None:
        """The action has ended, or will not be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionContext:
    """What the execution needs besides the plan."""

    kinds: Sequence[Kind[Any, Any]]
    sites: Mapping[str, Site]
    """The sites by the names of their kinds."""
    desired: Mapping[ResourceId, Resource[Any]]
    watcher: Watcher
    width: int = 8
    """How many actions run at the same time."""
    halt: threading.Event = field(default_factory=threading.Event)
    """Is set to start no further action; those in flight finish."""
    fail_fast: bool = False
    """Whether the first failure halts the run."""
    written: Mapping[ActionKey, int] = field(default_factory=dict)
    """How many writes of an action were made before its turn: the first verification is launched early."""


def execute(plan: Plan, plan_id: str, context: ExecutionContext) -> ApplyReport:
    """Execute the plan, which people know as `plan_id`. Every action gets an outcome, whatever the service does.

    Actions that wait for other targets or for a job are not tried; their outcomes say what is missing.
    """
    run = _Run(context)
    for chains in phases(plan.actions, context.kinds):
        side_by_side(run.chain, chains, width=context.width)
    for each in plan.waiting:
        run.waits(each)
    actions = (*plan.actions, *_waiting_actions(plan))
    return ApplyReport(
        plan_id=plan_id,
        target=plan.target,
        outcomes=tuple(run.outcomes[action.key] for action in actions),
        interrupted=run.was_interrupted(),
        without_soak=plan.without_soak,
    )


def untried(plan: Plan, plan_id: str, *, interrupted: bool) -> ApplyReport:
    """Return the report on a plan that never began, because the run that it belongs to ended earlier.

    What waited is skipped too: nobody judged again whether it still has to wait.
    """
    why = "interrupted before it began" if interrupted else "given up after the first failure"
    actions = (*plan.actions, *_waiting_actions(plan))
    outcomes = tuple(Outcome(action=action, status=Status.SKIPPED, detail=why) for action in actions)
    return ApplyReport(plan_id=plan_id, target=plan.target, outcomes=outcomes, interrupted=interrupted)


def _waiting_actions(plan: Plan) -> Iterator[Action]:
    return (action for each in plan.waiting for action in each.actions)


class _Run:
    """The state of one execution: the outcomes so far, and what our own writes left on each resource."""

    def __init__(self, context: ExecutionContext) -> None:
        self.context = context
        self.kinds = {kind.name: kind for kind in context.kinds}
        self.outcomes: dict[Any, Outcome] = {}
        self.left: dict[ResourceId, JsonObject] = {}
        self._lock = threading.Lock()
        self._gave_up = False

    def chain(self, actions: Chain) -> None:
        for action in actions:
            self._close(self._outcome(action))

    def waits(self, waiting: Waiting) -> None:
        for action in waiting.actions:
            self._close(Outcome(action=action, status=Status.WAITING, detail=f"waits for {waiting.in_words}"))

    def was_interrupted(self) -> bool:
        return self.context.halt.is_set() and not self._gave_up

    def _outcome(self, action: Action) -> Outcome:
        unpublished = self._unpublished(action)
        if unpublished is not None:
            return unpublished
        reason = self._reason_to_skip(action)
        if reason:
            return Outcome(action=action, status=Status.SKIPPED, detail=reason)
        self.context.watcher.started(action)
        begun = time.monotonic()
        tally = Tally(self.context.sites[action.id.kind].service, self.context.written.get(action.key, 0))
        try:
            performed = self._performed(action, tally)
        except Exception as error:  # whatever happens, the report must be whole
            outcome = _failure(action, error, wrote=tally.writes > 0)
        else:
            with self._lock:
                self.left[action.id] = performed.observed
            status = Status.RETAINED if performed.retained else Status.DONE
            outcome = Outcome(action=action, status=status, detail=performed.detail)
        return replace(outcome, seconds=time.monotonic() - begun, writes=tally.writes)

    def _unpublished(self, action: Action) -> Outcome | None:
        """Return the outcome of an action whose version did not prove itself, or has not yet; None for every other
        action."""
        with self._lock:
            proof = self.outcomes.get(ActionKey(action.id, Verb.VERIFY))
        if proof is None or action.verb is Verb.VERIFY or proof.status not in (Status.HELD, Status.WAITING):
            return None
        why = "its version did not prove itself" if proof.status is Status.HELD else "its version is being proved"
        return Outcome(action=action, status=proof.status, detail=f"{why}; the template is as it was")

    def _reason_to_skip(self, action: Action) -> str:
        with self._lock:
            bad = [outcome for outcome in self.outcomes.values() if outcome.status in BAD]
        if self.context.halt.is_set():
            return "given up after the first failure" if self._gave_up else "interrupted before it began"
        before = next((outcome for outcome in bad if outcome.action.id == action.id), None)
        if before is not None:
            return f"{before.action.verb} of the same resource was {before.status}"
        if action.verb is Verb.DELETE and bad:
            return "nothing is deleted in a run in which something failed"
        return ""

    def _performed(self, action: Action, service: Service) -> Performed:
        kind = self.kinds[action.id.kind]
        site = replace(self.context.sites[action.id.kind], service=service)
        with self._lock:
            # A resource's second action starts from what the first one left. A board that replaces another keeps
            # the observation of the plan, which is about the old one.
            planned = action.verb is Verb.DELETE and action.observed
            expected = action.observed if planned else self.left.get(action.id, action.observed)
        seen = kind.look(site.service, site.scope, action.id, expected)
        moved = _moved(expected, seen)
        if moved and (seen or action.verb is not Verb.DELETE):
            raise StaleError(moved)
        return kind.perform(site, action, self.context.desired.get(action.id), seen or expected)

    def _close(self, outcome: Outcome) -> None:
        with self._lock:
            self.outcomes[outcome.action.key] = outcome
            if outcome.status in BAD and self.context.fail_fast and not self.context.halt.is_set():
                self._gave_up = True
                self.context.halt.set()
        self.context.watcher.finished(outcome)


def _moved(expected: JsonObject, seen: JsonObject) -> str:
    """Return what differs between the look of the plan and a fresh one, in words; empty when nothing does."""
    if not expected:
        return f"it exists by now: {', '.join(f'{key} {value}' for key, value in sorted(seen.items()))}" if seen else ""
    if not seen:
        return "it is gone"
    differing = [key for key in sorted(expected) if seen.get(key) != expected[key]]
    return "; ".join(f"{key} was {expected[key]}, is {seen.get(key, 'absent')}" for key in differing)


def _failure(action: Action, error: Exception, *, wrote: bool) -> Outcome:
    """Return the outcome of an action that ended with an error.

    Only an action that wrote can have an unknown end: a look that fails changes nothing.
    """
    if isinstance(error, Held | StillWaiting):
        status = Status.HELD if isinstance(error, Held) else Status.WAITING
        join = "\n" if "\n" in error.message else "; "
        return Outcome(action=action, status=status, detail=f"{error.message}{join}{error.hint}".removesuffix(join))
    if isinstance(error, StaleError):
        return Outcome(action=action, status=Status.STALE, detail=error.message)
    if isinstance(error, ServiceError):
        unknown = wrote and error.ambiguous
        advice = PLAN_AGAIN if unknown else error.hint
        return Outcome(
            action=action,
            status=Status.UNKNOWN if unknown else Status.FAILED,
            detail=f"{error.message}; {advice}" if advice else error.message,
            error=error.code,
            request_id=error.request_id,
        )
    error = missing_package(error) or error
    detail = error.message if isinstance(error, ReconcilerError) else f"internal error: {type(error).__name__}: {error}"
    return Outcome(action=action, status=Status.FAILED, detail=detail)
