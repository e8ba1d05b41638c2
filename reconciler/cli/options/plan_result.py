"""What is done with a plan that was made: it is shown, saved, and turned into an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.options.output import ColourOptions
from reconciler.cli.options.plan_view import PlanViewOptions, View
from reconciler.cli.planfile import save
from reconciler.cli.terminal.outlets import STREAM, check_place
from reconciler.errors import CHANGES_PENDING, ManifestError
from reconciler.model import Fleet, Plan
from reconciler.model.quick import dataclass
from reconciler.plan.safety import Allowances, check_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResultOptions(PlanViewOptions):
    """Format, file and exit code of a plan."""

    out: Annotated[
        Path | None,
        Option(
            "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the plan to a file that apply takes."
        ),
    ] = None
    detailed_exitcode: Annotated[
        bool, Option("--detailed-exitcode", help="Exit code 2 when there is something to do.")
    ] = False

    def prepared(self, colour: ColourOptions) -> View:
        """Return the view, if the plan can be shown and saved as it is asked for.

        Raises:
            click.BadParameter, FileError: it cannot.
        """
        view = self.view(colour)
        check_place(self.out)
        return view

    def finish(self, made: Plan, allowances: Allowances, view: View) -> int:
        """Show and save a plan, and return its exit code. It is shown first, so that a full disk does not prevent it.

        Raises:
            RefusedError: the plan is blocked.
        """
        self._deliver(made, view)
        check_allowed(made, allowances)
        if made.broken:
            return ManifestError.exit_code
        return CHANGES_PENDING if self.detailed_exitcode and made.changes else 0

    def finish_many(self, made: Fleet, allowances: Allowances, view: View, colour: ColourOptions) -> int:
        """Show and save the plans of many targets, and return their exit code. A problem of one does not hide
        another."""
        from reconciler.cli.options.fleet_view import ending_of  # noqa: PLC0415 - not for one target

        self._deliver(made, view)
        return ending_of(made, allowances, colour, detailed=self.detailed_exitcode)

    def _deliver(self, made: Plan | Fleet, view: View) -> None:
        if self.out != STREAM:
            self.show(made, view)
        if self.out:
            save(made, self.out)
