"""Options that say how the output looks, and how much is said."""

from __future__ import annotations

import sys
from typing import Annotated

from reconciler.cli.options.declared import Option
from reconciler.cli.terminal.console import Console, palette_for
from reconciler.model.quick import dataclass
from reconciler.render.style import Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourOptions:
    """Whether there is colour."""

    no_color: Annotated[bool, Option("--no-color", help="No colour; the variable NO_COLOR does the same.")] = False

    @property
    def palette(self) -> Palette:
        """The colours of standard output."""
        return palette_for(sys.stdout, plain=self.no_color)

    @property
    def out(self) -> Console:
        """Standard output."""
        return Console(sys.stdout, self.palette)

    @property
    def err(self) -> Console:
        """Standard error."""
        return Console(sys.stderr, palette_for(sys.stderr, plain=self.no_color))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions(ColourOptions):
    """Colour, and how much is said."""

    verbose: Annotated[int, Option("-v", "--verbose", count=True, help="Say more; -vv shows causes.")] = 0
