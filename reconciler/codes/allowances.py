"""Finding codes of what a project allows and switches for its manifests (DLC050 to DLC053)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES = (
    Entry(
        code="DLC051",
        title="Unknown field that the project allows",
        severity=Severity.NOTE,
        why="CreateJob gets new fields all the time; this one is sent unchecked because the project names it.",
        fix="Nothing to do; take the entry out once the field is known.",
    ),
    Entry(
        code="DLC052",
        title="Entry of allowFields that allows nothing",
        severity=Severity.NOTE,
        why="No manifest has such an unknown field, so the entry only hides a later spelling mistake.",
        fix="Remove the entry from `spec.allowFields`.",
    ),
    Entry(
        code="DLC053",
        title="Entry of allowFields that is no path",
        severity=Severity.ERROR,
        why="An entry that is not written as a path can allow nothing.",
        fix="Write names with dots, and `[]` for every entry of a list: `Settings.NewKnob`, `JobSpecs[].Foo`.",
    ),
)
