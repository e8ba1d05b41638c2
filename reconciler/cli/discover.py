"""`discover`: what a manifest can name. One command per kind of thing; all take the same options and output."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.answers import show
from reconciler.cli.workplace import at_work, place_options
from reconciler.jobs.offers import SORTS


@click.group(short_help="Find what manifests can name: instance types.")
def discover() -> None:
    """Find what manifests can name: instance types."""


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
    show(options, {"EcsSpecs": found.rows, "TotalCount": found.offered}, specs_text)
    return 0
