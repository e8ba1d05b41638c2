"""The options of an apply that are the same for one target and for many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.options.missing import MayBeLeftOut
from reconciler.cli.options.numbers import Number
from reconciler.cli.terminal.confirm import YesOption
from reconciler.model.quick import dataclass
from reconciler.pipeline import INTERVAL, WAIT, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How the actions are done."""

    yes: YesOption = False
    allow_shrink: Annotated[
        bool, Option("--allow-shrink", help="Accept that part of the plan file is already done.")
    ] = False
    allow_missing: MayBeLeftOut = ()
    fail_fast: Annotated[bool, Option("--fail-fast", help="Start nothing more after the first failure.")] = False
    parallel: Annotated[
        int,
        Option("--parallel", type=click.IntRange(1, 128), show_default=True, metavar="N", help="Actions side by side."),
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
        """Return the settings with how long to wait, and how often to look."""
        return replace(settings, wait=self.wait, interval=self.interval, waits=not self.no_wait)
