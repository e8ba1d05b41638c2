"""The list of parts that several jobs plan at the same time."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOptions:
    """Options that say whether the work is listed, and for how many jobs."""

    work_list: Annotated[
        bool,
        Option("--work-list", variable=False, help="Print the targets and shards to plan as JSON, and plan nothing."),
    ] = False
    jobs: Annotated[
        int | None,
        Option(
            "--jobs",
            type=click.IntRange(1),
            variable=False,
            metavar="N",
            help="With --work-list: so many jobs at most.  [default: one for 250 resources, 256 at most]",
        ),
    ] = None
