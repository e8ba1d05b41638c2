"""`audit merge`: the snapshots of all shards, judged as one fleet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.audit.report import ReportOptions, emit
from reconciler.cli.audit.snapshot import beside, snapshot_option
from reconciler.cli.options.declared import argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectFileOptions
from reconciler.cli.options.settings import settings_from
from reconciler.pipeline.auditing import merge_snapshots


@click.command(short_help="Join the snapshots of all shards and report on them as one.")
@argument("snapshots", nargs=-1, required=True, type=click.Path(path_type=Path))
@takes_options
def merge(
    snapshots: tuple[Path, ...],
    *,
    project: ProjectFileOptions,
    report: ReportOptions,
    snapshot: Annotated[Path | None, snapshot_option("the joined snapshot")] = None,
    output: OutputOptions,
) -> int:
    """Join the snapshots of all shards and report on them as one.

    Rules that compare objects with each other run here, over the whole fleet.

    \b
    Example:
      dlc-reconciler audit merge shard-*.sqlite3
    """
    settings = settings_from(project, output=output)
    whole = snapshot or beside(settings.project_file)
    merge_snapshots(snapshots, whole)
    return emit(settings, whole, report, output)
