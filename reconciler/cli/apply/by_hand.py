"""Plans that one command makes and applies at once: `adopt` and `release`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.cli.apply.one import exit_code, question
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.terminal.confirm import confirm
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.cli.terminal.progress import progress_display
from reconciler.cli.terminal.signals import halting
from reconciler.errors import UsageError
from reconciler.live.port import Service
from reconciler.lock import Held
from reconciler.model import Plan
from reconciler.model.quick import dataclass
from reconciler.pipeline import Run, Settings, Workspace, apply_plan
from reconciler.render.text import plan_text, report_text


@dataclass(frozen=True, slots=True)
class ByHand:
    """Where such a plan is applied, and the lock that is held."""

    settings: Settings
    workspace: Workspace
    output: OutputOptions
    held: Held | None

    def apply(self, service: Service, plan: Plan, *, yes: bool) -> int:
        """Show the plan, ask, apply and report, and return the exit code. With `yes` nobody is asked."""
        palette = self.output.palette
        click.echo(plan_text(plan, palette), nl=False, color=True)
        if plan.is_empty:
            return 0
        confirm(question(plan), yes=yes)
        with progress_display(plan, plain=self.output.no_color) as watcher, halting() as halt:
            if self.held is not None:
                self.held.tell_when_lost(halt.set)
            report = apply_plan(self.settings, self.workspace, service, plan, Run(watcher=watcher, halt=halt))
        outcomes_follow()
        click.echo(report_text(report, palette), nl=False, color=True)
        return exit_code(report)


def check_names_or_all(names: Sequence[str], *, everything: bool, verb: str) -> None:
    """Check that a command names templates, or says that it means all.

    Raises:
        UsageError: it does both, or neither.
    """
    if bool(names) == everything:
        problem = "names and --all exclude each other" if names else f"nothing to {verb} was named"
        raise UsageError(problem, hint="Name templates, or add `--all`.")
