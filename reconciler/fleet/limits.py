"""Limits of the whole: what all plans of a run together may take away. Each plan also has limits of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model import Finding, Fleet, FleetLimits, Limits, Plan
from reconciler.plan.build import finding_order
from reconciler.plan.safety import Allowances, limit_findings, spending_findings, still_refused

_NONE = 10**9
"""A number above every possible count, for no limit."""


def fleet_findings(plans: Sequence[Plan], limits: FleetLimits) -> tuple[Finding, ...]:
    """Return one finding for each limit of `safety.fleet` that the plans together break."""
    asked = [action for plan in plans for action in plan.asked]
    actions = [action for plan in plans for action in plan.actions]
    whole = Limits(
        max_deletions=_NONE if limits.max_deletions is None else limits.max_deletions,
        max_replacements=_NONE if limits.max_replacements is None else limits.max_replacements,
        max_verify_gpu_hours=limits.max_verify_gpu_hours,
    )
    broken = [*limit_findings(asked, whole, {}), *spending_findings(actions, whole)]
    together = (replace(each, summary=f"all targets together: {each.summary}") for each in broken)
    return tuple(sorted(together, key=finding_order))


def fleet_refusals(fleet: Fleet, allowances: Allowances) -> tuple[Finding, ...]:
    """Return the findings that make apply refuse the whole, given the numbers that a person allowed."""
    asked = [action for plan in fleet.plans for action in plan.asked]
    actions = [action for plan in fleet.plans for action in plan.actions]
    return still_refused(fleet.findings, actions, asked, allowances)
