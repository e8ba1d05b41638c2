"""Findings as GitHub workflow commands: lines on standard output that the runner turns into annotations.

GitHub shows ten errors, ten warnings and ten notices of each step; the others stay in the log as plain lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reconciler.languages import say
from reconciler.model import Finding, Severity
from reconciler.render.findings.places import in_repository, subject_text, worst_first
from reconciler.render.style import visible

SHOWN_PER_SEVERITY = 10
"""How many annotations of each severity GitHub keeps for one step."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(findings: Iterable[Finding], *, prefix: str = "") -> str:
    """Return one line per finding; empty when there are none."""
    given: Counter[Severity] = Counter()
    commands, rest = [], []
    for finding in worst_first(findings):
        given[finding.severity] += 1
        if given[finding.severity] <= SHOWN_PER_SEVERITY:
            commands.append(_command(finding, prefix))
        else:
            rest.append(_plain(finding, prefix))
    if rest:
        commands.append(say(f"{len(rest)} more, which GitHub does not show on their lines:"))
    return "".join(f"{line}\n" for line in (*commands, *rest))


def escape_data(text: str) -> str:
    """Return the text of a command's data part, so that it stays one line and one command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Return the text of a command's property, so that it stays one value."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _command(finding: Finding, prefix: str) -> str:
    properties = {"title": finding.code}
    if finding.where:
        place = finding.where
        properties = {
            "file": in_repository(place.file, prefix),
            "line": str(place.line),
            "col": str(place.column),
            **properties,
        }
    listed = ",".join(f"{name}={escape_property(visible(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{escape_data(_message(finding, prefix))}"


def _message(finding: Finding, prefix: str) -> str:
    lines = [
        f"{subject_text(finding)}{say(finding.summary)}",
        *(say(f"also at {in_repository(place.file, prefix)}:{place.line}:{place.column}") for place in finding.also),
        say(finding.hint),
    ]
    return "\n".join(visible(line) for line in lines if line)


def _plain(finding: Finding, prefix: str) -> str:
    """Return a log line in which the runner finds no command."""
    where = finding.where
    place = f"{in_repository(where.file, prefix)}:{where.line}:{where.column}: " if where else ""
    return "- " + visible(f"{place}{finding.severity} {finding.code}: {subject_text(finding)}{say(finding.summary)}")
