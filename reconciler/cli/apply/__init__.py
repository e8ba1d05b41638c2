"""`apply`: does what the plan says, on one target or on many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.apply.one import OneTarget
from reconciler.cli.apply.run import RunOptions
from reconciler.cli.options.cache import CacheOptions
from reconciler.cli.options.declared import argument, takes_options
from reconciler.cli.options.limits import LimitOptions
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ScopeOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import recording, settings_from
from reconciler.cli.options.targets import TargetsOptions
from reconciler.cli.planfile import load_any
from reconciler.errors import UsageError
from reconciler.model import Fleet


@click.command(short_help="Do what the plan says, and report on every action.")
@argument("plan_file", metavar="[PLAN]", required=False, type=click.Path(path_type=Path))
@takes_options
def apply(
    plan_file: Path | None,
    *,
    project: TargetsOptions,
    scope: ScopeOptions,
    limits: LimitOptions,
    run: RunOptions,
    lock: LockOptions,
    cache: CacheOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Do what the plan says, and report on every action.

    Without PLAN: plan, ask, apply. With the file that `plan --out` wrote: apply exactly that plan, or refuse
    and say what moved since it was made. A plan that was narrowed needs the same --select, --name and --changed-since
    again.

    Of several targets, those that others wait for (`after` in the project file) go first, and the rest side by side. A
    target that fails stops no other one; exit code 4 when something was written and something failed.

    \b
    Examples:
      dlc-reconciler apply --target staging
      dlc-reconciler apply --target staging --name resnet50-train
      dlc-reconciler apply plan.json --log-json apply.jsonl
      dlc-reconciler apply --all-targets --yes
    """
    settings = recording(settings_from(project, service, output))
    settings = replace(run.applied_to(scope.applied_to(settings)), cache=cache.cache)
    saved = load_any(plan_file) if plan_file else None
    if isinstance(saved, Fleet) or (saved is None and project.choice.is_of_many):
        from reconciler.cli.apply.apply_many import ManyTargets  # noqa: PLC0415 - not for one target

        many = ManyTargets(settings=settings, choice=project.choice, scope=scope, run=run, output=output)
        return many.apply(saved, limits.allowances, lock)
    if run.allow_missing:
        hint = "Leave it out." if saved else "Leave it out, or add `--all-targets`."
        raise UsageError("--allow-missing is for many targets", hint=hint)
    one = OneTarget(settings=settings, choice=project.choice, scope=scope, run=run, output=output)
    return one.apply(saved, limits, lock)
