"""Colour as a value: the caller passes a palette, so that the same text can be made with and without colour."""

from __future__ import annotations

import re

from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Palette:
    """ANSI sequences by meaning; empty strings where there is no colour."""

    good: str = ""
    change: str = ""
    bad: str = ""
    dim: str = ""
    bold: str = ""

    def paint(self, colour: str, text: str) -> str:
        """Return the text in a colour of this palette, or as it is when the palette is plain."""
        return f"{colour}{text}{RESET}" if colour else text


PLAIN = Palette()
COLOUR = Palette(good="\x1b[32m", change="\x1b[33m", bad="\x1b[31m", dim="\x1b[2m", bold="\x1b[1m")


_HARMFUL = expression(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters, invisible ones, those that change the direction of writing, and lone surrogates."""


_COMMANDS = expression(r"^(\s*):(?=:)|##(?=\w*\[)", re.MULTILINE)
"""Where a runner would find a command in what a job prints: `::name::` at the start of a line and `##[name]` anywhere
(GitHub), `##vso[name]` (Azure Pipelines)."""


def visible(text: str, *, keep: str = "") -> str:
    """Return the text with every control, invisible and direction-changing character written out, except those in
    `keep`, and with what a runner would take for a command written so that it is none.

    What comes from manifests and from the service is data: it must not move the cursor, reorder a line, or tell the
    runner of a job what to do.
    """
    if not text.isprintable():  # false for nearly every line, true for every harmful character, and much faster
        text = _HARMFUL.sub(lambda found: found.group() if found.group() in keep else _escaped(found.group()), text)
    if "::" in text or "##" in text:
        text = _COMMANDS.sub(lambda found: "#\\x23" if found[1] is None else f"{found[1]}\\x3a", text)
    return text


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
