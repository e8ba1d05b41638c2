"""Finding codes of many targets: the order between them (DLC060, DLC061), and their names (DLC065)."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES = (
    Entry(
        code="DLC060",
        title="Waits for a target that is not there",
        severity=Severity.ERROR,
        why="A target that does not exist never has a default, so nothing would ever be published here.",
        fix="Write the name of a target of this project file.",
    ),
    Entry(
        code="DLC061",
        title="Targets that wait for each other",
        severity=Severity.ERROR,
        why="Each target of the circle waits for the next one, so that none of them ever goes first.",
        fix="Take one of the names out of `after.targets`, so that one target goes first.",
    ),
    Entry(
        code="DLC065",
        title="A target with a reserved name",
        severity=Severity.ERROR,
        why="`all` stands for every target of the project, so that nobody could name this one alone.",
        fix="Give the target another name.",
    ),
)
