"""Options with numbers that replace the limits of the project file."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.options.numbers import Number
from reconciler.model.quick import dataclass
from reconciler.plan.safety import Allowances


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitOptions:
    """Options that say how many deletions, replacements and GPU-hours a person allows."""

    allow_deletions: Annotated[
        int, Option("--allow-deletions", type=click.IntRange(0), metavar="N", help="Allow this many deletions.")
    ] = 0
    allow_replacements: Annotated[
        int, Option("--allow-replacements", type=click.IntRange(0), metavar="N", help="Allow this many replacements.")
    ] = 0
    allow_gpu_hours: Annotated[
        float,
        Option(
            "--allow-gpu-hours",
            type=Number(0),
            metavar="N",
            help="Allow verifications of so many GPU-hours.",
        ),
    ] = 0.0

    @property
    def allowances(self) -> Allowances:
        """The numbers as `plan.safety` takes them."""
        return Allowances(self.allow_deletions, self.allow_replacements, self.allow_gpu_hours)
