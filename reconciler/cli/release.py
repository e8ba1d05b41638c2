"""`release`: removes this project's marks from live templates, so that another project can adopt them."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.apply.by_hand import ByHand, check_names_or_all
from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.confirm import YesOption
from reconciler.cli.terminal.outlets import warn
from reconciler.cli.terminal.signals import ending_in_order
from reconciler.lock import locked
from reconciler.pipeline import connected
from reconciler.pipeline.releasing import release_plan
from reconciler.pipeline.workspace import look_at


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
    check_names_or_all(names, everything=everything, verb="release")
    settings = settings_from(project, service, output)
    workspace = look_at(settings)
    spec = lock.spec(settings, workspace.target.region)
    with ending_in_order(), locked(spec, warn) as held, connected(settings, workspace) as connection:
        plan = release_plan(settings, workspace, connection, names)
        return ByHand(settings, workspace, output, held).apply(connection, plan, yes=yes)
