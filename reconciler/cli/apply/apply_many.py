"""`apply` of many targets: plan all, ask once, apply wave after wave, one report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from threading import Event

import click

from reconciler.cli.apply.one import exit_code
from reconciler.cli.apply.run import RunOptions
from reconciler.cli.options.lock import LockOptions
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ScopeOptions
from reconciler.cli.terminal.confirm import confirm
from reconciler.cli.terminal.console import palette_for
from reconciler.cli.terminal.failures import tell_failures
from reconciler.cli.terminal.fleet_progress import FleetLines
from reconciler.cli.terminal.outlets import outcomes_follow, warn
from reconciler.cli.terminal.progress import JsonLog, Watchers, json_log
from reconciler.cli.terminal.signals import ending_in_order, halting
from reconciler.errors import INTERRUPTED, ManifestError, PlanFileError
from reconciler.fleet.codec import fleet_id
from reconciler.fleet.ending import after_writing
from reconciler.fleet.failures import exit_code_of
from reconciler.fleet.selection import Choice, Chosen, choose
from reconciler.lock import Held, locked
from reconciler.manifests import Project
from reconciler.model import Fleet, FleetReport, Plan, Status
from reconciler.model.nearest import listed, meant
from reconciler.model.quick import dataclass
from reconciler.pipeline import Run, Settings, open_project
from reconciler.pipeline.fleet_apply import Awaiting, FleetRun, apply_each
from reconciler.pipeline.many_targets import Narrowing, check_complete, check_whole, plan_each, saved_now
from reconciler.pipeline.members import open_each_once
from reconciler.plan.safety import Allowances
from reconciler.render.counts import counted
from reconciler.render.fleet.reports import fleet_report_json
from reconciler.render.fleet.text import fleet_report_text, fleet_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyTargets:
    """What this apply was told on the command line."""

    settings: Settings
    choice: Choice
    scope: ScopeOptions
    run: RunOptions
    output: OutputOptions

    def apply(self, saved: Fleet | None, allowances: Allowances, lock: LockOptions) -> int:
        """Apply what is planned now, or exactly a saved document, and return the exit code.

        Raises:
            RefusedError: the document, or the whole, may not be executed; nothing was written.
        """
        project = open_project(self.settings)
        chosen = choose(project, self.choice) if saved is None else _saved_targets(project, saved, self.choice)
        self._check_missing(chosen)
        members = open_each_once(self.settings, project, chosen, selection=self.scope.selection)
        if saved is not None:
            check_complete(saved, self.run.allow_missing)
            members = members.only([plan.target.name for plan in saved.plans])
        awaiting = Awaiting(members)
        spec = lock.spec(self.settings, project.target(chosen.names[0]).target.region)
        with ending_in_order(), json_log(self.run.log_json) as log, locked(spec, warn) as held:
            fleet = self._planned(awaiting, saved)
            if self.run.format == "text":
                self._show(fleet)
            check_whole(fleet, allowances)
            self._ask(fleet, saved)
            told = _Told(run=self.run, allowances=allowances, document_id=fleet_id(saved or fleet), log=log)
            report = self._execute(awaiting, fleet, told, held)
        return self._finish(report, fleet)

    def _check_missing(self, chosen: Chosen) -> None:
        """Check that names which may be missing are names of targets of this run.

        Raises:
            PlanFileError: one is not.
        """
        for name in self.run.allow_missing:
            if name not in chosen.names:
                raise PlanFileError(f'--allow-missing: "{name}" is no target of this run{meant(name, chosen.names)}')

    def _narrowing(self) -> Narrowing:
        return Narrowing(selection=self.scope.selection, revision=self.scope.changed_since)

    def _planned(self, awaiting: Awaiting, saved: Fleet | None) -> Fleet:
        """Return the plans to execute: made now, or the saved ones where plans that are made now say the same."""
        if saved is None:
            return plan_each(self.settings, awaiting.members, self._narrowing(), awaiting.planned)
        fresh = saved_now(
            self.settings,
            awaiting.members,
            saved,
            self._narrowing(),
            awaiting.planned,
            shrink=self.run.allow_shrink,
            missing=self.run.allow_missing,
        )
        return replace(fresh, chosen=saved.chosen, failed=(*fresh.failed, *saved.failed))

    def _show(self, fleet: Fleet) -> None:
        """Show the plans on the terminal. Where standard output goes elsewhere, it gets only the report."""
        stream = sys.stdout if sys.stdout.isatty() else sys.stderr
        palette = palette_for(stream, plain=self.output.no_color)
        click.echo(fleet_text(fleet, palette), nl=False, color=True, err=stream is sys.stderr)

    def _ask(self, fleet: Fleet, saved: Fleet | None) -> None:
        changed = [plan for plan in fleet.plans if not plan.is_empty]
        if saved is None and changed:
            actions = sum(len(plan.actions) for plan in changed)
            later = sum(map(waiting_actions, fleet.plans))
            question = f"Apply {counted(actions, 'action')} on {counted(len(changed), 'target')}"
            question += f", and what waits for them ({later})" if later else ""
            confirm(f"{question}?", yes=self.run.yes, otherwise="or apply a plan file")

    def _execute(self, awaiting: Awaiting, fleet: Fleet, told: _Told, held: Held | None) -> FleetReport:
        with halting() as halt:
            if held is not None:
                held.tell_when_lost(halt.set)
            told.began(fleet)
            run = FleetRun(
                document_id=told.document_id,
                run_of=told.run_of,
                allowances=told.allowances,
                narrowing=self._narrowing(),
                shrink=self.run.allow_shrink,
                fail_fast=self.run.fail_fast,
                halt=halt,
            )
            report = apply_each(self.settings, awaiting, fleet, run)
        told.ended(report)
        return report

    def _finish(self, report: FleetReport, fleet: Fleet) -> int:
        palette = self.output.palette
        left_out = sum(len(plan.broken) for plan in fleet.plans)
        text = fleet_report_text(report, palette, left_out) if self.run.format == "text" else fleet_report_json(report)
        outcomes_follow()
        click.echo(text, nl=False, color=True)
        counted = [each for each in report.failed if each.target not in self.run.allow_missing]
        tell_failures(counted, self.output)
        if report.interrupted:
            return INTERRUPTED
        codes = [*map(exit_code_of, counted), *map(exit_code, report.reports)]
        codes += [ManifestError.exit_code for plan in fleet.plans if plan.broken]
        wrote = any(
            outcome.writes or outcome.status is Status.DONE for each in report.reports for outcome in each.outcomes
        )
        return after_writing(codes, wrote=wrote)


def waiting_actions(plan: Plan) -> int:
    """Return how many actions wait for something. Some of them may still be done in the same run."""
    return sum(len(each.actions) for each in plan.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Is told what happens: it writes the log, and a line for each action that ended."""

    run: RunOptions
    allowances: Allowances
    document_id: str
    log: JsonLog | None
    lines: FleetLines = field(default_factory=lambda: FleetLines(sys.stderr))

    def began(self, fleet: Fleet) -> None:
        """Note that the plans are about to be executed."""
        self.lines.expect(sum(len(plan.actions) + waiting_actions(plan) for plan in fleet.plans))
        if self.log is not None:
            self.log.began_many(self.document_id, [plan.target.name for plan in fleet.plans])

    @contextmanager
    def run_of(self, plan: Plan, halt: Event) -> Iterator[Run]:
        """Return how the plan of one target is run."""
        log = self.log.of(plan.target.name) if self.log is not None else None
        watcher = Watchers([self.lines.of(plan.target.name), *([log] if log is not None else [])])
        if log is not None:
            log.began(plan)
        yield Run(
            watcher=watcher,
            told=watcher.told,
            width=self.run.parallel,
            fail_fast=self.run.fail_fast,
            halt=halt,
        )
        if log is not None:
            log.ended()

    def ended(self, report: FleetReport) -> None:
        """Note that all targets are done or given up."""
        if self.log is not None:
            for each in report.failed:
                self.log.failed(each)
            self.log.ended()


def _saved_targets(project: Project, saved: Fleet, choice: Choice) -> Chosen:
    """Return the targets of a document in the order of the project. The command line may name them again, but not
    others.

    Raises:
        PlanFileError: the project does not have all of them, or the command line means others.
    """
    gone = [name for name in saved.targets if name not in project.targets]
    if gone:
        raise PlanFileError(
            f"the document is for {listed(gone)} too, and {project.path.name} has no such target",
            hint="Make the plan again.",
        )
    names = tuple(name for name in project.targets if name in saved.targets)
    if choice != Choice():
        wanted = choose(project, choice).names
        if set(wanted) != set(names):
            raise PlanFileError(
                f"the document is for {listed(names)}, this run is for {listed(wanted)}",
                hint="Leave out the options that choose targets, or make the plan again with the same ones.",
            )
    return Chosen(names, saved.chosen)
