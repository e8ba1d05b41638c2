"""`render`: manifests as they are once everything is put together, with secrets hidden."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from reconciler.cli.completion import manifest_names
from reconciler.cli.console import Console, palette_for
from reconciler.cli.options import option, output_options, project_options, settings_from
from reconciler.cli.outlets import deliver


@click.command(short_help="Print manifests with values, bases, rows and overrides put together.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=manifest_names)
@project_options
@option(
    "--format",
    "format_name",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="YAML documents, or one JSON list.",
)
@output_options
def render(names: tuple[str, ...], **options: Any) -> int:
    """Print manifests with values, bases, rows and overrides put together, as plan and apply take them.

    NAME is the name of a manifest, or of one that a matrix makes; without one, all are printed. Values that come from
    the environment or look like secrets read (sensitive), so variables need not be set.

    \b
    Examples:
      dlc-reconciler render --target prod
      dlc-reconciler render resnet50-train --target prod --format json
    """
    from reconciler.authoring.from_live import yaml_text  # noqa: PLC0415
    from reconciler.pipeline.resolved import resolved  # noqa: PLC0415

    found = resolved(settings_from(options), names)
    if found.findings:
        console = Console(sys.stderr, palette_for(sys.stderr, plain=options["no_color"]))
        console.findings(found.findings)
    if options["format_name"] == "json":
        deliver(json.dumps([each.document for each in found.manifests], indent=2, ensure_ascii=False) + "\n")
    else:
        texts = (f"# {each.where}\n{yaml_text(each.document)}" for each in found.manifests)
        deliver("---\n".join(texts))
    return 0
