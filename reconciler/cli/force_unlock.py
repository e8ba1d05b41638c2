"""`force-unlock`: removes the lock of a run that is dead."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.lock import LockEndpoint
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.languages import say
from reconciler.lock import LockSpec, lease_on
from reconciler.pipeline import open_target
from reconciler.render.style import visible


@click.command(short_help="Remove the lock of a run that is dead.")
@argument("lock", metavar="LOCK")
@takes_options
def force_unlock(
    lock: str,
    *,
    owner: Annotated[
        str,
        Option("--owner", variable=False, metavar="ID", help="The id that the busy lock named; no other is removed."),
    ],
    project: ProjectOptions,
    lock_endpoint: LockEndpoint = "",
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Remove the lock of a run that is dead, before it expires by itself.

    A run that is alive notices within a third of its lock's life, starts no new action and says so.

    \b
    Example:
      dlc-reconciler force-unlock oss://ci-locks/prod --owner 5d41402abc4b2a76
    """
    settings = settings_from(project, service, output)
    region = open_target(settings).target.region if lock.startswith("oss:") else ""
    spec = LockSpec(place=lock, region=region, endpoint=lock_endpoint, identity=settings.credentials)
    lease = lease_on(spec)
    holder = lease.force(owner)
    outcomes_follow()
    click.echo(say(f"{visible(lease.store.place)} is unlocked; it was held by {visible(holder.owner)}"))
    return 0
