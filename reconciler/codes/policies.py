"""Finding codes of policies themselves (DLC501 on). Whatever breaks a policy is reported under the policy's own
code."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        code="DLC501",
        title="Policy that cannot be used",
        severity=Severity.ERROR,
        why="A policy that is not there or makes no sense would silently allow everything.",
        fix="Correct the name, the expression or the schema; each code stands for one rule.",
    ),
    Entry(
        code="DLC502",
        title="Policy that could not be judged",
        severity=Severity.ERROR,
        why="An expression that cannot be evaluated on a manifest has not judged it.",
        fix="Make the expression fit manifests of every shape, for example by `not_null()`.",
    ),
)
