"""`adopt`: takes over live templates that manifests describe, from nobody or from the project that hands them over."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import click

from reconciler.cli.apply.one import exit_code, question
from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import AllowAbsent, ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.outlets import outcomes_follow, warn
from reconciler.cli.terminal.progress import progress_display
from reconciler.cli.terminal.signals import ending_in_order, halting
from reconciler.errors import UsageError
from reconciler.languages import say
from reconciler.lock import Held, locked
from reconciler.model.quick import dataclass
from reconciler.pipeline import (
    Run,
    Settings,
    Workspace,
    apply_plan,
    broken_manifests,
    connected,
    look_at,
    usable,
)
from reconciler.pipeline.adopting import adoption_plan
from reconciler.render.text import plan_text, report_text


@click.command(short_help="Mark live templates as this project's, without touching versions.")
@argument("names", nargs=-1, metavar="[NAME]...", shell_complete=template_names)
@takes_options
def adopt(
    names: tuple[str, ...],
    *,
    project: ProjectOptions,
    everything: Annotated[
        bool, Option("--all", help="Every template that a manifest describes and nobody owns.")
    ] = False,
    former: Annotated[
        str, Option("--from", metavar="PROJECT", help="Take them over from this project too, which hands them over.")
    ] = "",
    yes: YesOption = False,
    allow_absent: AllowAbsent = (),
    lock: LockOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Mark live templates as this project's, without touching versions.

    Each NAME (or id) must be described by a manifest. Its live template gets this project's marks, with the manifest's
    labels, description and protection; versions and the default stay as they are, and `plan` shows what is left to do.
    A template of another project is refused (exit code 3), and then nothing is written, unless --from names it.

    \b
    Examples:
      dlc-reconciler adopt resnet50-train --target prod
      dlc-reconciler adopt --all --yes --target prod
      dlc-reconciler adopt resnet50-train --from vision-research
    """
    if bool(names) == everything:
        problem = "names and --all exclude each other" if names else "nothing to adopt was named"
        raise UsageError(problem, hint="Name templates, or add `--all`.")
    settings = replace(settings_from(project, service, output), allow_absent=allow_absent)
    workspace = usable(look_at(settings))
    for note in broken_manifests(workspace):
        output.err.line(say(note))
    asked = Asked(names, former=former, yes=yes)
    with ending_in_order(), locked(lock.spec(settings, workspace.target.region), warn) as held:
        return _adopt(settings, workspace, output, asked, held)


@dataclass(frozen=True, slots=True)
class Asked:
    """What to adopt: these names or ids, each of which must exist, or everything. With `yes` nobody is asked."""

    names: tuple[str, ...]
    former: str
    """The project that hands them over; empty for none."""
    yes: bool


def _adopt(settings: Settings, workspace: Workspace, output: OutputOptions, asked: Asked, held: Held | None) -> int:
    palette = output.palette
    with connected(settings, workspace) as service:
        workspace, plan = adoption_plan(settings, workspace, service, asked.names, asked.former)
        click.echo(plan_text(plan, palette), nl=False, color=True)
        if plan.is_empty:
            return 0
        confirm(question(plan), yes=asked.yes)
        with progress_display(plan, plain=output.no_color) as watcher, halting() as halt:
            if held is not None:
                held.tell_when_lost(halt.set)
            report = apply_plan(settings, workspace, service, plan, Run(watcher=watcher, halt=halt))
    outcomes_follow()
    click.echo(report_text(report, palette), nl=False, color=True)
    return exit_code(report)
