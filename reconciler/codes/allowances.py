"""Finding codes of what a project allows in manifests, and of how it grades (DLC051 to DLC053, DLC058, DLC059)."""

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
    Entry(
        code="DLC058",
        title="Rule that cannot be graded or waived",
        severity=Severity.ERROR,
        why="A grade or a waiver of what is no rule, or until a day that never comes, would silently do nothing.",
        fix="Correct the code or the day in `spec.rules` or `spec.waivers`.",
    ),
    Entry(
        code="DLC059",
        title="Setting at its former place",
        severity=Severity.ERROR,
        why="What stands there is not read any more, so the project would be judged otherwise than it says.",
        fix="Move it to where the message says.",
    ),
)
