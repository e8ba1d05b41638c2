"""What `init` is told: what is written, and for which workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import click

from reconciler.authoring.starters import STARTERS
from reconciler.cli.options.declared import Option
from reconciler.errors import UsageError
from reconciler.model.address import EMULATOR, AddressError, is_region, may_stand_in_a_project
from reconciler.model.quick import dataclass

TARGET = "prod"
WAIVED_FOR = timedelta(days=90)
"""How long a new project waives the faults that live objects have already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """Options that say what is written."""

    starters: Annotated[
        tuple[str, ...],
        Option(
            "--template",
            variable=False,
            type=click.Choice(STARTERS),
            help="A starting point to write; may be repeated. [default for a new project: single-gpu]",
        ),
    ] = ()
    called: Annotated[
        str, Option("--as", variable=False, metavar="NAME", help="Name of the template, with one --template.")
    ] = ""
    listed: Annotated[
        bool, Option("--list", variable=False, help="List the starting points and what they are for.")
    ] = False
    from_live: Annotated[
        bool,
        Option("--from-live", variable=False, help="Export what --workspace holds instead of a starting point."),
    ] = False
    name: Annotated[
        str,
        Option("--name", variable=False, metavar="NAME", help="Name of a new project. [default: the folder's name]"),
    ] = ""
    region: Annotated[str, Option("--region", metavar="REGION", show_default=True, help="Region of --workspace.")] = (
        "cn-hangzhou"
    )
    workspace: Annotated[
        str,
        Option("--workspace", metavar="ID", help=f"Workspace for a target `{TARGET}`, besides the emulator."),
    ] = ""
    force: Annotated[bool, Option("--force", variable=False, help="Overwrite files without asking.")] = False


def own_endpoint(region: str, given: str) -> str:
    """Return the endpoint if a project file may name it. Any other has to stand on the command line each time.

    The embedded emulator is another target's already.

    Raises:
        UsageError: the region or the endpoint cannot be one.
    """
    if not is_region(region):
        raise UsageError(f"{region!r} is not a region", hint="for example cn-hangzhou")
    try:
        return given if given not in ("", EMULATOR) and may_stand_in_a_project(given, region) else ""
    except AddressError as error:
        raise UsageError(f"--endpoint {given.rpartition('@')[2]!r} {error.reason}", hint=error.hint) from None
