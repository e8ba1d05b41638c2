"""Where output goes and whether it has colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reconciler.languages import say
from reconciler.model import Finding
from reconciler.model.lazily import later
from reconciler.model.quick import dataclass
from reconciler.render.style import COLOUR, PLAIN, Palette, visible

if TYPE_CHECKING:
    from traceback import extract_tb
else:  # for `-vv` alone
    extract_tb = later("traceback", "extract_tb")

_PLACES = 12
"""How many places of each traceback are shown, counted from where the error was raised."""


def palette_for(stream: TextIO, *, plain: bool = False) -> Palette:
    """Return colours for a terminal only. NO_COLOR and `--no-color` turn them off, FORCE_COLOR on."""
    if plain or os.environ.get("NO_COLOR"):
        return PLAIN
    if os.environ.get("FORCE_COLOR"):
        return COLOUR
    return COLOUR if stream.isatty() and os.environ.get("TERM") != "dumb" else PLAIN


def verbosity(arguments: Sequence[str] | None = None) -> int:
    """Return how many times -v was given.

    It is read from the arguments, because an error may end the command before they are parsed.
    """
    words = sys.argv[1:] if arguments is None else arguments
    flags = sum(word.count("v") for word in words if word.strip("v") == "-") + words.count("--verbose")
    given = os.environ.get("DLC_RECONCILER_VERBOSE", "")
    return max(flags, int(given) if given.isdigit() else 0)


@dataclass(frozen=True, slots=True)
class Console:
    """One output stream with its palette."""

    stream: TextIO
    palette: Palette = PLAIN

    @classmethod
    def for_stderr(cls) -> Console:
        """Return the console for errors and progress."""
        return cls(sys.stderr, palette_for(sys.stderr))

    def write(self, text: str) -> None:
        """Write a text that was rendered already."""
        self.stream.write(text)
        self.stream.flush()

    def line(self, text: str) -> None:
        """Write one line of data; control characters are made visible."""
        self.write(visible(text) + "\n")

    def error(self, message: str) -> None:
        """Write `error: ` and one line."""
        self.write(f"{self.palette.paint(self.palette.bad, say('error:'))} {visible(message)}\n")

    def findings(self, findings: Iterable[Finding]) -> None:
        """Write findings, place first."""
        found = list(findings)
        if not found:
            return
        from reconciler.render.text import findings_text  # noqa: PLC0415 - not for `--help`

        self.write(findings_text(found, self.palette))

    def causes(self, error: BaseException, hide: Callable[[str], str]) -> None:
        """Write the chain of causes, for `-vv`: types, messages from which `hide` removed secrets, and places; never
        values."""
        cause, seen = error.__cause__ or error.__context__, {id(error)}
        while cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            self.line(f"  caused by {type(cause).__name__}: {hide(str(cause))}")
            for place in extract_tb(cause.__traceback__)[-_PLACES:]:
                # Only the place: a line of source could contain a value.
                self.line(f"    at {Path(place.filename).name}:{place.lineno} in {place.name}")
            cause = cause.__cause__ or cause.__context__
