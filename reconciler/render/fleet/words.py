"""What every format says about many targets in the same words: the verdict, the sums, the state of each target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.languages import said
from reconciler.model import Fleet, Plan, Verb, spending_of
from reconciler.render.counts import counted
from reconciler.render.wording import GROUPS, is_held, moves_default

FAILED = "Without a plan"
TARGETS = "Targets"
TOGETHER = "All targets together"


@said
def verdict(fleet: Fleet) -> str:
    """Return one or two sentences on what matters most over all targets."""
    return " ".join(filter(None, (_without_a_plan(fleet), _blocked(fleet), _changing(fleet), _leaving_out(fleet))))


def _without_a_plan(fleet: Fleet) -> str:
    count = len(fleet.failed)
    return f"No plan for {counted(count, 'target')} of {len(fleet.targets)}." if count else ""


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
    sums = Counter(action.verb for plan in fleet.plans for action in plan.actions)
    parts = [
        f"{sums[verb]:,} {GROUPS[verb].one if sums[verb] == 1 else GROUPS[verb].many}" for verb in Verb if sums[verb]
    ]
    if not parts and not fleet.failed:  # what the others need is not known
        parts = ["nothing to do"]
    spending = spending_of([action for plan in fleet.plans for action in plan.actions])
    if spending.jobs:
        parts.append(f"at most {spending.hours:g} GPU-hours")
    if left_out := sum(len(plan.broken) for plan in fleet.plans):
        parts.append(f"{left_out:,} left out")
    if waiting := sum(len(plan.waiting) for plan in fleet.plans):
        parts.append(f"{waiting:,} waiting")
    if retained := sum(len(plan.retained) for plan in fleet.plans):
        parts.append(f"{retained:,} retained")
    parts.append(f"{sum(plan.unchanged for plan in fleet.plans):,} unchanged")
    without = f"; {len(fleet.failed)} without a plan" if fleet.failed else ""
    return f"Plan: {counted(len(fleet.targets), 'target')}: {', '.join(parts)}{without}"


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
