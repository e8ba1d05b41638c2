"""`discover`: what a manifest can name. There is one command for each sort of thing; all have the same options and
output."""

from __future__ import annotations

import click

from reconciler.cli.lazy import LazyGroup, Listed

_HERE = "reconciler.cli.discover.find"
COMMANDS = {
    "Commands": {
        "workspaces": Listed(f"{_HERE}:workspaces", "List the workspaces that this identity may see."),
        "images": Listed(f"{_HERE}:images", "List images: official ones and those of the workspace."),
        "image-labels": Listed(f"{_HERE}:image_labels", "List the labels that images can be filtered by."),
        "datasets": Listed(f"{_HERE}:datasets", "List the datasets of the workspace."),
        "code-sources": Listed(f"{_HERE}:code_sources", "List the code sources of the workspace."),
        "ecs-specs": Listed(f"{_HERE}:ecs_specs", "List instance types, filtered and sorted here."),
    }
}


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    short_help="Find what manifests can name: images, datasets, instance types and more.",
)
def discover() -> None:
    """Find what manifests can name: images, datasets, instance types and more.

    Every command filters here, because the service compares fuzzily, and shows a table, JSON or YAML with the
    service's own field names; --snippet prints what a manifest takes, ready to paste.

    \b
    Examples:
      dlc-reconciler discover images pytorch --official
      dlc-reconciler discover datasets --snippet
    """
