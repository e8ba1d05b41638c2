"""`validate`: every problem of every manifest, offline."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.console import Console, palette_for
from reconciler.cli.options import option, output_options, project_options, service_options, settings_from
from reconciler.cli.repository import folder_in_repository
from reconciler.errors import ManifestError, ReconcilerError
from reconciler.model import Finding, Severity
from reconciler.pipeline import Settings
from reconciler.pipeline import validate as find_problems

if TYPE_CHECKING:
    from reconciler.codes import Entry

Findings = tuple[Finding, ...]


@click.command(short_help="Check all manifests without a service.")
@project_options
@option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "sarif", "github", "junit"]),
    default="text",
    show_default=True,
    help="Output; github is workflow commands, which put a finding on its line.",
)
@option("--online", is_flag=True, help="Also compare images, datasets and the like with what the service lists.")
@service_options
@output_options
def validate(**options: Any) -> int:
    """Check all manifests without a service.

    Reads every manifest of the project for the named target, or for all of them, and reports every problem with its
    place. Exit code 1 when there are errors, in every format; warnings and notes do not change it.

    With --online, whatever manifests name is looked up in the target's workspace and region: images letter by letter,
    datasets, code sources, instance types, workspaces and jobs.

    \b
    Examples:
      dlc-reconciler validate
      dlc-reconciler validate --online --target prod
      dlc-reconciler validate --format sarif > manifests.sarif
    """
    settings = settings_from(options)
    findings = _findings(settings, online=options["online"])
    if options["format_name"] == "text":
        console = Console(sys.stdout, palette_for(sys.stdout, plain=options["no_color"]))
        console.findings(findings)
        console.line(_summary(findings))
    else:
        click.echo(_formats(settings.project_file)[options["format_name"]](findings), nl=False)
    return 1 if any(each.severity is Severity.ERROR for each in findings) else 0


def _findings(settings: Settings, *, online: bool) -> Findings:
    """What is wrong, also with the project file itself."""
    try:
        if online:
            from reconciler.pipeline.online import validate_online  # noqa: PLC0415 - the only way that needs the service

            return validate_online(settings)
        return find_problems(settings)
    except ManifestError as error:
        return error.findings


def _formats(project_file: Path) -> Mapping[str, Callable[[Findings], str]]:
    """The formats for programs, whose places are relative to the repository that holds the project."""
    from reconciler.render.findings import findings_json, junit, sarif, workflow_commands  # noqa: PLC0415

    prefix = folder_in_repository(project_file.parent)
    return {
        "json": lambda findings: findings_json(findings, prefix=prefix),
        "sarif": lambda findings: sarif(
            findings, prefix=prefix, project_file=project_file.name, explanations=_explanations(project_file)
        ),
        "github": lambda findings: workflow_commands(findings, prefix=prefix),
        "junit": lambda findings: junit(findings, prefix=prefix),
    }


def _explanations(project_file: Path) -> Mapping[str, Entry]:
    """What explains each code, those of the project's policies included."""
    from reconciler.codes import CODE_TABLE  # noqa: PLC0415
    from reconciler.manifests import load_project  # noqa: PLC0415
    from reconciler.manifests.policies import load_policies  # noqa: PLC0415

    try:
        return {**CODE_TABLE, **load_policies(load_project(project_file)).entries}
    except ReconcilerError:
        return CODE_TABLE  # the project file itself is what the findings are about


def _summary(findings: Findings) -> str:
    if not findings:
        return "Valid: no problems found."
    counts = [(sum(each.severity is severity for each in findings), severity) for severity in reversed(Severity)]
    return ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for count, severity in counts if count) + "."
