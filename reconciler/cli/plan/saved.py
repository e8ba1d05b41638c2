"""`plan show` and `plan merge`: saved plans. Nothing but the files is read."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options.declared import takes_options
from reconciler.cli.options.limits import LimitOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.plan_result import PlanResultOptions
from reconciler.cli.options.plan_view import PlanViewOptions
from reconciler.cli.planfile import load, load_any
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.pipeline import merge_plans


@click.command(short_help="Show a saved plan in any format.")
@click.argument("plan_file", metavar="FILE", type=click.Path(path_type=Path))
@takes_options
def show(plan_file: Path, *, form: PlanViewOptions, output: OutputOptions) -> int:
    """Show a saved plan in any format. Nothing else is read: no manifest, no service.

    \b
    Example:
      dlc-reconciler plan show plan.json --format html > plan.html
    """
    view = form.view(output)
    form.show(load_any(plan_file), view)
    return 0


@click.command(short_help="Join the plans of all shards into the whole plan.")
@click.argument("files", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path))
@takes_options
def merge(files: tuple[Path, ...], *, limits: LimitOptions, result: PlanResultOptions, output: OutputOptions) -> int:
    """Join the plans of all shards into the whole plan, the one that a run without shards would have made.

    Nothing but the files is read. They must be all the shards of one plan: of one project, target, revision and set of
    manifests. Limits on deletions and replacements are judged here, on the whole (exit code 3 when one is broken).

    \b
    Examples:
      dlc-reconciler plan merge shard-*.json --out plan.json
    """
    view = result.prepared(output)
    if len(set(files)) < len(files):
        raise UsageError("a file is named twice")
    merged = merge_plans({str(file): load(file) for file in files}, KINDS)
    return result.finish(merged, limits.allowances, view)
