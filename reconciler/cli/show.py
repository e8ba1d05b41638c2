"""`show`: one live object as a manifest."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.completion import manifest_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.outlets import deliver
from reconciler.languages import say
from reconciler.pipeline import broken_manifests, connected, look_at
from reconciler.pipeline.show import shown
from reconciler.render.counts import counted


@click.command(short_help="Print one live template or TensorBoard as a manifest.")
@argument("name", metavar="NAME", shell_complete=manifest_names)
@takes_options
def show(
    name: str,
    *,
    project: ProjectOptions,
    version: Annotated[
        int | None,
        Option(
            "--version",
            type=click.IntRange(1),
            variable=False,
            metavar="N",
            help="This version of a template.  [default: its default version]",
        ),
    ] = None,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Print one live template or TensorBoard as a manifest.

    NAME is a name or an id, such as tpl123; where a template and a TensorBoard have one name, JobTemplate/NAME or
    TensorBoard/NAME. Secrets are replaced by ${env.NAME}, as `export` does it. Nothing is written.

    \b
    Examples:
      dlc-reconciler show resnet50-train --target prod
      dlc-reconciler show resnet50-train --version 3 --target prod
    """
    settings = settings_from(project, service, output)
    workspace = look_at(settings)
    with connected(settings, workspace) as live:
        found = shown(settings, workspace, live, name, version)
    deliver(found.text)
    for note in (*broken_manifests(workspace), *found.notes):
        output.err.line(f"{say('note:')} {say(note)}")
    if found.secrets:
        output.err.line(say(f"{counted(len(found.secrets), 'secret')} taken out."))
    return 0
