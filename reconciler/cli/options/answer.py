"""How commands that answer with the service's own data show it: text, JSON or YAML, and `--query` for pipelines.

Field names are the service's, keys are sorted, and what is sensitive is hidden in every format unless a command was
asked for exactly that secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import click

from reconciler.cli.options.declared import Option
from reconciler.cli.options.output import OutputOptions
from reconciler.errors import ReconcilerError
from reconciler.model import JsonObject, JsonValue
from reconciler.model.quick import dataclass
from reconciler.render.documents import as_yaml
from reconciler.render.style import Palette, visible
from reconciler.secrets.trees import redact

Text = Callable[[JsonObject, Palette], str]


def _compiled(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    """Return the expression, compiled while the command line is read: a mistake in it must be found before a write."""
    if value is None:
        return None
    import jmespath  # noqa: PLC0415 - only commands with a query pay for it

    try:
        return jmespath.compile(value)
    except jmespath.exceptions.JMESPathError as error:
        message = f"{value!r} is not a JMESPath expression: {_first_line(error)}"
        raise click.BadParameter(message, ctx, param) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOptions:
    """The format, and which part of the answer is wanted."""

    format: Annotated[
        str,
        Option(
            "--format",
            type=click.Choice(["text", "json", "yaml"]),
            show_default=True,
            help="Output. Values that look like secrets read (sensitive) in every format.",
        ),
    ] = "text"
    query: Annotated[
        Any,
        Option(
            "-q",
            "--query",
            variable=False,
            callback=_compiled,
            metavar="EXPRESSION",
            help="Show only what this JMESPath selects.",
        ),
    ] = None

    def show(self, answer: JsonObject, text: Text, output: OutputOptions) -> None:
        """Print an answer with secrets hidden; `text` makes a text for people.

        Raises:
            ReconcilerError: the query does not fit the answer.
        """
        self.show_secret(redact(answer), text, output)

    def show_secret(self, answer: JsonObject, text: Text, output: OutputOptions) -> None:
        """Print an answer that is a secret which was asked for: a token or a shared address."""
        wanted: JsonValue = answer if self.query is None else _selected(self.query, answer)
        match self.format:
            case "json":
                click.echo(json.dumps(wanted, indent=2, sort_keys=True, ensure_ascii=False))
            case "yaml":
                click.echo(as_yaml(wanted), nl=False)
            case _ if self.query is None:
                click.echo(text(answer, output.palette), nl=False, color=True)
            case _:
                click.echo("".join(f"{line}\n" for line in _lines(wanted)), nl=False)


def _selected(query: Any, answer: JsonObject) -> JsonValue:
    import jmespath  # noqa: PLC0415 - only commands with a query pay for it

    try:
        return query.search(answer)
    except jmespath.exceptions.JMESPathError as error:
        raise ReconcilerError(f"--query: {_first_line(error)}") from error


def _lines(wanted: JsonValue) -> list[str]:
    """Return text for a shell: one line for each item; the cells of an item that is a list are separated by tabs."""
    if wanted is None:
        return []
    if not isinstance(wanted, list):
        return [_cell(wanted)]
    return ["\t".join(map(_cell, item)) if isinstance(item, list) else _cell(item) for item in wanted]


def _cell(value: JsonValue) -> str:
    if isinstance(value, str):
        return visible(value)
    return visible(json.dumps(value, sort_keys=True, ensure_ascii=False))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
