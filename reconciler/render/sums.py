"""How much a plan does, and the plans of many targets together: the same counts in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.languages import each, said
from reconciler.model import Action, Plan, Verb, spending_of
from reconciler.render.counts import counted
from reconciler.render.wording import GROUPS, is_held


@said
def summary(plan: Plan) -> str:
    """Return one line: `Plan: 2 to create, 1 promotion, 14 unchanged`."""
    return f"Plan: {_sums(plan)}"


def sums(plan: Plan) -> str:
    """Return `2 to create, 1 promotion, 14 unchanged`."""
    return each(_sums(plan))


def _sums(plan: Plan) -> str:
    return ", ".join([*(sums_of_actions([plan]) or ["nothing to do"]), *sums_besides([plan])])


def sums_of_actions(plans: Sequence[Plan]) -> list[str]:
    """Return `2 to create`, `1 promotion`: what is done in all of these plans, and nothing where nothing is."""
    counts = [(sum(plan.count(verb) for plan in plans), GROUPS[verb]) for verb in Verb]
    return [f"{count:,} {group.one if count == 1 else group.many}" for count, group in counts if count]


def sums_besides(plans: Sequence[Plan]) -> list[str]:
    """Return `at most 3 GPU-hours`, `1 held`, `2 waiting`, `14 unchanged`: what else is counted in these plans."""
    actions = [action for plan in plans for action in plan.actions]
    parts = [cost] if (cost := _cost(actions)) else []
    parts += [f"{held:,} held"] if (held := sum(map(is_held, actions))) else []
    parts += [f"{left_out:,} left out"] if (left_out := sum(len(plan.broken) for plan in plans)) else []
    parts += [f"{waiting:,} waiting"] if (waiting := sum(len(plan.waiting) for plan in plans)) else []
    parts += [f"{retained:,} retained"] if (retained := sum(len(plan.retained) for plan in plans)) else []
    return [*parts, f"{sum(plan.unchanged for plan in plans):,} unchanged"]


def _cost(actions: Sequence[Action]) -> str:
    """Return what verifications may take. It stands in the headline, because whoever approves the plan approves it."""
    spending = spending_of(actions)
    if not spending.jobs:
        return ""
    unknown = f" and {counted(spending.unknown, 'verification')} of unknown size" if spending.unknown else ""
    return f"at most {spending.hours:g} GPU-hours{unknown}"
