"""Questions before something is changed."""

from __future__ import annotations

import sys
from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.terminal.outlets import output_failure
from reconciler.errors import ReconcilerError, UsageError
from reconciler.languages import say

YesOption = Annotated[bool, Option("--yes", "-y", help="Do not ask.")]


def confirm(question: str, *, yes: bool, otherwise: str = "") -> None:
    """Ask a person, unless told not to. `otherwise` is the advice for a run where nobody can answer.

    Raises:
        UsageError: nobody is there to ask.
        ReconcilerError: nobody saw what is asked about.
        click.Abort: the answer was no, or there was none.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        hint = f"Add `--yes`, {otherwise}." if otherwise else "Add `--yes`."
        raise UsageError(f"nobody is there to confirm: {question}", hint=hint)
    if output_failure() is not None:
        raise ReconcilerError("what to confirm could not be shown, so nobody can confirm it", hint="Add `--yes`.")
    click.confirm(say(question), abort=True, err=True)
