"""`schema`: the JSON Schemas of the manifests, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click

from reconciler.authoring.schemas import FILES, all_schemas, kind_called, schema_of
from reconciler.cli.options.completed_words import kind_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.terminal.outlets import STREAM, deliver
from reconciler.files import write_each


@click.command(short_help="Print the JSON Schemas of the manifests, for editors.")
@argument("kind", required=False, default="", metavar="[KIND]", shell_complete=kind_names)
@takes_options
def schema(
    kind: str,
    *,
    out: Annotated[
        Path | None,
        Option(
            "--out",
            variable=False,
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="Write all schemas into this folder instead; files of an older version are replaced.",
        ),
    ] = None,
) -> None:
    """Print the JSON Schemas of the manifests, for editors.

    KIND is Project, JobTemplate, TensorBoard or PolicySet. Without it, the one schema that fits all of them: for files
    with documents of several kinds. An editor with the YAML language server takes a schema from the first line of a
    document: `# yaml-language-server: $schema=schemas/manifest.schema.json`.

    \b
    Examples:
      dlc-reconciler schema JobTemplate
      dlc-reconciler schema --out schemas
    """
    if out is None or out == STREAM:
        deliver(schema_of(kind))
        return
    texts = all_schemas()
    if kind:
        texts = {FILES[kind_called(kind)]: schema_of(kind)}
    for file in write_each({out / name: text for name, text in texts.items()}):
        click.echo(str(file))
