"""`release`: removes this project's marks from live templates, so that another project can adopt them."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.apply.one import exit_code, question
from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.outlets import outcomes_follow, warn
from reconciler.cli.terminal.progress import progress_display
from reconciler.cli.terminal.signals import ending_in_order, halting
from reconciler.errors import UsageError
from reconciler.lock import locked
from reconciler.pipeline import Run, apply_plan, connected
from reconciler.pipeline.releasing import release_plan
from reconciler.pipeline.workspace import look_at
from reconciler.render.text import plan_text, report_text


@click.command(short_help="Take this project's marks off live templates, which stay as they are.")
@argument("names", nargs=-1, metavar="[NAME]...", shell_complete=template_names)
@takes_options
def release(
    names: tuple[str, ...],
    *,
    project: ProjectOptions,
    everything: Annotated[bool, Option("--all", help="Every live template that carries this project's mark.")] = False,
    yes: YesOption = False,
    lock: LockOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Take this project's marks off live templates, which stay as they are.

    NAME is the name or the id of a live template. It keeps its id, its versions and its jobs, and nobody owns it
    afterwards: another project can adopt it. Remove its manifest as well; while it is there, the next plan is blocked
    by it. What another project owns is refused (exit code 3), and then nothing is written.

    \b
    Examples:
      dlc-reconciler release resnet50-train --target prod
      dlc-reconciler release --all --yes --target prod
    """
    if bool(names) == everything:
        problem = "names and --all exclude each other" if names else "nothing to release was named"
        raise UsageError(problem, hint="Name templates, or add `--all`.")
    settings = settings_from(project, service, output)
    workspace = look_at(settings)
    with ending_in_order(), locked(lock.spec(settings, workspace.target.region), warn) as held:
        with connected(settings, workspace) as connection:
            plan = release_plan(settings, workspace, connection, names)
            click.echo(plan_text(plan, output.palette), nl=False, color=True)
            if plan.is_empty:
                return 0
            confirm(question(plan), yes=yes)
            with progress_display(plan, plain=output.no_color) as watcher, halting() as halt:
                if held is not None:
                    held.tell_when_lost(halt.set)
                report = apply_plan(settings, workspace, connection, plan, Run(watcher=watcher, halt=halt))
        outcomes_follow()
        click.echo(report_text(report, output.palette), nl=False, color=True)
        return exit_code(report)
