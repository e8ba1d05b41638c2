"""Findings about waivers themselves: one has expired, or waives nothing."""

from __future__ import annotations

from dataclasses import replace

from reconciler.codes import finding
from reconciler.codes.grading import Waiver
from reconciler.model import Finding, ResourceId, Severity

EXPIRED = "DLC330"


def expired_finding(project: str, waiver: Waiver) -> Finding:
    """Return the finding that a waiver's last day has passed, so that what it covered counts again."""
    return _about(project, waiver, EXPIRED, f" expired on {waiver.expires.isoformat()}: {waiver.reason}")


def expired_warning(project: str, waiver: Waiver) -> Finding:
    """Return the same as a warning for manifests. What the waiver covered counts again there, and an error blocks by
    itself."""
    return replace(expired_finding(project, waiver), severity=Severity.WARNING)


def needless_finding(project: str, waiver: Waiver, among: str = "") -> Finding:
    """Return the finding that a waiver covers nothing; `among` says where findings were looked for."""
    return _about(project, waiver, "DLC331", f" waives nothing{among}")


def _about(project: str, waiver: Waiver, code: str, what: str) -> Finding:
    return finding(
        code,
        f"the waiver of {waiver.code} for {waiver.name}{what}",
        subject=ResourceId("Project", project),
        where=waiver.where,
        path=("waivers", waiver.code, waiver.name),
    )
