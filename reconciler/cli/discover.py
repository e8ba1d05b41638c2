"""`discover`: what a manifest can name. One command per kind of thing; all take the same options and output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from reconciler.cli.answers import show
from reconciler.cli.jobs.find import assignments
from reconciler.cli.outlets import deliver
from reconciler.cli.workplace import at_work, place_options
from reconciler.jobs.offers import SORTS
from reconciler.model import JsonObject
from reconciler.render.style import Palette


@click.group(short_help="Find what manifests can name: images, datasets, instance types and more.")
def discover() -> None:
    """Find what manifests can name: images, datasets, instance types and more.

    Every command filters here, because the service compares fuzzily, and shows a table, JSON or YAML with the
    service's own field names; --snippet prints what a manifest takes, ready to paste.

    \b
    Examples:
      dlc-reconciler discover images pytorch --official
      dlc-reconciler discover datasets --snippet
    """


_text = click.argument("text", required=False, default="", metavar="[TEXT]")
_snippet = click.option("--snippet", is_flag=True, help="Print YAML to paste into a manifest.")


def _answer(options: dict[str, Any], what: str, key: str, rows: list[JsonObject]) -> int:
    """Show one list, or what a manifest takes from it."""
    from reconciler.authoring.from_live import yaml_text  # noqa: PLC0415
    from reconciler.online.listing import snippet  # noqa: PLC0415
    from reconciler.render.discover import rows_text  # noqa: PLC0415

    if options.get("snippet"):
        deliver(yaml_text(snippet(what, rows)))
        return 0
    text: Callable[[JsonObject, Palette], str] = lambda shown, palette: rows_text(key, shown, palette)  # noqa: E731
    show(options, {key: rows, "TotalCount": len(rows)}, text)
    return 0


@discover.command("workspaces", short_help="List the workspaces that this identity may see.")
@_text
@_snippet
@place_options
def workspaces(text: str, **options: Any) -> int:
    """List the workspaces that this identity may see, with TEXT in name, id or description.

    \b
    Example:
      dlc-reconciler discover workspaces vision
    """
    from reconciler.online.listing import workspaces as find  # noqa: PLC0415

    with at_work(options) as place:
        found = find(place.service, text)
    return _answer(options, "workspaces", "Workspaces", found)


@discover.command("images", short_help="List images: official ones and those of the workspace.")
@_text
@click.option("--official/--own", default=None, help="Only official images, or only those of the workspace.")
@click.option("--label", "labels", metavar="KEY=VALUE", multiple=True, help="Only with this label; may be repeated.")
@_snippet
@place_options
def images(text: str, **options: Any) -> int:
    """List images: official ones and those of the workspace, with TEXT in name or address.

    The first column is what Image in JobSpecs takes, letter by letter.

    \b
    Examples:
      dlc-reconciler discover images --label system.framework=PyTorch --label system.chipType=GPU
      dlc-reconciler discover images 2.1 -q 'Images[].ImageUri'
    """
    from reconciler.online.listing import images as find  # noqa: PLC0415

    labels = assignments(options["labels"], "--label")
    with at_work(options) as place:
        found = find(place.service, place.workspace_id, text, labels, official=options["official"])
    return _answer(options, "images", "Images", found)


@discover.command("image-labels", short_help="List the labels that images can be filtered by.")
@_text
@place_options
def image_labels(text: str, **options: Any) -> int:
    """List the labels that images can be filtered by, with TEXT in key or value.

    \b
    Example:
      dlc-reconciler discover image-labels framework
    """
    from reconciler.online.listing import image_labels as find  # noqa: PLC0415

    with at_work(options) as place:
        found = find(place.service, text)
    return _answer(options, "image-labels", "Labels", found)


@discover.command("datasets", short_help="List the datasets of the workspace.")
@_text
@click.option("--storage", type=click.Choice(["OSS", "NAS", "CPFS"]), help="Only on this kind of storage.")
@_snippet
@place_options
def datasets(text: str, **options: Any) -> int:
    """List the datasets of the workspace, with TEXT in name, id or address.

    \b
    Examples:
      dlc-reconciler discover datasets imagenet
      dlc-reconciler discover datasets imagenet --snippet
    """
    from reconciler.online.listing import datasets as find  # noqa: PLC0415
    from reconciler.online.listing import mount_path  # noqa: PLC0415

    with at_work(options) as place:
        found = find(place.service, place.workspace_id, text, options["storage"] or "")
    return _answer(options, "datasets", "Datasets", [{**row, "MountPath": mount_path(row)} for row in found])


@discover.command("code-sources", short_help="List the code sources of the workspace.")
@_text
@_snippet
@place_options
def code_sources(text: str, **options: Any) -> int:
    """List the code sources of the workspace, with TEXT in name, id or repository.

    \b
    Example:
      dlc-reconciler discover code-sources training --snippet
    """
    from reconciler.online.listing import code_sources as find  # noqa: PLC0415

    with at_work(options) as place:
        found = find(place.service, place.workspace_id, text)
    return _answer(options, "code-sources", "CodeSources", found)


@discover.command("ecs-specs", short_help="List instance types, filtered and sorted here.")
@click.option("--accelerator", type=click.Choice(["CPU", "GPU"]), default=None, help="Only with or without GPUs.")
@click.option("--gpu-type", metavar="TEXT", default="", help="Only with this in the GPU's name, such as A10.")
@click.option("--name", metavar="TEXT", default="", help="Only with this in the instance type's name.")
@click.option("--min-gpus", type=click.IntRange(0), default=0, metavar="N", help="At least so many GPUs.")
@click.option("--min-cpus", type=click.IntRange(0), default=0, metavar="N", help="At least so many CPUs.")
@click.option("--min-memory", type=click.IntRange(0), default=0, metavar="GIB", help="At least so much memory.")
@click.option("--available", is_flag=True, help="Only those that are not sold out.")
@click.option("--sort", type=click.Choice(list(SORTS)), default="name", show_default=True, help="By what.")
@click.option("--desc", is_flag=True, help="The greatest first.")
@_snippet
@place_options
def ecs_specs(**options: Any) -> int:
    """List instance types, filtered and sorted here, because the service refuses its own sort orders.

    The first column is what EcsSpec in JobSpecs takes.

    \b
    Examples:
      dlc-reconciler discover ecs-specs --accelerator GPU --sort memory --desc
      dlc-reconciler discover ecs-specs --gpu-type A10 -q 'EcsSpecs[].InstanceType'
    """
    from reconciler.jobs.offers import Wanted  # noqa: PLC0415
    from reconciler.jobs.offers import ecs_specs as find  # noqa: PLC0415
    from reconciler.render.jobs.boards import specs_text  # noqa: PLC0415

    wanted = Wanted(
        accelerator=options["accelerator"] or "",
        gpu_type=options["gpu_type"],
        name=options["name"],
        gpus=options["min_gpus"],
        cpus=options["min_cpus"],
        memory=options["min_memory"],
        available=options["available"],
    )
    with at_work(options) as place:
        found = find(place, wanted, sort=options["sort"], descending=options["desc"])
    if options["snippet"]:
        return _answer(options, "ecs-specs", "EcsSpecs", found.rows)
    show(options, {"EcsSpecs": found.rows, "TotalCount": found.offered}, specs_text)
    return 0
