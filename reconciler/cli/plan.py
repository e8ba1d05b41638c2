"""`plan`: what apply would do; `plan show`: a saved plan in any format; `plan merge`: the whole from its shards."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.cli.console import palette_for
from reconciler.cli.formats import FORMATS, View, format_options, view_from
from reconciler.cli.options import (
    SHARD,
    limit_options,
    option,
    output_options,
    plan_options,
    project_options,
    selection_from,
    service_options,
    settings_from,
)
from reconciler.cli.outlets import STREAM, check_place
from reconciler.cli.planfile import load, save
from reconciler.errors import UsageError
from reconciler.model import Finding, Plan
from reconciler.pipeline import changed_since, check_allowed, connected, make_plan, merge_plans, open_workspace
from reconciler.plan.safety import Allowances

CHANGES_PENDING = 2


@click.group(invoke_without_command=True, short_help="Show what apply would do to a target.")
@project_options
@plan_options
@option("--changed-since", metavar="REF", default="", help="Only what the manifests changed since this Git revision.")
@option(
    "--shard", type=SHARD, metavar="K/N", help="Only part K of N; `plan merge` joins all parts. Apply refuses a part."
)
@option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there is something to do.")
@format_options
@option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan to a file that apply takes.")
@service_options
@output_options
@click.pass_context
def plan(context: click.Context, /, **options: Any) -> int:
    """Show what apply would do to a target.

    Compares the manifests with what the service has, and writes nothing. The plan is shown whole also when it is
    blocked (exit code 3).

    \b
    Examples:
      dlc-reconciler plan --target staging
      dlc-reconciler plan --target prod --out plan.json --detailed-exitcode
      dlc-reconciler plan --target prod --changed-since origin/main --format markdown
      dlc-reconciler plan show plan.json --format html
      dlc-reconciler plan --target prod --shard 2/4 --out shard-2.json
    """
    if context.invoked_subcommand is not None:
        return 0
    view = view_from(options, palette_for(sys.stdout, plain=options["no_color"]))
    check_place(options["out"])
    settings, selection = settings_from(options), selection_from(options)
    settings = replace(settings, share=options["shard"] or settings.share)
    workspace = open_workspace(settings)
    if options["changed_since"]:
        selection = replace(selection, changed=changed_since(settings, workspace, options["changed_since"]))
    with connected(settings, workspace) as service:
        made = make_plan(settings, workspace, service, selection)
    made = with_findings(made, workspace.desired.findings)
    return _finish(made, options, view)


@plan.command("show", short_help="Show a saved plan in any format.")
@click.argument("plan_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@format_options
@output_options
def show_saved(plan_file: Path, **options: Any) -> int:
    """Show a saved plan in any format. Nothing else is read: no manifest, no service.

    \b
    Example:
      dlc-reconciler plan show plan.json --format html > plan.html
    """
    view = view_from(options, palette_for(sys.stdout, plain=options["no_color"]))
    show(load(plan_file), options["format_name"], view)
    return 0


@plan.command("merge", short_help="Join the plans of all shards into the whole plan.")
@click.argument("files", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@limit_options
@format_options
@option("--detailed-exitcode", is_flag=True, help="Exit code 2 when there is something to do.")
@option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan to a file that apply takes.")
@output_options
def merge(files: tuple[Path, ...], **options: Any) -> int:
    """Join the plans of all shards into the whole plan, the one that a run without shards would have made.

    Nothing but the files is read. They must be all the shards of one plan: of one project, target, revision and set of
    manifests. Limits on deletions and replacements are judged here, on the whole (exit code 3 when one is broken).

    \b
    Examples:
      dlc-reconciler plan merge shard-*.json --out plan.json
    """
    view = view_from(options, palette_for(sys.stdout, plain=options["no_color"]))
    check_place(options["out"])
    if len(set(files)) < len(files):
        raise UsageError("a file is named twice")
    merged = merge_plans({str(file): load(file) for file in files})
    return _finish(merged, options, view)


def _finish(made: Plan, options: dict[str, Any], view: View) -> int:
    """Show and save a plan; its exit code. It is shown first, so that a full disk does not take it away."""
    if options["out"] != STREAM:
        show(made, options["format_name"], view)
    if options["out"]:
        save(made, options["out"])
    check_allowed(made, Allowances(options["allow_deletions"], options["allow_replacements"]))
    return CHANGES_PENDING if options["detailed_exitcode"] and not made.is_empty else 0


def with_findings(made: Plan, more: tuple[Finding, ...]) -> Plan:
    """The plan together with the warnings that loading the manifests gave."""
    return replace(made, findings=(*more, *made.findings))


def show(made: Plan, format_name: str, view: View) -> None:
    """Print a plan in one of the formats."""
    click.echo(FORMATS[format_name](made, view), nl=False, color=True)
