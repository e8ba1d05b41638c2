"""`plan`: what apply would do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.cli.console import palette_for
from reconciler.cli.options import (
    option,
    output_options,
    plan_options,
    project_options,
    selection_from,
    service_options,
    settings_from,
)
from reconciler.errors import ReconcilerError
from reconciler.model import Finding, Plan
from reconciler.pipeline import check_allowed, connected, make_plan, open_workspace
from reconciler.plan.safety import Allowances
from reconciler.render.style import Palette

CHANGES_PENDING = 2


@click.command(short_help="Show what apply would do to a target.")
@project_options
@plan_options
@option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there is something to do.")
@option(
    "--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)
@option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan to a file that apply takes.")
@service_options
@output_options
def plan(**options: Any) -> int:
    """Show what apply would do to a target.

    Compares the manifests with what the service has, and writes nothing. The plan is shown whole also when it is
    blocked (exit code 3).

    \b
    Examples:
      dlc-reconciler plan --target staging
      dlc-reconciler plan --target prod --out plan.json --detailed-exitcode
    """
    settings, selection = settings_from(options), selection_from(options)
    workspace = open_workspace(settings)
    with connected(settings, workspace) as service:
        made = make_plan(settings, workspace, service, selection)
    made = with_findings(made, workspace.desired.findings)
    if options["out"]:
        save(made, options["out"])
    show(made, options["format_name"], palette_for(sys.stdout, plain=options["no_color"]))
    check_allowed(made, Allowances(options["allow_deletions"], options["allow_replacements"]))
    return CHANGES_PENDING if options["detailed_exitcode"] and not made.is_empty else 0


def with_findings(made: Plan, more: tuple[Finding, ...]) -> Plan:
    """The plan together with the warnings that loading the manifests gave."""

    return replace(made, findings=(*more, *made.findings))


def show(made: Plan, format_name: str, palette: Palette) -> None:
    """Print a plan in one of the formats."""
    from reconciler.plan.codec import dumps  # noqa: PLC0415
    from reconciler.render.text import plan_text  # noqa: PLC0415

    formats: dict[str, Callable[[Plan], str]] = {
        "text": lambda plan: plan_text(plan, palette),
        "json": dumps,
    }
    click.echo(formats[format_name](made), nl=False, color=True)


def save(made: Plan, file: Path) -> None:
    """Write a plan file: whole or not at all.

    Raises:
        ReconcilerError: the file cannot be written.
    """
    from reconciler.plan.codec import dumps  # noqa: PLC0415

    draft = file.with_name(file.name + ".part")
    try:
        draft.write_text(dumps(made), encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be written: {error.strerror}") from error
