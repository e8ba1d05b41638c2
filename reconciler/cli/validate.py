"""`validate`: every problem of every manifest, offline."""

from __future__ import annotations

import sys
from typing import Any

import click

from reconciler.cli.console import Console, palette_for
from reconciler.cli.options import output_options, project_options, settings_from
from reconciler.model import Finding, Severity
from reconciler.pipeline import validate as find_problems


@click.command(short_help="Check all manifests without a service.")
@project_options
@output_options
def validate(**options: Any) -> int:
    """Check all manifests without a service.

    Reads every manifest of the project for the named target, or for all of them, and reports every problem with its
    place. Exit code 1 when there are errors; warnings and notes do not change it.

    \b
    Example:
      dlc-reconciler validate
    """
    findings = find_problems(settings_from(options))
    console = Console(sys.stdout, palette_for(sys.stdout, plain=options["no_color"]))
    console.findings(findings)
    console.line(_summary(findings))
    return 1 if any(each.severity is Severity.ERROR for each in findings) else 0


def _summary(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return "Valid: no problems found."
    counts = [(sum(each.severity is severity for each in findings), severity) for severity in reversed(Severity)]
    return ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for count, severity in counts if count) + "."
