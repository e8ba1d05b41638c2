"""`audit`: judges whole workspaces by rules; `audit merge` joins the snapshots of several runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.audit.progress import tell_versions, watching
from reconciler.cli.audit.report import ReportOptions, check, emit
from reconciler.cli.audit.snapshot import beside, snapshot_option
from reconciler.cli.lazy import LazyGroup, Listed, leaves_it_to_a_subcommand
from reconciler.cli.options.cache import FetchingOptions
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.share import AuditShard
from reconciler.cli.options.targets import TargetsOptions
from reconciler.fleet.selection import Choice, choose
from reconciler.manifests.targets import EVERY
from reconciler.model import WHOLE
from reconciler.pipeline import Settings, open_project
from reconciler.pipeline.auditing import Run, take_snapshot

COMMANDS = {
    "Commands": {
        "merge": Listed(
            "reconciler.cli.audit.merge:merge", "Join the snapshots of all shards and report on them as one."
        ),
    }
}


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    invoke_without_command=True,
    short_help="Judge whole workspaces by rules, and report what breaks them.",
)
@click.pass_context
@takes_options
def audit(
    ctx: click.Context,
    /,
    *,
    project: TargetsOptions,
    all_workspaces: Annotated[
        bool, Option("--all-workspaces", help="Also workspaces that no target means, in the same regions.")
    ] = False,
    report: ReportOptions,
    snapshot: Annotated[Path | None, snapshot_option("what was read")] = None,
    resume: Annotated[bool, Option("--resume", help="Go on with the snapshot of a run that was cut.")] = False,
    shard: AuditShard = WHOLE,
    cache: FetchingOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int | None:
    """Judge whole workspaces by rules, and report what breaks them.

    Reads every template with all its versions, its jobs, TensorBoards and what the workspace offers, keeps that in a
    snapshot file, and runs the rules of `spec.audit` over it. Nothing is written to the service. Of many targets, one
    that cannot be read hides no other: the report names it, the exit code is 1, and --resume tries it again.

    What an earlier audit fetched is taken from its snapshot, where the user's own cache knows it: each version is
    fetched once in its life. --fetch-all fetches everything.

    \b
    Examples:
      dlc-reconciler audit --target prod
      dlc-reconciler audit --all-targets --out audit.html --out audit.sarif
      dlc-reconciler audit --all-targets --shard 2/8 --snapshot part2.sqlite3
      dlc-reconciler audit merge part*.sqlite3 --out audit.html
    """
    if leaves_it_to_a_subcommand(ctx):
        return None
    settings = replace(settings_from(project, service, output), target="", cache=cache.cache)
    check(report)
    run = Run(
        snapshot=snapshot or beside(settings.project_file),
        targets=_targets(settings, project.choice),
        is_of_many=project.choice.is_of_many or EVERY in project.choice.names,
        all_workspaces=all_workspaces,
        shard=shard,
        resume=resume,
    )
    with watching(plain=output.no_color) as progress:
        fetched = take_snapshot(settings, run, progress)
    tell_versions(fetched, sys.stderr)
    return emit(settings, run.snapshot, report, output)


def _targets(settings: Settings, choice: Choice) -> tuple[str, ...]:
    """Return the names of the targets that are meant; none for the project's only one. `--target all` is an older
    spelling."""
    if EVERY in choice.names:
        choice = Choice(everything=True)
    return choose(open_project(settings), choice).names if choice.is_of_many else choice.names
