"""Limits on what one apply may take away. Broken limits are findings: the plan is shown whole, and apply refuses it.

Nothing is too small to be limited: deleting the only template of a workspace is a share of 100 %. What remains of an
interrupted replacement counts as the replacement that it is, so that running apply again can finish it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.codes import finding
from reconciler.errors import RefusedError
from reconciler.model import Action, Finding, Limits, Plan, Reason, Severity, Verb, spending_of
from reconciler.model.quick import dataclass

DELETIONS = "DLC211"
REPLACEMENTS = "DLC212"
SPENDING = "DLC213"


@dataclass(frozen=True, slots=True)
class Allowances:
    """The numbers that a person gave for this one apply; they replace the project's limits."""

    deletions: int = 0
    replacements: int = 0
    gpu_hours: float = 0.0


def limit_findings(actions: Sequence[Action], limits: Limits, managed: Mapping[str, int]) -> list[Finding]:
    """Return one finding for each broken limit; `managed` is how many live objects of each kind the project manages."""
    findings = []
    deletions = _deletions(actions)
    if len(deletions) > limits.max_deletions:
        summary = f"{len(deletions)} deletions, the limit is {limits.max_deletions}"
        findings.append(finding(DELETIONS, summary, hint=_allow("deletions", len(deletions))))
    else:
        findings += _percent_findings(deletions, limits, managed)
    replacements = len(_replacements(actions))
    if replacements > limits.max_replacements:
        summary = f"{replacements} replacements, the limit is {limits.max_replacements}"
        findings.append(finding(REPLACEMENTS, summary, hint=_allow("replacements", replacements)))
    return findings


def spending_findings(actions: Sequence[Action], limits: Limits) -> list[Finding]:
    """Return one finding when verifications may take more GPU-hours than the project allows, or when nobody knows
    how many."""
    spending = spending_of(actions)
    limit = limits.max_verify_gpu_hours
    if limit is None or (spending.hours <= limit and not spending.unknown):
        return []
    unknown = f" and those of {spending.unknown} of unknown size" if spending.unknown else ""
    summary = f"verifications of at most {spending.hours:g} GPU-hours{unknown}, the limit is {limit:g}"
    hint = f"Look at the verifications; if they are meant, run apply with `--allow-gpu-hours {spending.hours:g}`."
    return [finding(SPENDING, summary, hint=hint)]


def _percent_findings(deletions: Sequence[Action], limits: Limits, managed: Mapping[str, int]) -> list[Finding]:
    findings = []
    for kind, total in sorted(managed.items()):
        count = sum(action.id.kind == kind for action in deletions)
        if count * 100 > limits.max_deletion_percent * total:
            share = f"{count} of {total} {kind}s, the limit is {limits.max_deletion_percent} %"
            findings.append(finding(DELETIONS, share, hint=_allow("deletions", len(deletions))))
    return findings


def _deletions(actions: Sequence[Action]) -> list[Action]:
    return [action for action in actions if action.verb is Verb.DELETE and action.reason is not Reason.SUPERSEDED]


def _replacements(actions: Sequence[Action]) -> list[Action]:
    """Return replacements, and what an interrupted one left, without those that only follow the jobs of a template."""
    changes = (action for action in actions if action.is_change)
    return [action for action in changes if action.verb is Verb.REPLACE or action.reason is Reason.SUPERSEDED]


def _allow(what: str, count: int) -> str:
    return f"Look at the {what}; if they are meant, run apply with `--allow-{what} {count}`."


def refusals(plan: Plan, allowances: Allowances) -> tuple[Finding, ...]:
    """Return the findings that make apply refuse this plan, given the numbers that a person allowed."""
    return still_refused(plan.findings, plan.actions, plan.asked, allowances)


def still_refused(
    findings: Sequence[Finding], actions: Sequence[Action], asked: Sequence[Action], allowances: Allowances
) -> tuple[Finding, ...]:
    """Return the errors among the findings without the broken limits that a person allowed by number.

    `asked` are the changes, and those that wait for a job; see `Plan.asked`.
    """
    allowed = {
        DELETIONS: len(_deletions(actions)) <= allowances.deletions,
        REPLACEMENTS: len(_replacements(asked)) <= allowances.replacements,
        SPENDING: 0 < allowances.gpu_hours >= spending_of(actions).hours,
    }
    return tuple(each for each in findings if each.severity is Severity.ERROR and not allowed.get(each.code, False))


def check_allowed(plan: Plan, allowances: Allowances) -> None:
    """Refuse a plan with errors in it, or with a broken limit that nobody allowed by number.

    Raises:
        RefusedError: with every reason.
    """
    reasons = refusals(plan, allowances)
    if reasons:
        raise RefusedError(
            f"the plan is blocked by {len(reasons)} finding{'s' if len(reasons) != 1 else ''}",
            reasons=[f"{each.code} {each.subject or ''}: {each.summary}".replace(" :", ":") for each in reasons],
            hint=reasons[0].hint,
        )
