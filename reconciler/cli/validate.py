"""`validate`: reports every problem of every manifest, offline."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.cache import CacheOptions
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.targets import TargetsOptions
from reconciler.cli.terminal.failures import with_failures
from reconciler.codes import CODE_TABLE, Entry
from reconciler.errors import ManifestError, ReconcilerError
from reconciler.fleet.selection import Choice, choose
from reconciler.git.checkout import folder_in_repository
from reconciler.languages import say
from reconciler.manifests import load_project
from reconciler.manifests.policies import load_policies
from reconciler.model import Severity
from reconciler.pipeline import Checked, Settings, check_manifests, open_project
from reconciler.render import findings as formats
from reconciler.render.counts import counted, findings_counted, quiet_counted


@click.command(short_help="Check all manifests without a service.")
@takes_options
def validate(
    *,
    project: TargetsOptions,
    format: Annotated[
        str,
        Option(
            "--format",
            type=click.Choice(["text", "json", "sarif", "github", "junit"]),
            show_default=True,
            help="Output; github is workflow commands, which put a finding on its line.",
        ),
    ] = "text",
    online: Annotated[
        bool, Option("--online", help="Also compare images, datasets and the like with what the service lists.")
    ] = False,
    cache: CacheOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Check all manifests without a service.

    Reads every manifest of the project for the named target, or for all of them, and reports every problem with its
    place. Exit code 1 when there are errors, in every format; warnings and notes do not change it.

    With --online, whatever manifests name is looked up in the target's workspace and region: images letter by letter,
    datasets, code sources, instance types, workspaces and jobs. Of many targets, one that cannot be asked hides no
    other; the exit code is then 1.

    \b
    Examples:
      dlc-reconciler validate
      dlc-reconciler validate --online --target prod
      dlc-reconciler validate --format sarif > manifests.sarif
    """
    settings = replace(settings_from(project, service, output), cache=cache.cache)
    checked = _checked(settings, project.choice, online=online)
    if format == "text":
        output.out.findings(checked.findings)
        output.out.line(say(_summary(checked)))
    else:
        click.echo(_formats(settings.project_file)[format](checked), nl=False)
        if format in _FOR_FILES and checked.findings and not sys.stdout.isatty():
            from reconciler.render.text import findings_text  # noqa: PLC0415 - mostly there are none

            click.echo(findings_text(checked.findings) + say(_summary(checked)), err=True)
    wrong = any(each.severity is Severity.ERROR for each in checked.findings)
    return with_failures(checked.failed, output, int(wrong))


_FOR_FILES = frozenset({"json", "sarif", "junit"})
"""Formats that are usually stored in a file; a person who reads the job's log gets the findings there too."""


def _checked(settings: Settings, choice: Choice, *, online: bool) -> Checked:
    """Return the findings, also those about the project file itself."""
    try:
        names = choose(open_project(settings), choice).names if choice.is_of_many else ()
        if online:
            from reconciler.pipeline.online import check_online  # noqa: PLC0415 - needs what plans need

            return check_online(settings, names)
        return check_manifests(settings, names)
    except ManifestError as error:
        return Checked(findings=error.findings)


def _formats(project_file: Path) -> Mapping[str, Callable[[Checked], str]]:
    """Return the formats for programs, whose places are relative to the repository with the project."""
    prefix = folder_in_repository(project_file.parent)
    return {
        "json": lambda found: formats.findings_json(
            found.findings, prefix=prefix, waived=found.waived, off=len(found.off), failed=found.failed
        ),
        "sarif": lambda found: formats.sarif(
            found.findings, prefix=prefix, project_file=project_file.name, explanations=_explanations(project_file)
        ),
        "github": lambda found: formats.workflow_commands(found.findings, prefix=prefix),
        "junit": lambda found: formats.junit(found.findings, prefix=prefix),
    }


def _explanations(project_file: Path) -> Mapping[str, Entry]:
    """Return the explanation of each code, including those of the project's policies."""
    try:
        return {**CODE_TABLE, **load_policies(load_project(project_file)).entries}
    except ReconcilerError:
        return CODE_TABLE  # the findings are about the project file itself


def _summary(checked: Checked) -> str:
    """Return `1 error, 2 warnings; 3 waived, 1 switched off; 1 target not asked.`"""
    told = findings_counted(checked.findings) or "Valid: no problems found"
    quiet = quiet_counted(len(checked.waived), len(checked.off))
    failed = f"{counted(len(checked.failed), 'target')} not asked" if checked.failed else ""
    return f"{'; '.join(filter(None, (told, quiet, failed)))}."
