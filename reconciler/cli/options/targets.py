"""Which targets of the project: one, several, those with a label, or all."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.completion import target_names
from reconciler.cli.options.declared import Option
from reconciler.cli.options.names import NamesType
from reconciler.cli.options.pairs import labels
from reconciler.cli.options.project import EVERY_VARIABLE, AllowEnvOptions, ProjectFileOptions
from reconciler.fleet.selection import Choice
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsOptions(ProjectFileOptions):
    """Targets of the project."""

    target: Annotated[
        tuple[str, ...],
        Option(
            "--target",
            type=NamesType(),
            metavar="NAME",
            shell_complete=target_names,
            help="Target of the project; several times for several. Needed when the project has several.",
        ),
    ] = ()
    all_targets: Annotated[bool, Option("--all-targets", help="Every target of the project.")] = False
    targets_with: Annotated[
        tuple[str, ...],
        Option("--targets-with", metavar="LABEL=VALUE", help="Targets with this label; several must all match."),
    ] = ()
    allowed: AllowEnvOptions = EVERY_VARIABLE

    @property
    def choice(self) -> Choice:
        """The targets that were chosen.

        Raises:
            click.UsageError: two ways at once, or a label that is not LABEL=VALUE.
        """
        if self.target and (self.all_targets or self.targets_with):
            other = "--all-targets" if self.all_targets else "--targets-with"
            raise click.UsageError(f"--target and {other} exclude each other")
        return Choice(
            names=tuple(dict.fromkeys(self.target)),
            everything=self.all_targets,
            labels=labels(self.targets_with, "--targets-with"),
        )
