"""How long a shared address or token works."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option
from reconciler.jobs.access import LONGEST_SHARE

ExpiresOption = Annotated[
    int,
    Option(
        "--expires",
        variable=False,
        type=click.IntRange(1, LONGEST_SHARE),
        show_default=True,
        metavar="SECONDS",
        help=f"How long it works; {LONGEST_SHARE} (a week) at most.",
    ),
]
"""Seconds."""
