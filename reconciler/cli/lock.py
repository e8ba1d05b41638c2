"""The lock around an apply: its options, and `force-unlock` for one whose run is dead."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.numbers import Number
from reconciler.cli.options import CommandT, option, output_options, project_options, service_options, settings_from
from reconciler.cli.outlets import outcomes_follow
from reconciler.lock import LockSpec, lease_on
from reconciler.pipeline import Settings, open_workspace
from reconciler.render.style import visible


def place_options(command: CommandT) -> CommandT:
    """Where OSS is, for locks on it."""
    return option(
        "--lock-endpoint", metavar="URL", default="", help="Address of OSS instead of that of the target's region."
    )(command)


def lock_options(command: CommandT) -> CommandT:
    """--lock and how it is taken."""
    for decorate in (
        place_options,
        option(
            "--lock-expiry",
            type=Number(min=60),
            default=900.0,
            show_default=True,
            metavar="SECONDS",
            help="How long the lock of a dead run stands in the way; a living one renews it.",
        ),
        option(
            "--lock-timeout",
            type=Number(min=0),
            default=0.0,
            show_default=True,
            metavar="SECONDS",
            help="How long to wait for the lock.",
        ),
        option(
            "--lock",
            metavar="PLACE",
            default="",
            help="Hold this lock meanwhile: file:PATH on a shared disk, or oss://BUCKET/KEY.",
        ),
    ):
        command = decorate(command)
    return command


def lock_spec(options: dict[str, Any], settings: Settings, region: str) -> LockSpec | None:
    """The lock that the options ask for."""
    if not options["lock"]:
        return None
    return LockSpec(
        place=options["lock"],
        timeout=options["lock_timeout"],
        lifetime=options["lock_expiry"],
        region=region,
        endpoint=options["lock_endpoint"],
        identity=settings.credentials,
    )


@click.command(short_help="Remove the lock of a run that is dead.")
@click.argument("lock", metavar="LOCK")
@click.option("--owner", metavar="ID", required=True, help="The id that the busy lock named; no other is removed.")
@project_options
@place_options
@service_options
@output_options
def force_unlock(lock: str, owner: str, **options: Any) -> int:
    """Remove the lock of a run that is dead, before it expires by itself.

    A run that is alive notices within a third of its lock's life, starts no new action and says so.

    \b
    Example:
      dlc-reconciler force-unlock oss://ci-locks/prod --owner 5d41402abc4b2a76
    """
    settings = settings_from(options)
    region = open_workspace(settings).target.region if lock.startswith("oss:") else ""
    spec = LockSpec(place=lock, region=region, endpoint=options["lock_endpoint"], identity=settings.credentials)
    lease = lease_on(spec)
    holder = lease.force(owner)
    outcomes_follow()
    click.echo(f"{visible(lease.store.place)} is unlocked; it was held by {visible(holder.owner)}")
    return 0
