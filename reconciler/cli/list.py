"""`list`: what is live at targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import click

from reconciler.cli.options.cache import CacheOptions
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.targets import TargetsOptions
from reconciler.cli.terminal.failures import tell_failures
from reconciler.fleet.ending import worst
from reconciler.fleet.failures import exit_code_of
from reconciler.fleet.selection import Choice, choose
from reconciler.languages import say
from reconciler.model import Failure
from reconciler.pipeline import Settings, open_project
from reconciler.pipeline.inventory import Inventory, inventory_each, inventory_of
from reconciler.render.inventory import inventory_json, inventory_text


@click.command("list", short_help="List templates and TensorBoards: owner, versions, last use, in step or not.")
@takes_options
def list_live(
    *,
    project: TargetsOptions,
    no_versions: Annotated[
        bool,
        Option(
            "--no-versions",
            variable=False,
            help="Do not count versions: that is a call for each template that changed since the last run.",
        ),
    ] = False,
    form: Annotated[
        str, Option("--format", type=click.Choice(["text", "json"]), show_default=True, help="Output.")
    ] = "text",
    cache: CacheOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """List templates and TensorBoards: owner, versions, last use, in step or not.

    Everything that is live in the workspace is listed, whoever made it, and what manifests describe and is not there
    yet. How it stands is said in the words of a plan: in step, to create, to change, to delete, waiting, held,
    retained, refused, in no manifest, not ours. Nothing is written. A target that cannot be read hides no other.

    \b
    Examples:
      dlc-reconciler list --target prod
      dlc-reconciler list --all-targets --format json
    """
    settings = replace(settings_from(project, service, output), cache=cache.cache)
    found, failed = _looked_at(settings, project.choice, counted=not no_versions)
    click.echo(
        inventory_json(found, failed) if form == "json" else inventory_text(found, failed, output.palette),
        nl=False,
        color=True,
    )
    for note in dict.fromkeys(note for each in found for note in each.notes):
        output.err.line(f"{say('note:')} {say(note)}")
    tell_failures(failed, output)
    return worst([exit_code_of(each) for each in failed])


def _looked_at(settings: Settings, choice: Choice, *, counted: bool) -> tuple[Sequence[Inventory], Sequence[Failure]]:
    """Return the list of one target, or of many at the same time."""
    if not choice.is_of_many:
        return (inventory_of(settings, counted=counted),), ()
    project = open_project(settings)
    return inventory_each(settings, project, choose(project, choice), counted=counted)
