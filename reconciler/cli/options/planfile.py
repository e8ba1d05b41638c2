"""A saved plan as an argument. `--file`, the former spelling, still works and is not shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.cli.options.declared import argument
from reconciler.cli.options.once import OnceOption

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path, dir_okay=False)
_OLD = f"{__name__}.file"


def takes_plan(command: CommandT) -> CommandT:
    """Give a command the plan file as `file`; a missing one is wrong usage."""
    return _declared(command, "PLAN", _needed)


def may_take_plan(command: CommandT) -> CommandT:
    """Give a command the plan file as `file`; None where there is none."""
    return _declared(command, "[PLAN]", _named)


def _declared(command: CommandT, metavar: str, callback: Callable[..., Path | None]) -> CommandT:
    old = click.option(
        "--file", "old_file", cls=OnceOption, type=_FILE, hidden=True, is_eager=True, expose_value=False, callback=_keep
    )
    new = argument("file", metavar=metavar, required=False, default=None, type=_FILE, callback=callback)
    return new(old(command))


def _keep(ctx: click.Context, _param: click.Parameter, value: Path | None) -> None:
    ctx.meta[_OLD] = value


def _named(ctx: click.Context, _param: click.Parameter, value: Path | None) -> Path | None:
    old: Path | None = ctx.meta.get(_OLD)
    if value is not None and old is not None:
        raise click.UsageError("the plan is named twice: PLAN and --file mean the same")
    return value or old


def _needed(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path:
    file = _named(ctx, param, value)
    if file is None:
        raise click.UsageError("Missing argument 'PLAN': the file that `plan --out` wrote.", ctx=ctx)
    return file
