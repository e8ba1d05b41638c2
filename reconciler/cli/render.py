"""`render`: manifests after everything was put together, with secrets hidden."""

from __future__ import annotations

import json
from typing import Annotated

import click

from reconciler.authoring.from_live import yaml_text
from reconciler.cli.options.completion import manifest_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.outlets import deliver
from reconciler.pipeline.resolved import resolved


@click.command(short_help="Print manifests with values, bases, rows and overrides put together.")
@argument("names", nargs=-1, metavar="[NAME]...", shell_complete=manifest_names)
@takes_options
def render(
    names: tuple[str, ...],
    *,
    project: ProjectOptions,
    format: Annotated[
        str,
        Option(
            "--format",
            type=click.Choice(["yaml", "json"]),
            show_default=True,
            help="YAML documents, or one JSON list.",
        ),
    ] = "yaml",
    output: OutputOptions,
) -> int:
    """Print manifests with values, bases, rows and overrides put together, as plan and apply take them.

    NAME is the name of a manifest, or of one that a matrix makes; without one, all are printed. Values that come from
    the environment or look like secrets read (sensitive), so variables need not be set.

    \b
    Examples:
      dlc-reconciler render --target prod
      dlc-reconciler render resnet50-train --target prod --format json
    """
    found = resolved(settings_from(project), names)
    if found.findings:
        output.err.findings(found.findings)
    if format == "json":
        deliver(json.dumps([each.document for each in found.manifests], indent=2, ensure_ascii=False) + "\n")
    else:
        texts = (f"# {each.where}\n{yaml_text(each.document)}" for each in found.manifests)
        deliver("---\n".join(texts))
    return 0
