"""`plan`: shows what apply would do; `plan show` and `plan merge` work on saved plans."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import click

from reconciler.cli.lazy import LazyGroup, Listed, leaves_it_to_a_subcommand
from reconciler.cli.options.cache import CacheOptions
from reconciler.cli.options.declared import takes_options
from reconciler.cli.options.limits import LimitOptions
from reconciler.cli.options.others import tell_others
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.plan_result import PlanResultOptions
from reconciler.cli.options.project import ScopeOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.share import PlanShard
from reconciler.cli.options.targets import TargetsOptions
from reconciler.cli.options.work import WorkOptions
from reconciler.errors import UsageError
from reconciler.model import WHOLE, Plan
from reconciler.pipeline import (
    Settings,
    asked,
    connected,
    listing_ahead,
    make_plan,
    narrowed,
    open_target,
    usable,
    with_manifests,
)
from reconciler.plan.named import check_named

COMMANDS = {
    "Commands": {
        "show": Listed("reconciler.cli.plan.saved:show", "Show a saved plan in any format."),
        "merge": Listed("reconciler.cli.plan.saved:merge", "Join the plans of all shards into the whole plan."),
    }
}


@click.group(
    cls=LazyGroup, table=COMMANDS, invoke_without_command=True, short_help="Show what apply would do to a target."
)
@click.pass_context
@takes_options
def plan(
    context: click.Context,
    /,
    *,
    project: TargetsOptions,
    scope: ScopeOptions,
    limits: LimitOptions,
    shard: PlanShard = WHOLE,
    work: WorkOptions,
    result: PlanResultOptions,
    cache: CacheOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Show what apply would do to a target.

    Compares the manifests with what the service has, and writes nothing. The plan is shown whole also when it is
    blocked (exit code 3).

    The plans of several targets are one document, which apply takes too. A target without a plan is told in it and
    hides nothing of the others. The exit code is the worst of all, in the order 3, 1, 2, 0.

    \b
    Examples:
      dlc-reconciler plan --target staging
      dlc-reconciler plan --target prod --out plan.json --detailed-exitcode
      dlc-reconciler plan --target prod --changed-since origin/main --format markdown
      dlc-reconciler plan --target prod --name resnet50-train --name 'eval-*'
      dlc-reconciler plan show plan.json --format html
      dlc-reconciler plan --target prod --shard 2/4 --out shard-2.json
      dlc-reconciler plan --all-targets --out fleet.json
      dlc-reconciler plan --all-targets --work-list --jobs 20 > work.json
    """
    if leaves_it_to_a_subcommand(context):
        return 0
    view = result.prepared(output)
    settings = replace(scope.applied_to(settings_from(project, service, output)), cache=cache.cache, share=shard)
    if work.work_list:
        from reconciler.cli.plan.work import work_list  # noqa: PLC0415 - plans nothing

        click.echo(work_list(settings, project.choice, work.jobs))
        return 0
    if work.jobs is not None:
        raise UsageError("--jobs needs --work-list")
    if project.choice.is_of_many:
        from reconciler.cli.plan.plan_many import plan_many  # noqa: PLC0415 - not for one target

        many = plan_many(settings, project.choice, scope)
        return result.finish_many(many, limits.allowances, view, output)
    made = _planned(settings, scope, output)
    if shard.is_whole:
        check_named([made])
    return result.finish(made, limits.allowances, view)


def _planned(settings: Settings, scope: ScopeOptions, output: OutputOptions) -> Plan:
    """Return the plan of one target. Its listing begins first, unless a few resources are asked for by name."""
    with contextlib.ExitStack() as stack:
        opened = open_target(settings)
        ahead = None if scope.changed_since else stack.enter_context(listing_ahead(settings, opened))
        workspace = with_manifests(settings, opened)
        selection = narrowed(settings, usable(workspace), scope.selection, scope.changed_since)
        asked(settings, workspace, selection)
        tell_others(settings, workspace, output)
        with connected(settings, workspace, ahead) as live:
            return make_plan(settings, workspace, live, selection)
