"""Options that say how long to wait for what the service does after it has answered."""

from __future__ import annotations

from typing import Annotated

from reconciler.cli.options.declared import Option
from reconciler.cli.options.numbers import Number
from reconciler.model.quick import dataclass
from reconciler.pipeline import INTERVAL, WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOptions:
    """Times in seconds."""

    wait: Annotated[
        float,
        Option(
            "--wait",
            type=Number(0),
            show_default=True,
            metavar="SECONDS",
            help="How long to wait for the state that was asked for.",
        ),
    ] = WAIT
    interval: Annotated[
        float,
        Option("--interval", type=Number(0.01, 60), show_default=True, metavar="SECONDS", help="How often to look."),
    ] = INTERVAL
