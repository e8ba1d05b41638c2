"""An option that takes one value and is given several times with different ones.

What chooses what a command acts on, or what it may do, must not be decided by the order of words: somebody who writes
`apply --target a --target b` means both, and would get one. It is wrong usage. What only says how something is shown,
or how fast it goes, may be overridden by appending it, as in other command lines: the last value is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import click
from click.core import ParameterSource

from reconciler.errors import UsageError

LAST_WINS = frozenset(
    {
        "--format",
        "--query",
        "--sort",
        "--limit",
        "--max-chars",
        "--max-events",
        "--max-lines",
        "--pods",
        "--commits",
        "--lang",
        "--rate",
        "--calls-in-flight",
        "--read-timeout",
        "--parallel",
        "--interval",
        "--wait",
        "--index-wait",
        "--lock-timeout",
    }
)
"""Options that say how something is shown, or how fast or how patiently it is done."""

HINTS: Mapping[str, str] = MappingProxyType(
    {"--target": "`apply`, `audit`, `drift`, `export`, `list`, `permissions`, `plan` and `validate` take several."}
)
"""What to do, where it is more than to leave one out."""


class OnceOption(click.Option):
    """An option that keeps every value that it was given, to refuse different ones where it takes one only."""

    @property
    def takes_one(self) -> bool:
        """Whether it takes exactly one value; flags take none."""
        return not (self.multiple or self.is_flag or self.count)

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Let the parser keep all values in their order, where it would keep the last one."""
        if self.takes_one:
            parser.add_option(obj=self, opts=self.opts, dest=self.name, action="append", nargs=self.nargs)
        else:
            super().add_to_parser(parser, ctx)

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Return the one value, and where it comes from.

        Raises:
            UsageError: different values were given.
        """
        name = self.name or ""
        if self.takes_one and name in opts:
            opts = {**opts, name: self._one_of(opts[name], ctx)}
        return super().consume_value(ctx, opts)

    def _one_of(self, given: Sequence[Any], ctx: click.Context) -> Any:
        option = self.opts[-1]
        other = next((each for each in given if each != given[-1]), None)
        if other is not None and option not in LAST_WINS and not ctx.resilient_parsing:
            raise UsageError(
                f'{option} is given as "{other}" and as "{given[-1]}", and takes one value',
                hint=HINTS.get(option, "Leave one of them out."),
            )
        return given[-1]
