"""`--shard K/N`: one part of several."""

from __future__ import annotations

from typing import Annotated, Any

import click

from reconciler.cli.options.declared import Option
from reconciler.model import Share


class _ShareType(click.ParamType[Share]):
    """Reads K/N, part K of N, as a `Share`."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Share:
        if isinstance(value, Share):
            return value
        try:
            return Share.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def shard_option(help: str) -> Option:
    """Return `--shard`, with its meaning for a command."""
    return Option("--shard", type=_ShareType(), metavar="K/N", help=help)


PlanShard = Annotated[Share, shard_option("Only part K of N; `plan merge` joins all parts. Apply refuses a part.")]
AuditShard = Annotated[Share, shard_option("Audit one part of N; `audit merge` joins them.")]
