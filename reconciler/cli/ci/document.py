"""What a plan file holds, whether it is of one target or of many, as the commands of `ci` need it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reconciler.cli.planfile import load_any
from reconciler.fleet.codec import fleet_id
from reconciler.languages import say
from reconciler.model import ApplyReport, Failure, Finding, Fleet, FleetReport, Plan, Severity, Status
from reconciler.model.nearest import listed
from reconciler.plan.codec import plan_id
from reconciler.render.fleet.alike import Alike, alike_failures

Document = Plan | Fleet
Report = ApplyReport | FleetReport

_LONGEST = 120


def load_document(file: Path) -> Document:
    """Return a plan file, of one target or of many.

    Raises:
        FileError, PlanFileError: see `planfile.load_any`.
    """
    return load_any(file)


def plans_of(document: Document) -> tuple[Plan, ...]:
    """Return the plans in a document."""
    return (document,) if isinstance(document, Plan) else document.plans


def id_of(document: Document) -> str:
    """Return the id that people see and compare."""
    return plan_id(document) if isinstance(document, Plan) else fleet_id(document)


def target_of(document: Document) -> str:
    """Return the name under which texts about the document are found again: the target, or which targets were asked
    for.

    "all" and labels stay the same when the project gets another target; many names are shortened, with a hash of all.
    """
    if isinstance(document, Plan):
        return document.target.name
    if len(document.chosen) <= _LONGEST:
        return document.chosen
    digest = hashlib.sha256(document.chosen.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{document.chosen[:_LONGEST]}…{digest}"


def findings_of(document: Document) -> tuple[Finding, ...]:
    """Return every finding in the document, each once: those about manifests that are left out too, and for targets
    that failed without a finding one that says why."""
    plans = plans_of(document)
    found = dict.fromkeys(each for plan in plans for each in plan.findings)
    found |= dict.fromkeys(each for plan in plans for broken in plan.broken for each in broken.findings)
    if isinstance(document, Fleet):
        found |= dict.fromkeys(document.findings)
        for failed in alike_failures(document.failed):
            found |= dict.fromkeys(failed.item.findings or (_finding_of(failed),))
    return tuple(found)


def _finding_of(failed: Alike[Failure]) -> Finding:
    return Finding(
        code=failed.item.code,
        severity=Severity.ERROR,
        summary=f"{listed(failed.targets)}: {say(failed.item.message)}",
        hint=failed.item.hint,
    )


def is_worth_a_comment(document: Document) -> bool:
    """Return whether there is something that people should look at."""
    if document.is_blocked or (isinstance(document, Fleet) and document.failed):
        return True
    return any(plan.changes or plan.waiting for plan in plans_of(document))


def has_drift(document: Document) -> bool:
    """Return whether the live side differs from the manifests, or nobody knows."""
    if document.is_blocked or (isinstance(document, Fleet) and document.failed):
        return True
    return any(plan.has_drift for plan in plans_of(document))


def ended(document: Document, report: Report) -> str:
    """Return how an apply ended, for the marker: "done", "partly" or "nothing".

    What waits is not done, nor is what a plan left out: a later run still needs what was reviewed.
    """
    reports = (report,) if isinstance(report, ApplyReport) else report.reports
    wrote = any(outcome.writes or outcome.status is Status.DONE for each in reports for outcome in each.outcomes)
    waits = any(each.count(Status.WAITING) for each in reports) or any(plan.waiting for plan in plans_of(document))
    is_part = any(plan.is_part for plan in plans_of(document))
    return "done" if report.is_complete and not waits and not is_part else "partly" if wrote else "nothing"
