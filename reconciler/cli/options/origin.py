"""Tells which environment variable a wrong value came from, because a variable that was set long ago is easily
forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from click.core import ParameterSource

from reconciler.errors import ReconcilerError
from reconciler.render.style import visible


def name_variables(error: ReconcilerError) -> None:
    """Add to an error's hint which variable set the path that the error is about."""
    said = "\n".join((error.message, *getattr(error, "reasons", ())))
    for parameter, path in _paths_of_variables(click.get_current_context(silent=True)):
        if str(path) in said if path != Path() else said:
            error.hint = " ".join(filter(None, (_told(parameter, path), error.hint)))


def origin_of(error: click.UsageError) -> str:
    """Return which variable a wrong value came from; empty when it came from the command line."""
    parameter: click.Parameter | None = getattr(error, "param", None)
    if error.ctx is None or parameter is None or not _is_from_variable(error.ctx, parameter):
        return ""
    return f"The value comes from the variable {parameter.envvar}."


def _paths_of_variables(context: click.Context | None) -> Iterator[tuple[click.Parameter, Path]]:
    while context is not None:
        for parameter in context.command.params:
            if isinstance(parameter.type, click.Path) and _is_from_variable(context, parameter):
                value = context.params.get(parameter.name or "")
                yield from ((parameter, Path(each)) for each in (value if isinstance(value, tuple) else (value,)))
        context = context.parent


def _is_from_variable(context: click.Context, parameter: click.Parameter) -> bool:
    return context.get_parameter_source(parameter.name or "") is ParameterSource.ENVIRONMENT


def _told(parameter: click.Parameter, path: Path) -> str:
    relative = "" if path.is_absolute() else f", which counts from the folder of the command ({Path.cwd()})"
    return visible(f"The path comes from the variable {parameter.envvar}={path}{relative}.")
