"""`apply`: do what the plan says."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.cache import CacheOptions
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.limits import LimitOptions
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.numbers import Number
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions, ScopeOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.planfile import load
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.console import palette_for
from reconciler.cli.terminal.outlets import outcomes_follow, warn
from reconciler.cli.terminal.progress import JsonLog, Watchers, json_log, progress_display
from reconciler.cli.terminal.signals import ending_in_order, halting
from reconciler.errors import INTERRUPTED, PartlyApplied, PlanFileError, RefusedError
from reconciler.live.port import Service
from reconciler.lock import Held, locked
from reconciler.model import ApplyReport, Plan, Status
from reconciler.pipeline import (
    INTERVAL,
    WAIT,
    Run,
    Settings,
    Workspace,
    apply_plan,
    check_allowed,
    check_narrowing,
    check_saved,
    confirmed_now,
    connected,
    make_plan,
    narrowed,
    open_workspace,
)
from reconciler.plan.build import Selection
from reconciler.render.reports import report_json
from reconciler.render.style import Palette
from reconciler.render.text import plan_text, report_text


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How the actions are done."""

    yes: YesOption = False
    allow_shrink: Annotated[
        bool, Option("--allow-shrink", help="Accept that part of the plan file is already done.")
    ] = False
    fail_fast: Annotated[bool, Option("--fail-fast", help="Start nothing more after the first failure.")] = False
    parallel: Annotated[
        int,
        Option("--parallel", type=click.IntRange(1, 64), show_default=True, metavar="N", help="Actions side by side."),
    ] = 8
    wait: Annotated[
        float,
        Option("--wait", type=Number(0), show_default=True, metavar="SECONDS", help="For a TensorBoard's state."),
    ] = WAIT
    interval: Annotated[
        float,
        Option(
            "--interval",
            type=Number(0.01, 60),
            show_default=True,
            metavar="SECONDS",
            help="The first wait between two looks; those at a verification grow to eight times that.",
        ),
    ] = INTERVAL
    no_wait: Annotated[bool, Option("--no-wait", help="Launch verifications and end; a later apply takes them up.")] = (
        False
    )
    format: Annotated[
        str, Option("--format", type=click.Choice(["text", "json"]), show_default=True, help="Report.")
    ] = "text"
    log_json: Annotated[
        Path | None,
        Option("--log-json", type=click.Path(path_type=Path), help="Append one JSON line per event to this file."),
    ] = None

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with how long to wait, and how often to look."""
        return replace(settings, wait=self.wait, interval=self.interval, waits=not self.no_wait)


@click.command(short_help="Do what the plan says, and report on every action.")
@click.argument("plan_file", required=False, type=click.Path(path_type=Path))
@takes_options
def apply(
    plan_file: Path | None,
    *,
    project: ProjectOptions,
    scope: ScopeOptions,
    limits: LimitOptions,
    run: RunOptions,
    lock: LockOptions,
    cache: CacheOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Do what the plan says, and report on every action.

    Without PLAN_FILE: plan, ask, apply. With the file that `plan --out` wrote: apply exactly that plan, or refuse
    and say what moved since it was made. A plan that was narrowed needs the same --select and --changed-since again.

    \b
    Examples:
      dlc-reconciler apply --target staging
      dlc-reconciler apply plan.json --log-json apply.jsonl
    """
    settings = replace(run.applied_to(scope.applied_to(settings_from(project, service, output))), cache=cache.cache)
    saved = load(plan_file) if plan_file else None
    if saved is not None:
        _check_target(saved, settings)
    workspace = open_workspace(settings)
    if saved is not None:
        check_saved(saved, workspace, settings.kinds)
    selection = narrowed(settings, workspace, scope.selection, scope.changed_since)
    if saved is not None:
        check_narrowing(saved, selection)
    spec = lock.spec(settings, workspace.target.region)
    with ending_in_order(), json_log(run.log_json) as log, locked(spec, warn) as held:
        command = _Command(settings=settings, workspace=workspace, run=run, output=output, held=held, log=log)
        return command.apply(saved, selection, limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """What this apply was told, the lock it holds, and its log."""

    settings: Settings
    workspace: Workspace
    run: RunOptions
    output: OutputOptions
    held: Held | None
    log: JsonLog | None

    def apply(self, saved: Plan | None, selection: Selection, limits: LimitOptions) -> int:
        """Plan, ask, apply and report; the exit code."""
        palette = self.output.palette
        with connected(self.settings, self.workspace) as live:
            plan = self._plan(live, saved, selection)
            if self.run.format == "text":
                _show_plan(plan, plain=self.output.no_color)
            check_allowed(plan, limits.allowances)
            if saved is None and not plan.is_empty:
                confirm(question(plan), yes=self.run.yes, otherwise="or apply a plan file")
            report = self._execute(live, plan)
        _show_report(report, self.run.format, palette)
        return exit_code(report)

    def _plan(self, live: Service, saved: Plan | None, selection: Selection) -> Plan:
        """The plan to execute: made now, or the saved one if a plan made now says the same."""
        if saved is None:
            return make_plan(self.settings, self.workspace, live, selection)
        return confirmed_now(
            self.settings, self.workspace, live, saved, selection=selection, shrink=self.run.allow_shrink
        )

    def _execute(self, live: Service, plan: Plan) -> ApplyReport:
        with ExitStack() as stack:
            watchers = [stack.enter_context(progress_display(plan, plain=self.output.no_color))]
            if self.log is not None:
                self.log.began(plan)
                watchers.append(self.log)
            halt = stack.enter_context(halting())
            if self.held is not None:
                self.held.tell_when_lost(halt.set)
            watcher = Watchers(watchers)
            run = Run(
                watcher=watcher, told=watcher.told, width=self.run.parallel, fail_fast=self.run.fail_fast, halt=halt
            )
            report = apply_plan(self.settings, self.workspace, live, plan, run)
        if self.log is not None:
            self.log.ended()
        return report


def _check_target(saved: Plan, settings: Settings) -> None:
    """The command line may repeat the target of a plan file, and chooses it.

    Raises:
        PlanFileError: it names another one.
    """
    if settings.target and settings.target != saved.target.name:
        raise PlanFileError(f"the plan is for target {saved.target.name}, not {settings.target}")


def question(plan: Plan) -> str:
    """What a person is asked before a plan is applied."""
    return f"Apply {len(plan.actions)} action{'s' if len(plan.actions) != 1 else ''}?"


def _show_plan(plan: Plan, *, plain: bool) -> None:
    """The plan on the terminal; where standard output goes elsewhere, it gets the report alone."""
    stream = sys.stdout if sys.stdout.isatty() else sys.stderr
    palette = palette_for(stream, plain=plain)
    click.echo(plan_text(plan, palette), nl=False, color=True, err=stream is sys.stderr)


def _show_report(report: ApplyReport, format: str, palette: Palette) -> None:
    text = report_text(report, palette) if format == "text" else report_json(report)
    outcomes_follow()
    click.echo(text, nl=False, color=True)


def exit_code(report: ApplyReport) -> int:
    """0 all done; 130 interrupted; 4 applied in part; 3 nothing written because it was stale, else 1."""
    if report.is_complete:
        return 0
    if report.interrupted:
        return INTERRUPTED
    if report.count(Status.HELD):
        return PartlyApplied.exit_code
    if report.count(Status.DONE) or any(outcome.writes for outcome in report.outcomes):
        return PartlyApplied.exit_code
    return RefusedError.exit_code if report.count(Status.STALE) else 1
