"""What the formats share: paths relative to the repository, and the most important findings first."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from reconciler.model import Finding, Severity

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def in_repository(file: str, prefix: str) -> str:
    """Return a file of the project as the repository names it: "a.yaml" under "envs/prod" is "envs/prod/a.yaml"."""
    return posixpath.normpath(posixpath.join(prefix, file)) if prefix else file


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return errors, then warnings, then notes, otherwise in the given order. A limit then cuts the least important
    ones."""
    return sorted(findings, key=lambda finding: _WEIGHT[finding.severity])


def subject_text(finding: Finding) -> str:
    """Return `JobTemplate "x": `, with which a message begins; empty for no subject."""
    return f'{finding.subject.kind} "{finding.subject.name}": ' if finding.subject else ""
