"""`adopt`: takes over live templates that manifests describe, from nobody or from the project that hands them over."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import click

from reconciler.cli.apply.by_hand import ByHand, check_names_or_all
from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import AllowAbsent, ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import recording, settings_from
from reconciler.cli.terminal.confirm import YesOption
from reconciler.cli.terminal.outlets import warn
from reconciler.cli.terminal.signals import ending_in_order
from reconciler.languages import say
from reconciler.lock import locked
from reconciler.pipeline import (
    broken_manifests,
    connected,
    open_target,
    usable,
    with_manifests,
)
from reconciler.pipeline.adopting import adoption_plan


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
    check_names_or_all(names, everything=everything, verb="adopt")
    settings = replace(recording(settings_from(project, service, output)), allow_absent=allow_absent)
    opened = open_target(settings)
    with lock.listing_ahead(settings, opened) as ahead:
        workspace = usable(with_manifests(settings, opened))
        for note in broken_manifests(workspace):
            output.err.line(say(note))
        spec = lock.spec(settings, workspace.target.region)
        with ending_in_order(), locked(spec, warn) as held, connected(settings, workspace, ahead) as connection:
            asking, plan = adoption_plan(settings, workspace, connection, names, former)
            return ByHand(settings, asking, output, held).apply(connection, plan, yes=yes)
