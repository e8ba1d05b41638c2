"""`apply` of one target: plan, ask, apply and report."""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext

import click

from reconciler.cli.apply.run import RunOptions
from reconciler.cli.options.limits import LimitOptions
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.others import tell_others
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ScopeOptions
from reconciler.cli.terminal.confirm import confirm
from reconciler.cli.terminal.console import palette_for
from reconciler.cli.terminal.outlets import outcomes_follow, warn
from reconciler.cli.terminal.progress import JsonLog, Watchers, json_log, progress_display
from reconciler.cli.terminal.signals import ending_in_order, halting
from reconciler.errors import INTERRUPTED, ManifestError, PartlyApplied, PlanFileError, RefusedError
from reconciler.fleet.selection import Choice
from reconciler.live.port import Service
from reconciler.lock import Held, locked
from reconciler.model import ApplyReport, Plan, Status
from reconciler.model.quick import dataclass
from reconciler.pipeline import (
    Run,
    Settings,
    Workspace,
    apply_plan,
    asked,
    check_narrowing,
    check_saved,
    confirmed_now,
    connected,
    make_plan,
    narrowed,
    open_target,
    usable,
    with_manifests,
)
from reconciler.pipeline.ahead import Ahead
from reconciler.plan.named import check_named
from reconciler.plan.safety import check_allowed
from reconciler.plan.selection import Selection
from reconciler.render.reports import report_json
from reconciler.render.style import Palette
from reconciler.render.text import plan_text, report_text


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTarget:
    """What this apply was told on the command line."""

    settings: Settings
    choice: Choice
    scope: ScopeOptions
    run: RunOptions
    output: OutputOptions

    def apply(self, saved: Plan | None, limits: LimitOptions, lock: LockOptions) -> int:
        """Apply what is planned now, or exactly a saved plan, and return the exit code.

        Raises:
            RefusedError: the plan may not be executed; nothing was written.
        """
        settings, scope = self.settings, self.scope
        if saved is not None:
            _check_target(saved, self.choice)
        opened = open_target(settings)
        begin = nullcontext() if scope.changed_since else lock.listing_ahead(settings, opened)
        with json_log(self.run.log_json) as log, begin as ahead:  # a log that cannot be opened stops all of it
            workspace = usable(with_manifests(settings, opened))
            selection = self._selected(workspace, saved)
            spec = lock.spec(settings, workspace.target.region)
            with ending_in_order(), locked(spec, warn) as held:
                one = _Command(
                    settings=settings, workspace=workspace, run=self.run, output=self.output, held=held, log=log
                )
                return one.apply(saved, selection, limits, ahead)

    def _selected(self, workspace: Workspace, saved: Plan | None) -> Selection:
        """Return what this apply is about. Whatever stands against it is told before a lock is taken."""
        settings, scope = self.settings, self.scope
        selection = narrowed(settings, workspace, scope.selection, scope.changed_since)
        asked(settings, workspace, selection)
        tell_others(settings, workspace, self.output)
        if saved is not None:
            check_saved(saved, workspace)
            check_narrowing(saved, selection)
        return selection


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    """What this apply was told, the lock it holds, and its log."""

    settings: Settings
    workspace: Workspace
    run: RunOptions
    output: OutputOptions
    held: Held | None
    log: JsonLog | None

    def apply(self, saved: Plan | None, selection: Selection, limits: LimitOptions, ahead: Ahead | None) -> int:
        """Plan, ask, apply and report, and return the exit code."""
        palette = self.output.palette
        with connected(self.settings, self.workspace, ahead) as live:
            plan = self._plan(live, saved, selection)
            if self.run.format == "text":
                _show_plan(plan, plain=self.output.no_color)
            check_allowed(plan, limits.allowances)
            if saved is None and not plan.is_empty:
                confirm(question(plan), yes=self.run.yes, otherwise="or apply a plan file")
            report = self._execute(live, plan)
        _show_report(report, plan, self.run.format, palette)
        return ending_of(report, plan)

    def _plan(self, live: Service, saved: Plan | None, selection: Selection) -> Plan:
        """Return the plan to execute: made now, or the saved one if a plan that is made now says the same."""
        if saved is None:
            made = make_plan(self.settings, self.workspace, live, selection)
            check_named([made])
            return made
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


def _check_target(saved: Plan, choice: Choice) -> None:
    """Check that the command line names the target of the plan file, if it names one.

    Raises:
        PlanFileError: it names another one, or several.
    """
    if choice.is_of_many:
        raise PlanFileError(f"the plan is for target {saved.target.name} alone", hint="Name its target: `--target`.")
    if choice.single and choice.single != saved.target.name:
        raise PlanFileError(f"the plan is for target {saved.target.name}, not {choice.single}")


def question(plan: Plan) -> str:
    """Return what a person is asked before a plan is applied."""
    return f"Apply {len(plan.actions)} action{'s' if len(plan.actions) != 1 else ''}?"


def _show_plan(plan: Plan, *, plain: bool) -> None:
    """Show the plan on the terminal. Where standard output goes elsewhere, it gets only the report."""
    stream = sys.stdout if sys.stdout.isatty() else sys.stderr
    palette = palette_for(stream, plain=plain)
    click.echo(plan_text(plan, palette), nl=False, color=True, err=stream is sys.stderr)


def _show_report(report: ApplyReport, plan: Plan, format: str, palette: Palette) -> None:
    text = report_text(report, palette, plan.broken) if format == "text" else report_json(report)
    outcomes_follow()
    click.echo(text, nl=False, color=True)


def ending_of(report: ApplyReport, plan: Plan) -> int:
    """Return the exit code of an apply. When manifests were left out because of their errors, it is never 0."""
    code = exit_code(report)
    if code or not plan.broken:
        return code
    return PartlyApplied.exit_code if report.count(Status.DONE) else ManifestError.exit_code


def exit_code(report: ApplyReport) -> int:
    """Return 0 for all done, 130 for interrupted, 4 for applied in part, 3 for nothing written because the plan was
    stale, else 1."""
    if report.is_complete:
        return 0
    if report.interrupted:
        return INTERRUPTED
    if report.count(Status.HELD):
        return PartlyApplied.exit_code
    if report.count(Status.DONE) or any(outcome.writes for outcome in report.outcomes):
        return PartlyApplied.exit_code
    return RefusedError.exit_code if report.count(Status.STALE) else 1
