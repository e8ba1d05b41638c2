"""Finding codes of project files that disagree with each other, and of a checkout that is not complete (DLC055 to
DLC057)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES = (
    Entry(
        code="DLC055",
        title="Two targets that are one workspace",
        severity=Severity.ERROR,
        why="Both targets would write the same live objects, so that each apply undoes what the other did.",
        fix="Remove one of the targets, or correct its region, workspaceId or endpoint.",
    ),
    Entry(
        code="DLC056",
        title="Board prefix that another project's prefix goes on from",
        severity=Severity.WARNING,
        why="The shorter prefix covers the boards of the longer one, so one project deletes what the other made.",
        fix="Choose prefixes of which none begins with the other, for example `gitops-core-` and `gitops-vision-`.",
    ),
    Entry(
        code="DLC057",
        title="Git LFS pointer instead of a file",
        severity=Severity.ERROR,
        why="Git LFS has not fetched the file, so nobody knows what it describes, and nothing may count as removed.",
        fix="Run `git lfs pull` (`lfs: true` of actions/checkout).",
    ),
)
