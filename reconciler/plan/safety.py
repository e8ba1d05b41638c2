"""Limits on what one apply may take away. Broken limits are findings: the plan is shown whole, apply refuses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.catalogue import finding
from reconciler.model import Action, Finding, Limits, Plan, Severity, Verb

DELETIONS = "DLC211"
REPLACEMENTS = "DLC212"


@dataclass(frozen=True, slots=True)
class Allowances:
    """The numbers a person named for this one apply; they stand in for the project's limits."""

    deletions: int = 0
    replacements: int = 0


def limit_findings(actions: Sequence[Action], limits: Limits, managed: Mapping[str, int]) -> list[Finding]:
    """One finding per broken limit. Small workspaces have no free pass: a limit counts from the first object on."""
    findings = []
    deletions = [action for action in actions if action.verb is Verb.DELETE]
    if len(deletions) > limits.max_deletions:
        summary = f"{len(deletions)} deletions, the limit is {limits.max_deletions}"
        findings.append(finding(DELETIONS, summary, hint=_allow("deletions", len(deletions))))
    else:
        findings += _percent_findings(deletions, limits, managed)
    replacements = sum(action.verb is Verb.REPLACE for action in actions)
    if replacements > limits.max_replacements:
        summary = f"{replacements} replacements, the limit is {limits.max_replacements}"
        findings.append(finding(REPLACEMENTS, summary, hint=_allow("replacements", replacements)))
    return findings


def _percent_findings(deletions: Sequence[Action], limits: Limits, managed: Mapping[str, int]) -> list[Finding]:
    """One deletion is never too large a share: a limit in percent is about many at once."""
    findings = []
    for kind, total in sorted(managed.items()):
        count = sum(action.id.kind == kind for action in deletions)
        if count > 1 and count * 100 > limits.max_deletion_percent * total:
            share = f"{count} of {total} {kind}s, the limit is {limits.max_deletion_percent} %"
            findings.append(finding(DELETIONS, share, hint=_allow("deletions", len(deletions))))
    return findings


def _allow(what: str, count: int) -> str:
    return f"Look at the {what}; if they are meant, run apply with `--allow-{what} {count}`."


def refusals(plan: Plan, allowances: Allowances) -> tuple[Finding, ...]:
    """The findings that make apply refuse this plan, after what a person allowed by number."""
    allowed = {
        DELETIONS: plan.count(Verb.DELETE) <= allowances.deletions,
        REPLACEMENTS: plan.count(Verb.REPLACE) <= allowances.replacements,
    }
    return tuple(
        each for each in plan.findings if each.severity is Severity.ERROR and not allowed.get(each.code, False)
    )
