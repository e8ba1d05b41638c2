"""`plan show` and `plan merge`: saved plans. They read nothing but the files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.limits import LimitOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.plan_result import PlanResultOptions
from reconciler.cli.options.plan_view import PlanViewOptions
from reconciler.cli.planfile import load_any, read_text
from reconciler.errors import UsageError
from reconciler.fleet.joining import join
from reconciler.fleet.worklist import targets_in
from reconciler.kinds import KINDS
from reconciler.model import Fleet, Plan
from reconciler.plan.named import check_named


@click.command(short_help="Show a saved plan in any format.")
@argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
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
@argument("files", metavar="PLAN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@takes_options
def merge(
    files: tuple[Path, ...],
    *,
    work_list: Annotated[
        Path | None,
        Option(
            "--work-list",
            type=click.Path(path_type=Path, dir_okay=False),
            variable=False,
            metavar="FILE",
            help="What `plan --work-list` printed: a target of it without a file is told as failed.",
        ),
    ] = None,
    limits: LimitOptions,
    result: PlanResultOptions,
    output: OutputOptions,
) -> int:
    """Join the plans of all shards into the whole plan, the one that a run without shards would have made.

    Nothing but the files is read. They must be all the shards of one plan: of one project, target, revision and set of
    manifests. Limits on deletions and replacements are judged here, on the whole (exit code 3 when one is broken).

    Plans of several targets, whole ones or shards of each, become the document of many targets. Limits of all targets
    together are judged by apply, which knows the project.

    \b
    Examples:
      dlc-reconciler plan merge shard-*.json --out plan.json
      dlc-reconciler plan merge parts/*.json --work-list work.json --out fleet.json
    """
    view = result.prepared(output)
    expected = targets_in(read_text(work_list), str(work_list)) if work_list else ()
    if again := sorted(str(file) for file, count in Counter(files).items() if count > 1):
        raise UsageError(f"{again[0]} is named twice")
    merged = join({str(file): load_any(file) for file in files}, KINDS, expected)
    if isinstance(merged, Plan) or not merged.failed:
        check_named([merged] if isinstance(merged, Plan) else merged.plans)
    if isinstance(merged, Fleet):
        return result.finish_many(merged, limits.allowances, view, output)
    return result.finish(merged, limits.allowances, view)
