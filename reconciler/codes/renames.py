"""Finding codes of `metadata.renamedFrom`: in manifests (DLC062, DLC063), beside what is live (DLC219 to DLC221)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES = (
    Entry(
        code="DLC062",
        title="A former name that a manifest still has",
        severity=Severity.ERROR,
        why="What one manifest describes cannot be renamed to what another one describes.",
        fix="Remove the manifest of the former name, or take `metadata.renamedFrom` out. To swap two names or to move "
        "several on by one, apply in between.",
    ),
    Entry(
        code="DLC063",
        title="Two manifests with one former name",
        severity=Severity.ERROR,
        why="One live template can be renamed to one name only.",
        fix="Leave `metadata.renamedFrom` in one of them; the others describe new templates.",
    ),
    Entry(
        code="DLC219",
        title="The former and the new name are both live",
        severity=Severity.ERROR,
        why="`metadata.renamedFrom` names a template of this project, and there is one of the new name already.",
        fix="Delete the one that nobody needs, or take `metadata.renamedFrom` out.",
    ),
    Entry(
        code="DLC220",
        title="Nothing to rename",
        severity=Severity.NOTE,
        why="`metadata.renamedFrom` names nothing that is live here, and nothing has the new name: it is created.",
        fix="Nothing to do, if the template is new to this target; else correct the former name.",
    ),
    Entry(
        code="DLC221",
        title="A template to create that one without a manifest already holds",
        severity=Severity.WARNING,
        why="A template of this project that left the manifests has a version with the content of the one to create: "
        "was it renamed? As it stands, it counts as another one, and the old one goes with all its versions.",
        fix="If it is the same template, add `renamedFrom` with its live name to the manifest's metadata.",
    ),
)
