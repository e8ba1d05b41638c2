"""`apply`: do what the plan says."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.cli.console import palette_for
from reconciler.cli.formats import View
from reconciler.cli.lock import lock_options, lock_spec
from reconciler.cli.numbers import Number
from reconciler.cli.options import (
    option,
    output_options,
    plan_options,
    project_options,
    selection_from,
    service_options,
    settings_from,
)
from reconciler.cli.outlets import outcomes_follow, output_failure, warn
from reconciler.cli.plan import show, with_findings
from reconciler.cli.planfile import load
from reconciler.cli.progress import JsonLog, Watchers, json_log, progress_display
from reconciler.cli.signals import ending_in_order, halting
from reconciler.errors import PartlyApplied, PlanFileError, ReconcilerError, RefusedError, UsageError
from reconciler.live.port import Service
from reconciler.lock import Held, locked
from reconciler.model import ApplyReport, Plan, Status
from reconciler.pipeline import (
    Run,
    Settings,
    Workspace,
    apply_plan,
    check_allowed,
    check_saved,
    confirmed_now,
    connected,
    make_plan,
    open_workspace,
)
from reconciler.plan.safety import Allowances
from reconciler.render.style import Palette


@click.command(short_help="Do what the plan says, and report on every action.")
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@project_options
@plan_options
@option("--yes", is_flag=True, help="Do not ask.")
@option("--allow-shrink", is_flag=True, help="Accept that part of the plan file is already done.")
@option("--fail-fast", is_flag=True, help="Start nothing more after the first failure.")
@option(
    "--parallel", type=click.IntRange(1, 64), default=8, show_default=True, metavar="N", help="Actions side by side."
)
@option(
    "--wait", type=Number(0), default=300.0, show_default=True, metavar="SECONDS", help="For a TensorBoard's state."
)
@option(
    "--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Report."
)
@option("--log-json", type=click.Path(path_type=Path), help="Append one JSON line per event to this file.")
@lock_options
@service_options
@output_options
def apply(plan_file: Path | None, **options: Any) -> int:
    """Do what the plan says, and report on every action.

    Without PLAN_FILE: plan, ask, apply. With the file that `plan --out` wrote: apply exactly that plan, or refuse
    and say what moved since it was made.

    \b
    Examples:
      dlc-reconciler apply --target staging
      dlc-reconciler apply plan.json --log-json apply.jsonl
    """
    settings, saved = settings_from(options), load(plan_file) if plan_file else None
    if saved is not None:
        settings = _settings_for(saved, settings, options)
    workspace = open_workspace(settings)
    if saved is not None:
        check_saved(saved, workspace)
    lock = lock_spec(options, settings, workspace.target.region)
    with ending_in_order(), json_log(options["log_json"]) as log, locked(lock, warn) as held:
        return _apply(_Command(settings=settings, workspace=workspace, options=options, held=held, log=log), saved)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """What this apply was told, the lock it holds, and its log."""

    settings: Settings
    workspace: Workspace
    options: dict[str, Any]
    held: Held | None
    log: JsonLog | None


def _apply(command: _Command, saved: Plan | None) -> int:
    settings, workspace, options = command.settings, command.workspace, command.options
    palette = palette_for(sys.stdout, plain=options["no_color"])
    with connected(settings, workspace) as service:
        plan = _plan(settings, workspace, service, options, saved)
        if options["format_name"] == "text":
            show(plan, "text", View(palette=palette))
        check_allowed(plan, Allowances(options["allow_deletions"], options["allow_replacements"]))
        if plan.is_empty and options["format_name"] == "text":
            return 0
        if saved is None and not plan.is_empty:
            confirm(plan, yes=options["yes"])
        report = _run(command, service, plan)
    _show_report(report, options["format_name"], palette)
    return exit_code(report)


def _settings_for(saved: Plan, settings: Settings, options: dict[str, Any]) -> Settings:
    """A plan file is for one target and one selection; the command line may repeat the target, and chooses it."""
    if options["select"]:
        raise UsageError("--select has no meaning with a plan file: the plan was narrowed when it was made")
    if settings.target and settings.target != saved.target.name:
        raise PlanFileError(f"the plan is for target {saved.target.name}, not {settings.target}")
    return settings


def _plan(
    settings: Settings, workspace: Workspace, service: Service, options: dict[str, Any], saved: Plan | None
) -> Plan:
    """The plan to execute: made now, or the saved one if a plan made now says the same."""
    if saved is None:
        made = make_plan(settings, workspace, service, selection_from(options))
        return with_findings(made, workspace.desired.findings)
    return confirmed_now(settings, workspace, service, saved, shrink=options["allow_shrink"])


def confirm(plan: Plan, *, yes: bool) -> None:
    """Ask, unless told not to.

    Raises:
        UsageError: nobody is there to ask.
        ReconcilerError: nobody saw what is asked about.
        click.Abort: the answer was no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to confirm", hint="Add `--yes`, or apply a plan file.")
    if output_failure() is not None:
        raise ReconcilerError("the plan could not be shown, so nobody can confirm it", hint="Add `--yes`.")
    click.confirm(f"Apply {len(plan.actions)} action{'s' if len(plan.actions) != 1 else ''}?", abort=True, err=True)


def _run(command: _Command, service: Service, plan: Plan) -> ApplyReport:
    options = command.options
    with ExitStack() as stack:
        watchers = [stack.enter_context(progress_display(plan, plain=options["no_color"]))]
        if command.log is not None:
            command.log.began(plan)
            watchers.append(command.log)
        halt = stack.enter_context(halting())
        if command.held is not None:
            command.held.tell_when_lost(halt.set)
        run = Run(watcher=Watchers(watchers), width=options["parallel"], fail_fast=options["fail_fast"], halt=halt)
        report = apply_plan(command.settings, command.workspace, service, plan, run)
    if command.log is not None:
        command.log.ended()
    return report


def _show_report(report: ApplyReport, format_name: str, palette: Palette) -> None:
    from reconciler.render.reports import report_json  # noqa: PLC0415
    from reconciler.render.text import report_text  # noqa: PLC0415

    text = report_text(report, palette) if format_name == "text" else report_json(report)
    outcomes_follow()
    click.echo(text, nl=False, color=True)


def exit_code(report: ApplyReport) -> int:
    """0 all done; 1 interrupted, or nothing written; 3 nothing written because it was stale; 4 applied in part."""
    if report.is_complete:
        return 0
    if report.interrupted:
        return 1
    if report.count(Status.DONE) or any(outcome.writes for outcome in report.outcomes):
        return PartlyApplied.exit_code
    return RefusedError.exit_code if report.count(Status.STALE) else 1
