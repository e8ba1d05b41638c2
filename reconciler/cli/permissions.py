"""`permissions`: the RAM policy for commands on targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.completion import target_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.project import ProjectFileOptions
from reconciler.cli.terminal.outlets import STREAM, save_to
from reconciler.errors import UsageError
from reconciler.model.nearest import did_you_mean
from reconciler.permissions import NEEDS, operations_of, policy_json, unknown
from reconciler.pipeline import Settings
from reconciler.pipeline.permissions import verifying_targets

USUAL = ("plan", "apply")


@click.command(short_help="Print the RAM policy that commands need.")
@argument("commands", metavar="[COMMAND...]", nargs=-1)
@takes_options
def permissions(
    commands: tuple[str, ...],
    *,
    project: ProjectFileOptions,
    target: Annotated[
        tuple[str, ...],
        Option(
            "--target",
            variable=False,
            metavar="NAME",
            shell_complete=target_names,
            help="Target of the project; several times for several. Without it, all of them.",
        ),
    ] = (),
    lock: Annotated[
        str, Option("--lock", metavar="PLACE", help="The lock that is held meanwhile, where it is oss://BUCKET/KEY.")
    ] = "",
    out: Annotated[
        Path, Option("--out", variable=False, type=click.Path(path_type=Path), metavar="FILE", help="Write it here.")
    ] = STREAM,
) -> int:
    """Print the RAM policy that commands need, to be pasted into the RAM console: these actions and no others.

    COMMAND is one or several, such as `plan` or `"jobs logs"`; a group such as `jobs` or `discover` stands for all its
    commands. Without any, plan and apply. `validate` is meant with --online.

    Where there is a project, its manifests say whether versions prove themselves on these targets; only then may
    `apply` create, stop and delete jobs. Nothing is asked of the service.

    \b
    Examples:
      dlc-reconciler permissions plan > plan-policy.json
      dlc-reconciler permissions apply --target prod --lock oss://locks/vision
      dlc-reconciler permissions launch "jobs logs" "jobs list"
    """
    names = commands or USUAL
    _check(names)
    if lock and not lock.startswith("oss://"):
        raise UsageError("a lock on a disk needs no permission of RAM", hint="Leave out `--lock`.")
    verifying = True
    if project.file.exists() or target or project != ProjectFileOptions():
        verifying = bool(verifying_targets(Settings(project_file=project.file), target))
    needed = operations_of(names, verifying=verifying)
    if not needed:
        raise UsageError(f"{', '.join(names)} calls nothing of the service, so that it needs no permission")
    save_to(out, policy_json(needed, lock=lock))
    return 0


def _check(names: tuple[str, ...]) -> None:
    known = {*NEEDS, *_others()}
    for name in unknown(names, known):
        near = did_you_mean(name, sorted(known | {each.partition(" ")[0] for each in known}))
        raise UsageError(f"there is no command {name!r}", hint=near)


def _others() -> list[str]:
    """Return commands that are in no table because they call nothing, so that a wrong word can be distinguished from
    them."""
    from reconciler.cli.app import SECTIONS  # noqa: PLC0415 - it names this module

    return [name for section in SECTIONS.values() for name, listed in section.items() if not listed.hidden]
