"""What every format says about many targets in the same words: the verdict, the sums, the state of each target."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.languages import said
from reconciler.model import Fleet, Plan, ResourceId, Verb
from reconciler.render.counts import counted
from reconciler.render.sums import sums_besides, sums_of_actions
from reconciler.render.wording import GROUPS, is_held, moves_default

FAILED = "Without a plan"
TARGETS = "Targets"
TOGETHER = "All targets together"


@said
def verdict(fleet: Fleet) -> str:
    """Return one or two sentences on what matters most over all targets."""
    told = (_without_a_plan(fleet), _blocked(fleet), _changing(fleet), _following(fleet), _leaving_out(fleet))
    return " ".join(filter(None, told))


def _without_a_plan(fleet: Fleet) -> str:
    count = len(fleet.failed)
    return f"No plan for {counted(count, 'target')} of {len(fleet.targets)}." if count else ""


def _following(fleet: Fleet) -> str:
    """Return how much of what waits may be done in the same apply: what other targets of this document get in it."""
    if fleet.is_refused:
        return ""
    plans = [plan for plan in fleet.plans if not plan.is_blocked]
    held = {(plan.target.name, action.id) for plan in plans for action in plan.actions if is_held(action)}
    done = {(plan.target.name, action.id) for plan in plans for action in plan.actions} - held
    later = {(plan.target.name, each.id): each.awaits for plan in plans for each in plan.waiting}
    following: set[tuple[str, ResourceId]] = set()
    while found := {
        one
        for one, awaits in later.items()
        if one not in following
        and all(each.hours_left is None and (each.target, one[1]) in done | following for each in awaits)
    }:
        following |= found
    where = counted(len({target for target, _ in following}), "target")
    return f"Up to {len(following):,} of what waits may follow in the same apply, on {where}." if following else ""


def _leaving_out(fleet: Fleet) -> str:
    left_out = len({(broken.where, broken.id) for plan in fleet.plans for broken in plan.broken})
    return f"Leaves out {counted(left_out, 'manifest')} with errors." if left_out else ""


def _blocked(fleet: Fleet) -> str:
    if fleet.is_refused:
        return "Blocked as a whole: apply refuses all of it."
    blocked = sum(plan.is_blocked for plan in fleet.plans)
    return (
        f"Blocked on {counted(blocked, 'target')}: apply refuses {'it' if blocked == 1 else 'them'}." if blocked else ""
    )


def _changing(fleet: Fleet) -> str:
    removed = sum(plan.count(Verb.DELETE) + plan.count(Verb.REPLACE) for plan in fleet.plans)
    if removed:
        places = sum(bool(plan.count(Verb.DELETE) + plan.count(Verb.REPLACE)) for plan in fleet.plans)
        return f"Takes away {counted(removed, 'live object')} on {counted(places, 'target')}."
    changed = [plan for plan in fleet.plans if plan.changes]
    if not changed:
        waiting = sum(len(plan.waiting) for plan in fleet.plans)
        if waiting or not fleet.plans:
            return f"Nothing to do yet: {waiting} waiting." if waiting else ""
        return "Nothing to do on the others." if fleet.failed else "Nothing to do."
    if held := sum(is_held(action) for plan in changed for action in plan.actions):
        return f"Holds back {counted(held, 'version')} that did not prove {'itself' if held == 1 else 'themselves'}."
    moving = sum(any(moves_default(action) for action in plan.actions) for plan in changed)
    if moving:
        return f"Changes what new jobs get on {counted(moving, 'target')}."
    return f"Takes nothing away; changes {counted(len(changed), 'target')}."


@said
def summary(fleet: Fleet) -> str:
    """Return one line: `Plan: 60 targets: 97 new versions, 2 to delete, 900 unchanged; 1 without a plan`."""
    many = counted(len(fleet.targets), "target")
    if not fleet.plans:
        return f"Plan: {many}, all without a plan"
    done = sums_of_actions(fleet.plans)
    if not done and not fleet.failed:  # what the others need is not known
        done = ["nothing to do"]
    without = f"; {len(fleet.failed)} without a plan" if fleet.failed else ""
    return f"Plan: {many}: {', '.join([*done, *sums_besides(fleet.plans)])}{without}"


def risk(plan: Plan) -> str:
    """Return the most that a plan does, in a word or two."""
    if plan.is_blocked:
        return "blocked"
    if plan.count(Verb.DELETE) or plan.count(Verb.REPLACE):
        return "takes away"
    if any(map(is_held, plan.actions)):
        return "held"
    if any(map(moves_default, plan.actions)):
        return "new default"
    if plan.changes:
        return "changes"
    return "waiting" if plan.waiting else "none"


RISKS = ("blocked", "takes away", "held", "new default", "changes", "waiting", "none")
"""The risks, the worst first."""


def by_risk(plans: Sequence[Plan]) -> list[Plan]:
    """Return the plans sorted by their risk, the worst first; equal ones keep their order."""
    return sorted(plans, key=lambda plan: RISKS.index(risk(plan)))


def verbs_of(fleet: Fleet) -> list[Verb]:
    """Return the verbs that occur, the most dangerous first: the columns of the table."""
    return [verb for verb in GROUPS if any(plan.count(verb) for plan in fleet.plans)]
