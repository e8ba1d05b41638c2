"""The commands of `discover`."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.authoring.from_live import yaml_text
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.pairs import pairs
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.terminal.outlets import deliver
from reconciler.jobs import offers
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass
from reconciler.online import choices
from reconciler.render.discover import rows_text
from reconciler.render.jobs.boards import specs_text

_text = argument("text", required=False, default="", metavar="[TEXT]")
Snippet = Annotated[bool, Option("--snippet", variable=False, help="Print YAML to paste into a manifest.")]


def _answer(at: SiteOptions, what: str, key: str, rows: list[JsonObject], *, snippet: bool) -> int:
    """Show one list, or the part of it that a manifest takes."""
    if snippet:
        deliver(yaml_text(choices.snippet(what, rows)))
        return 0
    at.show({key: rows, "TotalCount": len(rows)}, lambda shown, palette: rows_text(key, shown, palette))
    return 0


@click.command("workspaces", short_help="List the workspaces that this identity may see.")
@_text
@takes_options
def workspaces(
    text: str,
    *,
    snippet: Snippet = False,
    at: SiteOptions,
) -> int:
    """List the workspaces that this identity may see, with TEXT in name, id or description.

    \b
    Example:
      dlc-reconciler discover workspaces vision
    """
    with at.open() as site:
        found = choices.workspaces(site.service, text)
    return _answer(at, "workspaces", "Workspaces", found, snippet=snippet)


@click.command("images", short_help="List images: official ones and those of the workspace.")
@_text
@takes_options
def images(
    text: str,
    *,
    official: Annotated[
        bool | None,
        Option("--official/--own", variable=False, help="Only official images, or only those of the workspace."),
    ] = None,
    labels: Annotated[
        tuple[str, ...],
        Option("--label", variable=False, metavar="KEY=VALUE", help="Only with this label; may be repeated."),
    ] = (),
    snippet: Snippet = False,
    at: SiteOptions,
) -> int:
    """List images: official ones and those of the workspace, with TEXT in name or address.

    The first column is what Image in JobSpecs takes, letter by letter.

    \b
    Examples:
      dlc-reconciler discover images --label system.framework=PyTorch --label system.chipType=GPU
      dlc-reconciler discover images 2.1 -q 'Images[].ImageUri'
    """
    wanted = pairs(labels, "--label")
    with at.open() as site:
        found = choices.images(site.service, site.workspace_id, text, wanted, official=official)
    return _answer(at, "images", "Images", found, snippet=snippet)


@click.command("image-labels", short_help="List the labels that images can be filtered by.")
@_text
@takes_options
def image_labels(
    text: str,
    *,
    at: SiteOptions,
) -> int:
    """List the labels that images can be filtered by, with TEXT in key or value.

    \b
    Example:
      dlc-reconciler discover image-labels framework
    """
    with at.open() as site:
        found = choices.image_labels(site.service, text)
    return _answer(at, "image-labels", "Labels", found, snippet=False)


@click.command("datasets", short_help="List the datasets of the workspace.")
@_text
@takes_options
def datasets(
    text: str,
    *,
    storage: Annotated[
        str | None,
        Option(
            "--storage",
            variable=False,
            type=click.Choice(["OSS", "NAS", "CPFS"]),
            help="Only on this kind of storage.",
        ),
    ] = None,
    snippet: Snippet = False,
    at: SiteOptions,
) -> int:
    """List the datasets of the workspace, with TEXT in name, id or address.

    \b
    Examples:
      dlc-reconciler discover datasets imagenet
      dlc-reconciler discover datasets imagenet --snippet
    """
    with at.open() as site:
        found = choices.datasets(site.service, site.workspace_id, text, storage or "")
    return _answer(
        at, "datasets", "Datasets", [{**row, "MountPath": choices.mount_path(row)} for row in found], snippet=snippet
    )


@click.command("code-sources", short_help="List the code sources of the workspace.")
@_text
@takes_options
def code_sources(
    text: str,
    *,
    snippet: Snippet = False,
    at: SiteOptions,
) -> int:
    """List the code sources of the workspace, with TEXT in name, id or repository.

    \b
    Example:
      dlc-reconciler discover code-sources training --snippet
    """
    with at.open() as site:
        found = choices.code_sources(site.service, site.workspace_id, text)
    return _answer(at, "code-sources", "CodeSources", found, snippet=snippet)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecOptions:
    """Options that say which instance types are listed, and in which order."""

    accelerator: Annotated[
        str | None,
        Option("--accelerator", variable=False, type=click.Choice(["CPU", "GPU"]), help="Only with or without GPUs."),
    ] = None
    gpu_type: Annotated[
        str,
        Option("--gpu-type", variable=False, metavar="TEXT", help="Only with this in the GPU's name, such as A10."),
    ] = ""
    name: Annotated[
        str, Option("--name", variable=False, metavar="TEXT", help="Only with this in the instance type's name.")
    ] = ""
    min_gpus: Annotated[
        int, Option("--min-gpus", variable=False, type=click.IntRange(0), metavar="N", help="At least so many GPUs.")
    ] = 0
    min_cpus: Annotated[
        int, Option("--min-cpus", variable=False, type=click.IntRange(0), metavar="N", help="At least so many CPUs.")
    ] = 0
    min_memory: Annotated[
        int,
        Option("--min-memory", variable=False, type=click.IntRange(0), metavar="GIB", help="At least so much memory."),
    ] = 0
    available: Annotated[bool, Option("--available", variable=False, help="Only those that are not sold out.")] = False
    sort: Annotated[
        str,
        Option("--sort", variable=False, type=click.Choice(list(offers.SORTS)), show_default=True, help="By what."),
    ] = "name"
    desc: Annotated[bool, Option("--desc", variable=False, help="The greatest first.")] = False

    @property
    def wanted(self) -> offers.Wanted:
        """The filters as `jobs.offers` takes them."""
        return offers.Wanted(
            accelerator=self.accelerator or "",
            gpu_type=self.gpu_type,
            name=self.name,
            gpus=self.min_gpus,
            cpus=self.min_cpus,
            memory=self.min_memory,
            available=self.available,
        )


@click.command("ecs-specs", short_help="List instance types, filtered and sorted here.")
@takes_options
def ecs_specs(*, specs: SpecOptions, snippet: Snippet = False, at: SiteOptions) -> int:
    """List instance types, filtered and sorted here, because the service refuses its own sort orders.

    The first column is what EcsSpec in JobSpecs takes.

    \b
    Examples:
      dlc-reconciler discover ecs-specs --accelerator GPU --sort memory --desc
      dlc-reconciler discover ecs-specs --gpu-type A10 -q 'EcsSpecs[].InstanceType'
    """
    with at.open() as site:
        found = offers.ecs_specs(site, specs.wanted, sort=specs.sort, descending=specs.desc)
    if snippet:
        return _answer(at, "ecs-specs", "EcsSpecs", found.rows, snippet=True)
    at.show({"EcsSpecs": found.rows, "TotalCount": found.offered}, specs_text)
    return 0
