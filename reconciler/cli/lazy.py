"""Groups that name their commands without importing them, so that `--help` and every other command stay quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click
from click.core import ParameterSource

from reconciler.model.nearest import did_you_mean
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """One command of a group: where it is (`module:attribute`), and its line in the group's help.

    A hidden one is an older spelling that still works and is not shown.
    """

    place: str
    summary: str = ""
    hidden: bool = False

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # nosec B101 # for the type checker
        return command


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called.

    `table` has, for each section of the help page, the commands by name, in the order in which they are shown.
    """

    def __init__(self, *arguments: Any, table: Mapping[str, Mapping[str, Listed]], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._sections = table
        self._table = {name: listed for commands in table.values() for name, listed in commands.items()}

    @property
    def table(self) -> Mapping[str, Listed]:
        """All commands by name, hidden ones included."""
        return self._table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the work."""
        del ctx
        return [name for name, listed in self._table.items() if not listed.hidden]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        listed = self._table.get(cmd_name)
        return listed.load() if listed else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the next word names.

        Raises:
            click.UsageError: there is none; the nearest one is named.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            told = f"{error.message} {did_you_mean(args[0], self.list_commands(ctx))}".rstrip()
            raise click.UsageError(told, ctx=error.ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table; nothing is imported for it."""
        del ctx
        for title, commands in self._sections.items():
            rows = [(name, listed.summary) for name, listed in commands.items() if not listed.hidden]
            with formatter.section(title):
                formatter.write_dl(rows)


def leaves_it_to_a_subcommand(ctx: click.Context) -> bool:
    """Return whether a group that is also a command was called for one of its subcommands.

    Raises:
        click.UsageError: options were given before the subcommand, where they would have no effect.
    """
    if ctx.invoked_subcommand is None:
        return False
    given = [
        each.opts[-1]
        for each in ctx.command.params
        if each.name and ctx.get_parameter_source(each.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise click.UsageError(
            f"write options after `{ctx.invoked_subcommand}`, not before it: {', '.join(sorted(given))}", ctx=ctx
        )
    return True
