"""`audit` and `audit merge`: whole workspaces judged by rules, in every format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import click
from click.core import ParameterSource

from reconciler.cli.audit_output import ReportOptions, check, emit
from reconciler.cli.audit_progress import watching
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import AllowEnvOptions, ProjectFileOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.share import AuditShard
from reconciler.files import OWN_FOLDER
from reconciler.model import WHOLE
from reconciler.pipeline.auditing import Run, merge_snapshots, take_snapshot

SNAPSHOT = Path(OWN_FOLDER) / "audit.sqlite3"
_FILE = click.Path(path_type=Path)


def _snapshot_option(what: str) -> Option:
    return Option(
        "--snapshot",
        type=_FILE,
        metavar="FILE",
        help=f"Where {what} is kept.  [default: {SNAPSHOT} beside the project file]",
    )


@click.group(
    invoke_without_command=True,
    short_help="Judge whole workspaces by rules, and report what breaks them.",
)
@click.pass_context
@takes_options
def audit(
    ctx: click.Context,
    /,
    *,
    project: ProjectFileOptions,
    target: Annotated[
        str, Option("--target", metavar="NAME|all", help="Target of the project, or all; needed when it has several.")
    ] = "",
    allowed: AllowEnvOptions,
    all_workspaces: Annotated[
        bool, Option("--all-workspaces", help="Also workspaces that no target means, in the same regions.")
    ] = False,
    report: ReportOptions,
    snapshot: Annotated[Path | None, _snapshot_option("what was read")] = None,
    resume: Annotated[bool, Option("--resume", help="Go on with the snapshot of a run that was cut.")] = False,
    shard: AuditShard = WHOLE,
    service: ServiceOptions,
    output: OutputOptions,
) -> int | None:
    """Judge whole workspaces by rules, and report what breaks them.

    Reads every template with all its versions, its jobs, TensorBoards and what the workspace offers, keeps that in a
    snapshot file, and runs the rules of `spec.audit` over it. Nothing is written to the service.

    \b
    Examples:
      dlc-reconciler audit --target prod
      dlc-reconciler audit --target all --out audit.html --out audit.sarif
      dlc-reconciler audit --target all --shard 2/8 --snapshot part2.sqlite3
      dlc-reconciler audit merge part*.sqlite3 --out audit.html
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options_before(ctx)
        return None
    settings = replace(settings_from(project, service, output), admission=allowed.admission)
    check(report)
    run = Run(
        snapshot=snapshot or settings.project_file.parent / SNAPSHOT,
        targets=target,
        all_workspaces=all_workspaces,
        shard=shard,
        resume=resume,
    )
    with watching(plain=output.no_color) as progress:
        take_snapshot(settings, run, progress)
    return emit(settings, run.snapshot, report, output)


@audit.command()
@click.argument("snapshots", nargs=-1, required=True, type=_FILE)
@takes_options
def merge(
    snapshots: tuple[Path, ...],
    *,
    project: ProjectFileOptions,
    report: ReportOptions,
    snapshot: Annotated[Path | None, _snapshot_option("the joined snapshot")] = None,
    output: OutputOptions,
) -> int:
    """Join the snapshots of all shards and report on them as one.

    Rules that compare objects with each other run here, over the whole fleet.

    \b
    Example:
      dlc-reconciler audit merge shard-*.sqlite3
    """
    settings = settings_from(project, output=output)
    whole = snapshot or settings.project_file.parent / SNAPSHOT
    merge_snapshots(snapshots, whole)
    return emit(settings, whole, report, output)


def _refuse_options_before(ctx: click.Context) -> None:
    """Options of `audit` itself would be forgotten without a word."""
    given = [
        each.opts[-1]
        for each in ctx.command.params
        if each.name and ctx.get_parameter_source(each.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            f"write options after `{ctx.invoked_subcommand}`, not before it: {', '.join(sorted(given))}"
        )
